package dev.bingo.weights;

import java.util.Map;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;

/** The numbers of a storage, by the name of PyTorch's storage class. */
record StorageType(ScalarType scalar) {
  /** All that are read, by their names in a pickle. */
  static final Map<String, StorageType> BY_CLASS =
      Map.of(
          "DoubleStorage", new StorageType(ScalarType.Double),
          "FloatStorage", new StorageType(ScalarType.Float),
          "HalfStorage", new StorageType(ScalarType.Half),
          "BFloat16Storage", new StorageType(ScalarType.BFloat16),
          "LongStorage", new StorageType(ScalarType.Long),
          "IntStorage", new StorageType(ScalarType.Int),
          "ShortStorage", new StorageType(ScalarType.Short),
          "CharStorage", new StorageType(ScalarType.Char),
          "ByteStorage", new StorageType(ScalarType.Byte),
          "BoolStorage", new StorageType(ScalarType.Bool));

  int bytes() {
    return (int) torch.elementSize(scalar);
  }
}
