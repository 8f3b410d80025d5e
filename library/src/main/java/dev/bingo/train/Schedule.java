package dev.bingo.train;

import dev.bingo.method.Progress;
import java.util.List;

/**
 * A number that changes as training goes on: a learning rate, a momentum.
 *
 * @param shape after the warm-up
 * @param perStep changes at every step; else once an epoch, but for the warm-up
 * @param base at the end of the warm-up
 * @param end what a cosine ends with
 * @param warmupEpochs of linear rise from {@code warmupStart}, 0 for none
 * @param warmupStart the value of the first step
 * @param warmupInclusive the warm-up's last step already has {@code base} (SwAV, DINO); else the
 *     step after
 * @param milestones epochs at which a step schedule multiplies by {@code gamma}
 */
public record Schedule(
    Shape shape,
    boolean perStep,
    double base,
    double end,
    double warmupEpochs,
    double warmupStart,
    boolean warmupInclusive,
    List<Integer> milestones,
    double gamma) {
  /** The course after the warm-up. */
  public enum Shape {
    COSINE,
    STEP,
    CONSTANT
  }

  public Schedule {
    milestones = List.copyOf(milestones);
    if (!(base >= 0) || !(end >= 0) || !(warmupEpochs >= 0) || !(warmupStart >= 0)) {
      throw new IllegalArgumentException("schedule: expected numbers of at least 0");
    }
  }

  /**
   * A cosine from {@code base} to {@code end}: end + ½ (base − end)(1 + cos πt). MoCo v2 and BINGO:
   * per epoch, to 0.
   */
  public static Schedule cosine(double base, double end, boolean perStep) {
    return new Schedule(Shape.COSINE, perStep, base, end, 0, 0, false, List.of(), 0.1);
  }

  /** A cosine from {@code base} to 0, changed once an epoch, as MoCo v2 and BINGO have it. */
  public static Schedule cosine(double base) {
    return cosine(base, 0, false);
  }

  /** × {@code gamma} at each milestone, in epochs. */
  public static Schedule step(double base, double gamma, List<Integer> milestones) {
    return new Schedule(Shape.STEP, false, base, 0, 0, 0, false, milestones, gamma);
  }

  /** The same with a linear warm-up. */
  public Schedule warmup(double epochs, double start, boolean inclusive) {
    return new Schedule(shape, perStep, base, end, epochs, start, inclusive, milestones, gamma);
  }

  /** The value for the step that begins. */
  public double at(Progress progress) {
    double warmupSteps = warmupEpochs * progress.stepsPerEpoch();
    if (progress.step() < warmupSteps) {
      double last = warmupInclusive ? Math.max(1, warmupSteps - 1) : warmupSteps;
      return warmupStart + (base - warmupStart) * Math.min(1, progress.step() / last);
    }
    long step = perStep ? progress.step() : (long) progress.epoch() * progress.stepsPerEpoch();
    return switch (shape) {
      case CONSTANT -> base;
      case STEP -> {
        double passed = milestones.stream().filter(m -> progress.epoch() >= m).count();
        yield base * Math.pow(gamma, passed);
      }
      case COSINE -> {
        // Not below 0 where the warm-up ends within an epoch.
        double t = Math.max(0, (step - warmupSteps) / (progress.totalSteps() - warmupSteps));
        yield end + 0.5 * (base - end) * (1 + Math.cos(Math.PI * t));
      }
    };
  }
}
