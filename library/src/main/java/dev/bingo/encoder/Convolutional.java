package dev.bingo.encoder;

import org.bytedeco.pytorch.Tensor;

/** A network whose features are the average of its last feature map. */
abstract class Convolutional extends Network {
  Convolutional(String architecture, int width) {
    super(architecture, width);
  }

  /** The last feature map, {@code [B, D, h, w]}. */
  abstract <T> T map(Operations<T> on, T images);

  @Override
  public final <T> T features(Operations<T> on, T images) {
    return on.flatten(on.average(map(on, images)));
  }

  @Override
  public boolean hasMap() {
    return true;
  }

  @Override
  public final Maps featuresAndMap(Tensor images) {
    Tensor map = map(Torch.RUN, images);
    return new Maps(Torch.RUN.flatten(Torch.RUN.average(map)), map);
  }
}
