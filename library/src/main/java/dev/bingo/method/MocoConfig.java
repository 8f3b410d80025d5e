package dev.bingo.method;

import dev.bingo.method.part.Check;
import dev.bingo.view.Augmentation;

/**
 * What MoCo v2 can be told.
 *
 * @param temperature τ. Paper: 0.2; Meta's CIFAR notebook: 0.1
 * @param queue K, keys to compare with. Larger than the data set is refused: every image would meet
 *     its own older key as a negative. Paper: 65536; CIFAR: 4096
 * @param momentum of the key encoder. Larger: steadier keys; shorter trainings want less. Paper:
 *     0.999; CIFAR: 0.99
 * @param embedding width D of what is compared. Paper: 128
 * @param hidden width of the head's hidden layer; 0 is the backbone's width, as the paper has it;
 *     −1 is no hidden layer
 * @param symmetric both views are query once and key once (the notebook's option): the two losses
 *     are summed, both keys enqueued
 * @param groups batch-norm groups G of one batch, as if on G devices, with keys shuffled across
 *     them. Paper: 8 devices; 1 leaves plain batch-norm, through which a query can recognise its
 *     key
 * @param augmentation of both views
 * @param size of both views, pixels
 */
public record MocoConfig(
    double temperature,
    int queue,
    double momentum,
    int embedding,
    int hidden,
    boolean symmetric,
    int groups,
    Augmentation augmentation,
    int size)
    implements MethodConfig {

  public MocoConfig {
    Check.positive("moco.temperature", temperature);
    Check.atLeast("moco.queue", queue, 1);
    Check.range("moco.momentum", momentum, 0, 1);
    Check.atLeast("moco.embedding", embedding, 1);
    Check.atLeast("moco.hidden", hidden, -1);
    Check.atLeast("moco.groups", groups, 1);
  }

  @Override
  public Demand demand() {
    return Demand.NONE
        .groups("moco.groups", groups)
        .queue("moco.queue", queue)
        .twoKeys("moco.symmetric", symmetric);
  }

  /** The paper's, at 224 pixels. */
  public static final MocoConfig PAPER =
      new MocoConfig(0.2, 65536, 0.999, 128, 0, false, 8, Augmentation.MOCO2, 224);

  /** Meta's CIFAR-10 notebook. */
  public static final MocoConfig CIFAR =
      new MocoConfig(0.1, 4096, 0.99, 128, -1, false, 8, Augmentation.MOCO2_SMALL, 32);

  /** The same with batch-norm in other groups. */
  public MocoConfig withGroups(int other) {
    return new MocoConfig(
        temperature, queue, momentum, embedding, hidden, symmetric, other, augmentation, size);
  }

  /** At this temperature τ. */
  public MocoConfig withTemperature(double other) {
    return new MocoConfig(
        other, queue, momentum, embedding, hidden, symmetric, groups, augmentation, size);
  }

  /** With so many keys to compare with. */
  public MocoConfig withQueue(int other) {
    return new MocoConfig(
        temperature, other, momentum, embedding, hidden, symmetric, groups, augmentation, size);
  }

  /** With these changes of all views. */
  public MocoConfig withAugmentation(Augmentation other) {
    return new MocoConfig(
        temperature, queue, momentum, embedding, hidden, symmetric, groups, other, size);
  }

  /** With views of this side, pixels. */
  public MocoConfig withSize(int other) {
    return new MocoConfig(
        temperature, queue, momentum, embedding, hidden, symmetric, groups, augmentation, other);
  }
}
