package dev.bingo.train;

/**
 * How parameters are moved.
 *
 * @param kind SGD or AdamW
 * @param momentum of SGD; AdamW's β₁
 * @param nesterov SGD with Nesterov's momentum
 * @param weightDecay added to the gradient as wd · p by SGD, decoupled by AdamW
 * @param exclude1d biases and batch-norm get neither weight decay nor layer-wise scaling
 * @param scaling layer-wise scaling of the gradient
 * @param trust its coefficient η
 */
public record OptimiserConfig(
    Kind kind,
    double momentum,
    boolean nesterov,
    double weightDecay,
    boolean exclude1d,
    Scaling scaling,
    double trust) {
  /** The update rule. */
  public enum Kind {
    SGD,
    ADAMW
  }

  /** Layer-wise scaling of the gradient before SGD. */
  public enum Scaling {
    NONE,
    /**
     * g ← (g + wd p) · η‖p‖ / ‖g + wd p‖ (You et al., arXiv 1708.03888; MoCo v3, Barlow Twins,
     * DINO, WCL).
     */
    LARS,
    /** g ← (g + wd p) · η‖p‖ / (‖g‖ + wd‖p‖ + 1e-8); untouched where a norm is 0 (apex; SwAV). */
    LARC,
    /** LARC whose factor never exceeds 1 / learning rate (apex's default). */
    LARC_CLIP
  }

  public OptimiserConfig {
    if (!(momentum >= 0 && momentum < 1) || !(weightDecay >= 0) || !(trust > 0)) {
      throw new IllegalArgumentException(
          "optimiser: expected 0 <= momentum < 1, weight_decay >= 0 and trust > 0, got "
              + momentum
              + ", "
              + weightDecay
              + " and "
              + trust);
    }
  }

  /** SGD as PyTorch's. */
  public static OptimiserConfig sgd(double momentum, double weightDecay) {
    return new OptimiserConfig(Kind.SGD, momentum, false, weightDecay, false, Scaling.NONE, 0.001);
  }
}
