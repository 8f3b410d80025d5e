package dev.bingo.weights;

import java.util.Arrays;
import org.bytedeco.pytorch.global.torch.ScalarType;

/**
 * A tensor in a checkpoint, not read yet. It is known to lie within its storage.
 *
 * @param offset of its first number in the storage, in numbers
 */
record StoredTensor(Storage storage, long offset, long[] shape, long[] strides)
    implements TensorInfo {
  static final int MOST_DIMENSIONS = 16;

  /** Tensors that repeat numbers (stride 0) may hold so many more than their storage. */
  private static final long MOST_REPEATED = 1 << 20;

  /**
   * Checks everything that was claimed.
   *
   * @throws IllegalArgumentException where it can't be; the message says why
   */
  StoredTensor {
    if (shape.length != strides.length || shape.length > MOST_DIMENSIONS) {
      throw new IllegalArgumentException(
          "a tensor has " + shape.length + " sizes and " + strides.length + " strides");
    }
    long numel = 1;
    long last = offset;
    try {
      for (int d = 0; d < shape.length; d++) {
        if (shape[d] < 0 || strides[d] < 0) {
          throw new IllegalArgumentException("a tensor has a negative size or stride");
        }
        numel = Math.multiplyExact(numel, shape[d]);
        if (shape[d] > 0) {
          last = Math.addExact(last, Math.multiplyExact(shape[d] - 1, strides[d]));
        }
      }
    } catch (ArithmeticException e) {
      throw new IllegalArgumentException(
          "a tensor claims more numbers than can be: " + Arrays.toString(shape), e);
    }
    boolean empty = numel == 0;
    if (offset < 0 || (empty ? offset > storage.numel() : last >= storage.numel())) {
      throw new IllegalArgumentException(
          "a tensor %s with strides %s, offset %d does not lie within its storage of %d"
              .formatted(
                  Arrays.toString(shape), Arrays.toString(strides), offset, storage.numel()));
    }
    if (numel > Math.max(MOST_REPEATED, storage.numel())) {
      throw new IllegalArgumentException(
          "a tensor %s repeats the %d numbers of its storage too often"
              .formatted(Arrays.toString(shape), storage.numel()));
    }
  }

  @Override
  public ScalarType type() {
    return storage.type().scalar();
  }
}
