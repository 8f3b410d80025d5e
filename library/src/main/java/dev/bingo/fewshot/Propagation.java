package dev.bingo.fewshot;

import dev.bingo.encoder.Layer;
import dev.bingo.torch.Draws;
import dev.bingo.torch.Tensors;
import org.bytedeco.pytorch.BoolOptional;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptional;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;

/**
 * What an image takes over from those that are like it: F'(x) = F(x) + γ Σ a_c · (W ∗ F(c)) over
 * the k most alike of its context, with weights a from a softmax over cosines of keys. W starts as
 * the identity and γ as 0, so that training starts from the ancestor.
 */
final class Propagation extends Layer {
  /** Far below any cosine over any temperature that is used, and finite. */
  private static final double NEVER = -1e30;

  private static final long[] ONE = {1, 1};
  private static final long PURPOSE = 0x9809;

  private final Tensor weight;
  private final Tensor share;

  Propagation() {
    super("Propagation");
    Tensor identity = torch.eye(Conv4.CHANNELS);
    weight = parameter("weight", identity.reshape(Conv4.CHANNELS, Conv4.CHANNELS, 1, 1));
    share = parameter("gamma", Tensors.zeros(ScalarType.Float, 1));
  }

  /** n(GAP(F)): {@code [B, C, s, s] → [B, C]}, rows of length 1. */
  static Tensor keys(Tensor maps) {
    return torch.normalize(maps.mean(2, 3));
  }

  /**
   * One round.
   *
   * @param maps {@code [B, C, s, s]}
   * @param inContext how many of them, from the first on, belong to the context; none to its own
   * @param slots of the memory, or null
   * @param draw what random choices depend on
   * @return {@code [B, C, s, s]}
   */
  Tensor forward(Tensor maps, long inContext, Memory.Slots slots, MrnConfig config, long draw) {
    Tensor own = maps.narrow(0, 0, inContext);
    Tensor keys = keys(maps);
    Tensor candidates = slots == null ? own : cat(own, slots.maps());
    Tensor candidateKeys =
        slots == null
            ? keys.narrow(0, 0, inContext)
            : cat(keys.narrow(0, 0, inContext), slots.keys());
    if (candidates.size(0) == 0) {
      return maps;
    }
    Tensor weights = weights(keys.mm(candidateKeys.t()), inContext, config, draw);
    Tensor values =
        torch.conv2d(candidates, weight, new TensorOptional(), ONE, new long[] {0, 0}, ONE, 1);
    Tensor message = weights.mm(values.flatten(1, -1)).view_as(maps);
    return maps.add(message.mul(share));
  }

  private static Tensor cat(Tensor a, Tensor b) {
    return torch.cat(new TensorVector(a, b));
  }

  /** a as a matrix, {@code [B, candidates]}: 0 where one was not chosen. */
  private static Tensor weights(Tensor cosines, long inContext, MrnConfig config, long draw) {
    long rows = cosines.size(0);
    long candidates = cosines.size(1);
    Tensor self = torch.eye(rows, candidates).to(cosines.device(), ScalarType.Bool);
    if (inContext < candidates) {
      self.narrow(1, inContext, candidates - inContext).zero_();
    }
    Tensor rank = config.choice() == MrnConfig.Choice.RANDOM ? random(cosines, draw) : cosines;
    Tensor order =
        rank.detach()
            .masked_fill(self, new Scalar(Double.NEGATIVE_INFINITY))
            .sort(new BoolOptional(true), 1, true)
            .get1();
    Tensor chosen = order.narrow(1, 0, Math.min(config.k(), candidates));
    Tensor invalid = self.gather(1, chosen);
    Tensor logits = cosines.gather(1, chosen).div(new Scalar(config.temperature()));
    if (config.uniform()) {
      logits = torch.zeros_like(logits);
    }
    Tensor a =
        logits
            .masked_fill(invalid, new Scalar(NEVER))
            .softmax(1)
            .mul(invalid.logical_not().to(ScalarType.Float));
    return torch.zeros_like(cosines).scatter(1, chosen, a);
  }

  /** Of each row its own numbers, so that a query's do not change with the others. */
  private static Tensor random(Tensor like, long draw) {
    int rows = (int) like.size(0);
    int columns = (int) like.size(1);
    float[] numbers = new float[rows * columns];
    for (int r = 0; r < rows; r++) {
      Draws draws = Draws.of(PURPOSE, draw, r);
      for (int c = 0; c < columns; c++) {
        numbers[r * columns + c] = (float) draws.uniform();
      }
    }
    return Tensors.of(numbers, rows, columns).to(like.device(), ScalarType.Float);
  }
}
