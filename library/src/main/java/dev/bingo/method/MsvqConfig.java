package dev.bingo.method;

import dev.bingo.method.part.Check;
import dev.bingo.view.Augmentation;

/**
 * What MSVQ can be told.
 *
 * @param temperature τ_s, of the student's similarities. Public code: 0.1
 * @param teacherTemperature τ_t, better below τ_s. Public code: 0.04, for CIFAR-100 0.03
 * @param queue K of each of the two queues; fewer than there are images. Public code: 4096 for
 *     CIFAR, 16384 for STL-10 and Tiny-ImageNet
 * @param momentum1 m of the first teacher. Public code: 0.99 for CIFAR, else 0.996
 * @param momentum2 m of the second. It should differ, or both queues say the same. Public code:
 *     0.95, for CIFAR-100 0.93, else 0.99
 * @param embedding D. Public code: 128
 * @param hidden width of the head's hidden layer; 0 is the backbone's width, −1 is no hidden layer.
 *     Public code: 2048
 * @param groups batch-norm groups G of one batch, as if on G devices, with the teachers' images
 *     shuffled across them. Public code: 8
 * @param augmentation of the student's view
 * @param weak of the teachers' views
 * @param size of all views, pixels
 */
public record MsvqConfig(
    double temperature,
    double teacherTemperature,
    int queue,
    double momentum1,
    double momentum2,
    int embedding,
    int hidden,
    int groups,
    Augmentation augmentation,
    Augmentation weak,
    int size)
    implements MethodConfig {

  /** The teachers' views: crop and a flip that is likely. */
  public static final Augmentation WEAK = new Augmentation(.2, 1, .9, 0, 0, 0, 0, 0, 0, 0, 0);

  public MsvqConfig {
    Check.positive("msvq.temperature", temperature);
    Check.positive("msvq.teacher_temperature", teacherTemperature);
    Check.atLeast("msvq.queue", queue, 1);
    Check.range("msvq.momentum1", momentum1, 0, 1);
    Check.range("msvq.momentum2", momentum2, 0, 1);
    Check.atLeast("msvq.embedding", embedding, 1);
    Check.atLeast("msvq.hidden", hidden, -1);
    Check.atLeast("msvq.groups", groups, 1);
  }

  @Override
  public Demand demand() {
    return Demand.NONE
        .groups("msvq.groups", groups)
        .queue("msvq.queue", queue)
        .caution(
            teacherTemperature >= temperature,
            "msvq.teacher_temperature: "
                + teacherTemperature
                + " is not below msvq.temperature, "
                + temperature
                + ": the student learns to find everything alike; the public code has 0.04 beside 0.1")
        .caution(
            momentum1 == momentum2,
            "msvq.momentum1 and msvq.momentum2 are both "
                + momentum1
                + ": the two teachers are one, and its queues say the same");
  }

  /** The public code's for CIFAR-10. */
  public static final MsvqConfig CIFAR10 =
      new MsvqConfig(0.1, 0.04, 4096, 0.99, 0.95, 128, 2048, 8, Augmentation.MOCO2, WEAK, 32);

  /** At this temperature τ. */
  public MsvqConfig withTemperature(double other) {
    return new MsvqConfig(
        other,
        teacherTemperature,
        queue,
        momentum1,
        momentum2,
        embedding,
        hidden,
        groups,
        augmentation,
        weak,
        size);
  }

  /** With so many keys to compare with. */
  public MsvqConfig withQueue(int other) {
    return new MsvqConfig(
        temperature,
        teacherTemperature,
        other,
        momentum1,
        momentum2,
        embedding,
        hidden,
        groups,
        augmentation,
        weak,
        size);
  }

  /** With these changes of all views. */
  public MsvqConfig withAugmentation(Augmentation other) {
    return new MsvqConfig(
        temperature,
        teacherTemperature,
        queue,
        momentum1,
        momentum2,
        embedding,
        hidden,
        groups,
        other,
        weak,
        size);
  }

  /** With views of this side, pixels. */
  public MsvqConfig withSize(int other) {
    return new MsvqConfig(
        temperature,
        teacherTemperature,
        queue,
        momentum1,
        momentum2,
        embedding,
        hidden,
        groups,
        augmentation,
        weak,
        other);
  }
}
