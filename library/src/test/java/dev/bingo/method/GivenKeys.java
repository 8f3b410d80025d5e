package dev.bingo.method;

import dev.bingo.method.Method.Images;
import java.util.List;
import java.util.stream.IntStream;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;

/** A teacher whose features of each view are given, {@code [B, D]} of any length. */
final class GivenKeys implements Keys {
  private final int width;
  private List<Tensor> features;

  GivenKeys(int width, Tensor... features) {
    this.width = width;
    give(features);
  }

  void give(Tensor... features) {
    this.features = List.of(features);
  }

  @Override
  public int width() {
    return width;
  }

  @Override
  public int groups() {
    return 1;
  }

  @Override
  public List<Tensor> keys(Images images, Progress progress, int... views) {
    return IntStream.of(views).mapToObj(v -> torch.normalize(features.get(v))).toList();
  }
}
