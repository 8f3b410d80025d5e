package dev.bingo.weights;

import java.util.HashMap;
import java.util.Map;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;

/**
 * The numbers of a storage.
 *
 * @param name of PyTorch's storage class
 * @param scalar null where such numbers are not read: of complex or quantised tensors
 * @param bytes of one
 */
record StorageType(String name, ScalarType scalar, int bytes) {
  /** By their names in a pickle. */
  static final Map<String, StorageType> BY_CLASS = new HashMap<>();

  static {
    read("DoubleStorage", ScalarType.Double);
    read("FloatStorage", ScalarType.Float);
    read("HalfStorage", ScalarType.Half);
    read("BFloat16Storage", ScalarType.BFloat16);
    read("LongStorage", ScalarType.Long);
    read("IntStorage", ScalarType.Int);
    read("ShortStorage", ScalarType.Short);
    read("CharStorage", ScalarType.Char);
    read("ByteStorage", ScalarType.Byte);
    read("BoolStorage", ScalarType.Bool);
    known("ComplexDoubleStorage", 16);
    known("ComplexFloatStorage", 8);
    known("QInt32Storage", 4);
    known("QInt8Storage", 1);
    known("QUInt8Storage", 1);
  }

  private static void read(String name, ScalarType scalar) {
    BY_CLASS.put(name, new StorageType(name, scalar, (int) torch.elementSize(scalar)));
  }

  private static void known(String name, int bytes) {
    BY_CLASS.put(name, new StorageType(name, null, bytes));
  }
}
