package dev.bingo.fewshot;

import dev.bingo.encoder.Layer;
import java.util.ArrayList;
import java.util.List;
import org.bytedeco.pytorch.Tensor;

/**
 * A network that is trained by episodes: an encoder of maps, and a rule that compares a class's
 * supports with a query. All its state is its module tree.
 */
public abstract class Learner extends Layer {
  private final String method;
  private final List<Layer> parts = new ArrayList<>();
  private final Conv4 encoder;

  Learner(String method, Conv4 encoder) {
    super(method);
    this.method = method;
    this.encoder = part("encoder", encoder);
  }

  /** Registers a part whose gradients are clipped by themselves. */
  final <L extends Layer> L part(String name, L layer) {
    parts.add(child(name, layer));
    return layer;
  }

  /** What it consists of. */
  final List<Layer> parts() {
    return parts;
  }

  /** What a user calls it. */
  public final String method() {
    return method;
  }

  /** What makes maps of images. */
  public final Conv4 encoder() {
    return encoder;
  }

  /**
   * How much each query is of each class.
   *
   * @return {@code [Q, N]}; the largest of a row is the query's class
   */
  public abstract Tensor logits(Task task);

  /**
   * The training loss.
   *
   * @param logits {@code [Q, N]}
   * @param targets {@code int64 [Q]}
   */
  abstract Tensor loss(Tensor logits, Tensor targets);

  /**
   * Probabilities of the classes.
   *
   * @param logits {@code [Q, N]}
   * @return {@code [Q, N]}, rows that sum to 1
   */
  public Tensor probabilities(Tensor logits) {
    return logits.softmax(1);
  }

  /** The loss of a blind guess. */
  abstract double chanceLoss(int ways);

  /** Whether it makes use of looking at all queries together. */
  public boolean canBeTransductive() {
    return false;
  }

  /** Whether it was trained to look at all queries together. */
  public boolean transductive() {
    return false;
  }

  /**
   * Takes the classes of a training episode in, after the optimiser's step.
   *
   * @param means of each class's maps, {@code [N][C · s · s]}
   */
  void remember(long[] classes, float[][] means) {}

  /** Whether {@link #remember} does anything. */
  boolean remembers() {
    return false;
  }
}
