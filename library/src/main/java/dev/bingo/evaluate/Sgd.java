package dev.bingo.evaluate;

/**
 * PyTorch's stochastic gradient descent: v ← m·v + (g + wd·w), then w ← w − lr·v; by Nesterov's
 * rule w ← w − lr·(g + wd·w + m·v).
 *
 * @param momentum m
 * @param nesterov which of the two rules
 * @param weightDecay wd
 */
public record Sgd(double momentum, boolean nesterov, double weightDecay) {
  /** Momentum 0.9 and nothing else: what most linear probes use. */
  public static final Sgd PLAIN = new Sgd(.9, false, 0);

  /** The same by Nesterov's rule. */
  public static final Sgd NESTEROV = new Sgd(.9, true, 0);

  /** The same rule with another weight decay. */
  public Sgd withWeightDecay(double decay) {
    return new Sgd(momentum, nesterov, decay);
  }
}
