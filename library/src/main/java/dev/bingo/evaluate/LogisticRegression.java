package dev.bingo.evaluate;

import dev.bingo.torch.BlasThreads;
import dev.bingo.torch.Tensors;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.LBFGS;
import org.bytedeco.pytorch.LBFGSOptions;
import org.bytedeco.pytorch.LossClosure;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;

/**
 * A linear classifier at the minimum of
 *
 * <pre>Σ w · cross-entropy / Σ w + λ/2 · ‖W‖²</pre>
 *
 * (biases go free), found by L-BFGS on all features at once: no learning rate, no order of images,
 * the same each time. {@link SoftmaxRegression} is trained by SGD, as the papers' probes are.
 */
public final class LogisticRegression {
  private static final int MOST_STEPS = 200;
  private static final int MEMORY = 10;

  /** {@code [C, D + 1]}, the bias last. */
  private final Tensor values;

  private LogisticRegression(Tensor values) {
    this.values = values;
  }

  /**
   * Learns.
   *
   * @param x {@code float32 [N, D]}, scaled
   * @param labels {@code int64 [N]}, 0 to C − 1
   * @param weights of the rows, {@code float32 [N]}
   * @param classes C, at least 2
   * @param l2 λ, above 0
   * @param start to begin at, such as that of another λ; null for zeros
   * @return good as long as the caller's native scope
   */
  public static LogisticRegression fit(
      Tensor x, Tensor labels, Tensor weights, int classes, double l2, LogisticRegression start) {
    if (classes < 2 || x.size(0) == 0 || !(l2 > 0)) {
      throw new IllegalArgumentException(
          "a regression takes rows of two classes at least and a penalty above 0, got "
              + x.size(0)
              + " of "
              + classes
              + " and "
              + l2);
    }
    Tensor values =
        start == null
            ? Tensors.zeros(ScalarType.Float, classes, x.size(1) + 1)
            : start.values.clone();
    try (PointerScope scope = new PointerScope();
        BlasThreads.Scope one = BlasThreads.one()) {
      Tensor moved = values.detach().set_requires_grad(true);
      LBFGSOptions options = new LBFGSOptions();
      options.max_iter().put(MOST_STEPS);
      options.history_size().put(MEMORY);
      options.line_search_fn().put("strong_wolfe");
      Tensor share = weights.div(weights.sum()).unsqueeze(1);
      new LBFGS(new TensorVector(moved), options)
          .step(new Loss(x, labels.unsqueeze(1), share, l2, moved));
    }
    return new LogisticRegression(values);
  }

  /** {@code [C, D]}. */
  public Tensor weight() {
    return values.narrow(1, 0, values.size(1) - 1);
  }

  /** {@code [C]}. */
  public Tensor bias() {
    return values.select(1, values.size(1) - 1);
  }

  /** {@code float32 [B, D] → [B, C]}. */
  public Tensor logits(Tensor x) {
    return logits(x, values);
  }

  private static Tensor logits(Tensor x, Tensor values) {
    long width = x.size(1);
    return x.mm(values.narrow(1, 0, width).t()).add_(values.select(1, width));
  }

  /** The loss, which leaves its gradient at the values: written out, there is no graph to build. */
  private static final class Loss extends LossClosure {
    private final Tensor x;
    private final Tensor labels;
    private final Tensor share;
    private final double l2;
    private final Tensor values;

    Loss(Tensor x, Tensor labels, Tensor share, double l2, Tensor values) {
      this.x = x;
      this.labels = labels;
      this.share = share;
      this.l2 = l2;
      this.values = values;
    }

    @Override
    public Tensor call() {
      try (NoGradGuard off = new NoGradGuard()) {
        return Tensors.within(this::withGradient);
      }
    }

    private Tensor withGradient() {
      long width = x.size(1);
      Tensor weight = values.narrow(1, 0, width);
      Tensor logs = logits(x, values).log_softmax(1);
      Tensor loss = logs.gather(1, labels).mul(share).sum().neg_();
      loss.add_(weight.square().sum(), new Scalar(l2 / 2));
      Tensor away = logs.exp_();
      away.scatter_add_(1, labels, torch.full_like(share, new Scalar(-1.0))).mul_(share);
      Tensor gradient = Tensors.empty(ScalarType.Float, values.size(0), width + 1);
      gradient.narrow(1, 0, width).copy_(away.t().mm(x).add_(weight, new Scalar(l2)));
      gradient.select(1, width).copy_(away.sum(0));
      values.mutable_grad().put(gradient);
      return loss;
    }
  }
}
