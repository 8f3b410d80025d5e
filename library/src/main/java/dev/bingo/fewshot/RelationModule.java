package dev.bingo.fewshot;

import dev.bingo.encoder.Conv2d;
import dev.bingo.encoder.Layer;
import dev.bingo.encoder.Linear;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptional;
import org.bytedeco.pytorch.global.torch;

/**
 * How alike a class and a query are, learnt (Relation Network, arXiv 1711.06025): two blocks of
 * convolution over both maps, one behind the other, then two linear layers to one number.
 *
 * <p>The first convolution is linear: of [P; F] it is A ∗ P + B ∗ F + bias. A ∗ P is computed once
 * a class, B ∗ F once a query, and each pair is a sum, in place of a convolution of double width
 * for every pair.
 */
public final class RelationModule extends Layer {
  /** Hidden units of the published networks. */
  public static final int HIDDEN = 8;

  /** From this side on a map loses its border, as in the code for 84 pixels. */
  private static final int LARGE = 10;

  private static final long[] ONE = {1, 1};
  private final int padding;
  private final int flat;
  private final Conv4.Block first;
  private final Conv4.Block second;
  private final Linear hidden;
  private final Linear out;

  /**
   * A module whose weights are yet to be drawn.
   *
   * @param side of the maps
   */
  public RelationModule(int side) {
    super("RelationModule");
    padding = side < LARGE ? 1 : 0;
    int shrink = 2 - 2 * padding;
    int left = ((side - shrink) / 2 - shrink) / 2;
    if (left < 1) {
      throw new IllegalArgumentException("relation: maps of side " + side + " are too small");
    }
    flat = Conv4.CHANNELS * left * left;
    first = child("layer1", new Conv4.Block(2 * Conv4.CHANNELS, padding, true));
    second = child("layer2", new Conv4.Block(Conv4.CHANNELS, padding, true));
    hidden = child("fc1", new Linear(flat, HIDDEN, true, .01));
    out = child("fc2", new Linear(HIDDEN, 1, true, .01));
  }

  /**
   * Relations of all pairs.
   *
   * @param classes {@code [N, 64, s, s]}
   * @param queries {@code [Q, 64, s, s]}
   * @return {@code [Q, N]}, before any sigmoid
   */
  public Tensor logits(Tensor classes, Tensor queries) {
    long n = classes.size(0);
    long q = queries.size(0);
    Conv2d convolution = first.convolution();
    Tensor weight = convolution.weight();
    Tensor ofClasses =
        convolved(classes, weight.narrow(1, 0, Conv4.CHANNELS), new TensorOptional());
    Tensor ofQueries =
        convolved(
            queries,
            weight.narrow(1, Conv4.CHANNELS, Conv4.CHANNELS),
            new TensorOptional(convolution.bias()));
    long side = ofClasses.size(2);
    Tensor pairs = ofQueries.unsqueeze(1).add(ofClasses.unsqueeze(0));
    Tensor x = first.behind(pairs.reshape(q * n, Conv4.CHANNELS, side, side));
    x = second.forward(x).reshape(q * n, flat);
    return out.forward(hidden.forward(x).relu()).reshape(q, n);
  }

  private Tensor convolved(Tensor x, Tensor weight, TensorOptional bias) {
    return torch.conv2d(x, weight, bias, ONE, new long[] {padding, padding}, ONE, 1);
  }
}
