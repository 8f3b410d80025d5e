package dev.bingo.method;

import dev.bingo.method.part.Check;
import dev.bingo.view.Augmentation;
import java.util.Map;

/**
 * What SwAV can be told.
 *
 * @param temperature τ of the predictions. Paper: 0.1
 * @param epsilon ε of the assignments. Smaller: sharper, and out of a loss that is stuck at ln K.
 *     Paper: 0.05; for CIFAR its authors advise 0.01
 * @param iterations of Sinkhorn. Paper: 3
 * @param prototypes K; many times fewer than there are images. Paper: 3000
 * @param queue L, older embeddings beside a batch smaller than K when images are assigned; one
 *     queue for each large crop, 0 for none. Paper: 3840 at batch 256
 * @param queueEpoch first epoch, from 0, in which the queue fills; it is used once full. Too early
 *     makes the loss climb. Paper: 15
 * @param freezeSteps first steps in which the prototypes stay as they are. Paper: an epoch, 5005 at
 *     batch 256
 * @param embedding width D. Paper: 128
 * @param hidden width of the head's hidden layer. Paper: 2048
 * @param groups batch-norm groups of one batch, as if on so many (groups of) devices
 * @param smallCrops V, small crops beside the two large ones. Paper: 6
 * @param smallSize their side, pixels. Paper: 96
 * @param smallMin least share of the image's area in them. Paper: 0.05
 * @param smallMax largest share. Paper: 0.14
 * @param augmentation of the large crops; of the small ones too, but for the area
 * @param size of the large crops, pixels
 */
public record SwavConfig(
    double temperature,
    double epsilon,
    int iterations,
    int prototypes,
    int queue,
    int queueEpoch,
    int freezeSteps,
    int embedding,
    int hidden,
    int groups,
    int smallCrops,
    int smallSize,
    double smallMin,
    double smallMax,
    Augmentation augmentation,
    int size)
    implements MethodConfig {
  // Below it float64's exp is zero for scores that differ by 2.
  private static final double LEAST_EPSILON = 0.003;

  public SwavConfig {
    Check.positive("swav.temperature", temperature);
    Check.range("swav.epsilon", epsilon, LEAST_EPSILON, 100);
    Check.atLeast("swav.iterations", iterations, 1);
    Check.atLeast("swav.prototypes", prototypes, 2);
    Check.atLeast("swav.queue", queue, 0);
    Check.atLeast("swav.queue_epoch", queueEpoch, 0);
    Check.atLeast("swav.freeze_steps", freezeSteps, 0);
    Check.atLeast("swav.embedding", embedding, 1);
    Check.atLeast("swav.hidden", hidden, 1);
    Check.atLeast("swav.groups", groups, 1);
    Check.atLeast("swav.small_crops", smallCrops, 0);
    Check.range("swav.small_size", smallSize, 8, 2048);
    Check.range("swav.small_max", smallMax, 1e-6, 1);
    Check.range("swav.small_min", smallMin, 1e-6, smallMax);
  }

  @Override
  public Map<String, Integer> otherSizes() {
    return smallCrops > 0 ? Map.of("swav.small_size", smallSize) : Map.of();
  }

  @Override
  public Map<String, String> unread() {
    return smallCrops == 0
        ? Map.of(
            "swav.small_size", "swav.small_crops=0",
            "swav.small_min", "swav.small_crops=0",
            "swav.small_max", "swav.small_crops=0")
        : Map.of();
  }

  @Override
  public Demand demand() {
    return Demand.NONE
        .groups("swav.groups", groups)
        .queue("swav.queue", queue)
        .prototypes("swav.prototypes", prototypes);
  }

  /** The paper's at batch 256, at 224 pixels. */
  public static final SwavConfig PAPER =
      new SwavConfig(
          0.1,
          0.05,
          3,
          3000,
          3840,
          15,
          5005,
          128,
          2048,
          1,
          6,
          96,
          0.05,
          0.14,
          Augmentation.SWAV,
          224);

  /** At this temperature τ. */
  public SwavConfig withTemperature(double other) {
    return new SwavConfig(
        other,
        epsilon,
        iterations,
        prototypes,
        queue,
        queueEpoch,
        freezeSteps,
        embedding,
        hidden,
        groups,
        smallCrops,
        smallSize,
        smallMin,
        smallMax,
        augmentation,
        size);
  }

  /** With so many keys to compare with. */
  public SwavConfig withQueue(int other) {
    return new SwavConfig(
        temperature,
        epsilon,
        iterations,
        prototypes,
        other,
        queueEpoch,
        freezeSteps,
        embedding,
        hidden,
        groups,
        smallCrops,
        smallSize,
        smallMin,
        smallMax,
        augmentation,
        size);
  }

  /** With so many prototypes. */
  public SwavConfig withPrototypes(int other) {
    return new SwavConfig(
        temperature,
        epsilon,
        iterations,
        other,
        queue,
        queueEpoch,
        freezeSteps,
        embedding,
        hidden,
        groups,
        smallCrops,
        smallSize,
        smallMin,
        smallMax,
        augmentation,
        size);
  }

  /** With these changes of all views. */
  public SwavConfig withAugmentation(Augmentation other) {
    return new SwavConfig(
        temperature,
        epsilon,
        iterations,
        prototypes,
        queue,
        queueEpoch,
        freezeSteps,
        embedding,
        hidden,
        groups,
        smallCrops,
        smallSize,
        smallMin,
        smallMax,
        other,
        size);
  }

  /** With views of this side, pixels. */
  public SwavConfig withSize(int other) {
    return new SwavConfig(
        temperature,
        epsilon,
        iterations,
        prototypes,
        queue,
        queueEpoch,
        freezeSteps,
        embedding,
        hidden,
        groups,
        smallCrops,
        smallSize,
        smallMin,
        smallMax,
        augmentation,
        other);
  }
}
