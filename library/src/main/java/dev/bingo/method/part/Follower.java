package dev.bingo.method.part;

import dev.bingo.encoder.Layer;
import dev.bingo.encoder.Modules;

/**
 * A momentum copy of a network: θ_k ← m θ_k + (1 − m) θ_q (MoCo, arXiv 1911.05722, equation 2).
 * Both networks are registered with the method's state by whoever owns them.
 */
public final class Follower<L extends Layer> {
  private final L leader;
  private final L net;
  // Not part of the state: a restart begins with a step.
  private long followedStep = -1;

  /**
   * Makes the copy equal to its leader, without gradient.
   *
   * @param net of the same architecture
   */
  public Follower(L leader, L net) {
    this.leader = leader;
    this.net = net;
    Modules.copy(leader, net);
    Modules.freeze(net);
  }

  /** Follows, once a step however many batches the step accumulates. */
  public void follow(double momentum, long step) {
    if (step != followedStep) {
      Modules.momentumUpdate(leader, net, momentum);
      followedStep = step;
    }
  }

  /** The momentum that rises from {@code start} to 1 by a cosine (BYOL, arXiv 2006.07733, §3.2). */
  public static double rising(double start, double done) {
    return 1 - (1 - start) * (Math.cos(Math.PI * done) + 1) / 2;
  }
}
