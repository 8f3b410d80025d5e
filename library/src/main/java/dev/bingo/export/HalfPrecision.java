package dev.bingo.export;

import static dev.bingo.export.Graph.attribute;

import ai.onnx.proto.OnnxMl.TensorProto.DataType;
import dev.bingo.export.Graph.Node;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;

/** Rewrites a network to float16, between two casts. */
final class HalfPrecision {
  private static final String IN = "half.in";
  private static final String OUT = "half.out";
  private static final float MOST = 65504;

  private HalfPrecision() {}

  static Graph convert(Graph from) {
    Graph to = new Graph();
    String images = OnnxModel.Input.IMAGES.port();
    from.constants.forEach((name, c) -> to.constants.put(name, half(name, c)));
    to.add(IN, "Cast", List.of(images), attribute("to", DataType.FLOAT16.getNumber()));
    for (Node n : from.nodes) {
      to.nodes.add(
          n.with(
              n.inputs().stream().map(i -> i.equals(images) ? IN : i).toList(),
              n.output().equals(OnnxModel.FEATURES) ? OUT : n.output()));
    }
    to.add(OnnxModel.FEATURES, "Cast", List.of(OUT), attribute("to", DataType.FLOAT.getNumber()));
    return to;
  }

  private static Constant half(String name, Constant c) {
    if (c.type() != DataType.FLOAT) {
      return c;
    }
    float[] values = c.floats();
    ByteBuffer bytes =
        ByteBuffer.allocate(values.length * Short.BYTES).order(ByteOrder.LITTLE_ENDIAN);
    for (float v : values) {
      if (!(Math.abs(v) <= MOST)) {
        throw new IllegalArgumentException(
            "'" + name + "' holds " + v + ", beyond float16's range; float32 holds it");
      }
      bytes.putShort(bits(v));
    }
    return new Constant(DataType.FLOAT16, c.dims(), bytes.array());
  }

  /** The nearest float16, ties to even. */
  static short bits(float value) {
    int raw = Float.floatToRawIntBits(value);
    int sign = raw >>> 16 & 0x8000;
    float size = Math.abs(value);
    if (size < 0x1p-14f) {
      // Below the normal ones they are multiples of 2^-24.
      return (short) (sign | (int) Math.rint(size * 0x1p24));
    }
    int bits = raw & 0x7FFFFFFF;
    int rounded = bits + 0xFFF + (bits >>> 13 & 1);
    return (short) (sign | (rounded >>> 13) - (112 << 10));
  }
}
