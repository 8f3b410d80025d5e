package dev.bingo.method;

import dev.bingo.method.Method.Images;
import java.util.List;
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
  public boolean fromViews() {
    return true;
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
  public List<Tensor> keys(Images images, List<Wanted> wanted, Progress progress) {
    return wanted.stream().map(w -> torch.normalize(features.get(w.view()))).toList();
  }
}
