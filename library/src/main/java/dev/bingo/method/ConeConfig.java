package dev.bingo.method;

import dev.bingo.method.part.Check;
import dev.bingo.view.Augmentation;

/**
 * What CoNe can be told. The paper's are its public code's.
 *
 * @param temperature τ of the neighbours' softmax. Paper: 0.1
 * @param consistencyTemperature τ' of the consensus. Paper: 0.07
 * @param neighbours k nearest keys that count. Paper: 512 of 65536
 * @param neighbourWeight α. Paper: 0.7
 * @param consistencyWeight β. Paper: 0.4
 * @param labelSmoothing share of the target that goes to the other classes. Paper: 0
 * @param queue K, fewer than there are images. Holds C probabilities a key too: 262 MB for 65536
 *     keys of 1000 classes
 * @param momentum of the key's network at the start; a cosine takes it to 1, but one above 0.996
 *     stays as it is. Paper: 0.996
 * @param warmupEpochs of the classifier alone, while the queue fills. Paper: 1
 * @param embedding width D. Paper: 256
 * @param hidden width of the head's hidden layer; 0 is the paper's: twice the backbone's, at least
 *     4096
 * @param augmentation of the image. Paper: crop and flip
 * @param size pixels
 */
public record ConeConfig(
    double temperature,
    double consistencyTemperature,
    int neighbours,
    double neighbourWeight,
    double consistencyWeight,
    double labelSmoothing,
    int queue,
    double momentum,
    int warmupEpochs,
    int embedding,
    int hidden,
    Augmentation augmentation,
    int size)
    implements MethodConfig {

  public ConeConfig {
    Check.positive("cone.temperature", temperature);
    Check.positive("cone.consistency_temperature", consistencyTemperature);
    Check.atLeast("cone.queue", queue, 1);
    Check.range("cone.neighbours", neighbours, 1, queue);
    Check.range("cone.neighbour_weight", neighbourWeight, 0, 1e6);
    Check.range("cone.consistency_weight", consistencyWeight, 0, 1e6);
    Check.range("cone.label_smoothing", labelSmoothing, 0, 1);
    Check.range("cone.momentum", momentum, 0, 1);
    Check.atLeast("cone.warmup_epochs", warmupEpochs, 1);
    Check.atLeast("cone.embedding", embedding, 1);
    Check.atLeast("cone.hidden", hidden, 0);
  }

  @Override
  public Demand demand() {
    return Demand.NONE.queue("cone.queue", queue).neighbours("cone.neighbours", neighbours);
  }

  /** The public code's, at 224 pixels. */
  public static final ConeConfig PAPER =
      new ConeConfig(
          0.1, 0.07, 512, 0.7, 0.4, 0, 65536, 0.996, 1, 256, 0, Augmentation.CROP_FLIP, 224);

  /** At this temperature τ. */
  public ConeConfig withTemperature(double other) {
    return new ConeConfig(
        other,
        consistencyTemperature,
        neighbours,
        neighbourWeight,
        consistencyWeight,
        labelSmoothing,
        queue,
        momentum,
        warmupEpochs,
        embedding,
        hidden,
        augmentation,
        size);
  }

  /** With so many keys to compare with. */
  public ConeConfig withQueue(int other) {
    return new ConeConfig(
        temperature,
        consistencyTemperature,
        neighbours,
        neighbourWeight,
        consistencyWeight,
        labelSmoothing,
        other,
        momentum,
        warmupEpochs,
        embedding,
        hidden,
        augmentation,
        size);
  }

  /** With these changes of all views. */
  public ConeConfig withAugmentation(Augmentation other) {
    return new ConeConfig(
        temperature,
        consistencyTemperature,
        neighbours,
        neighbourWeight,
        consistencyWeight,
        labelSmoothing,
        queue,
        momentum,
        warmupEpochs,
        embedding,
        hidden,
        other,
        size);
  }

  /** With views of this side, pixels. */
  public ConeConfig withSize(int other) {
    return new ConeConfig(
        temperature,
        consistencyTemperature,
        neighbours,
        neighbourWeight,
        consistencyWeight,
        labelSmoothing,
        queue,
        momentum,
        warmupEpochs,
        embedding,
        hidden,
        augmentation,
        other);
  }
}
