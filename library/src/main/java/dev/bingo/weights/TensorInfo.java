package dev.bingo.weights;

import java.util.stream.LongStream;
import org.bytedeco.pytorch.global.torch.ScalarType;

/** What a file says of a tensor in it. */
public interface TensorInfo {
  ScalarType type();

  /** Sizes; empty for a single number. */
  long[] shape();

  /** How many numbers. */
  default long numel() {
    return LongStream.of(shape()).reduce(1, (a, b) -> a * b);
  }
}
