package dev.bingo.export;

import ai.onnx.proto.OnnxMl.TensorProto;
import ai.onnx.proto.OnnxMl.TensorProto.DataType;
import com.google.protobuf.UnsafeByteOperations;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;

/**
 * A number or array that a graph holds.
 *
 * @param type of the numbers
 * @param dims shape; empty for a single number
 * @param data row-major, little-endian
 */
record Constant(DataType type, long[] dims, byte[] data) {
  static Constant of(float[] values, long... dims) {
    byte[] bytes = new byte[values.length * Float.BYTES];
    little(bytes).asFloatBuffer().put(values);
    return new Constant(DataType.FLOAT, dims, bytes);
  }

  static Constant of(long[] values, long... dims) {
    byte[] bytes = new byte[values.length * Long.BYTES];
    little(bytes).asLongBuffer().put(values);
    return new Constant(DataType.INT64, dims, bytes);
  }

  static Constant of(int[] values, long... dims) {
    byte[] bytes = new byte[values.length * Integer.BYTES];
    little(bytes).asIntBuffer().put(values);
    return new Constant(DataType.INT32, dims, bytes);
  }

  /** Signed bytes. */
  static Constant of(byte[] values, long... dims) {
    return new Constant(DataType.INT8, dims, values);
  }

  /** One byte of 0 … 255. */
  static Constant unsigned(int value) {
    return new Constant(DataType.UINT8, new long[0], new byte[] {(byte) value});
  }

  static Constant scalar(float value) {
    return of(new float[] {value});
  }

  static Constant scalar(long value) {
    return of(new long[] {value});
  }

  /** A list of numbers, one-dimensional. */
  static Constant list(long... values) {
    return of(values, values.length);
  }

  /** The values of a float32 constant. */
  float[] floats() {
    if (type != DataType.FLOAT) {
      throw new IllegalStateException("a constant of " + type + " is no float32");
    }
    float[] values = new float[data.length / Float.BYTES];
    little(data).asFloatBuffer().get(values);
    return values;
  }

  /** The same numbers in another shape. */
  Constant reshaped(long... to) {
    return new Constant(type, to, data);
  }

  TensorProto proto(String name) {
    return TensorProto.newBuilder()
        .setName(name)
        .setDataType(type.getNumber())
        .addAllDims(Arrays.stream(dims).boxed().toList())
        .setRawData(UnsafeByteOperations.unsafeWrap(data))
        .build();
  }

  private static ByteBuffer little(byte[] bytes) {
    return ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
  }
}
