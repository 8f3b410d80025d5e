package dev.bingo.encoder;

/** How a ResNet starts. */
public enum Stem {
  /** 7×7 stride 2, then max-pool: for images around 224 pixels. */
  IMAGENET,
  /** 3×3 stride 1, no max-pool: for 32 pixels (SimCLR, MoCo's CIFAR notebook). */
  CIFAR,
  /**
   * 3×3 stride 1 and the max-pool: for 64 pixels (STL-10, Tiny-ImageNet), or a quarter of the cost
   * at 32.
   */
  CIFAR_POOL
}
