package dev.bingo.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.bingo.recipe.Recipe;
import dev.bingo.recipe.Recipes;
import dev.bingo.run.Estimate.Part;
import java.util.List;
import org.junit.jupiter.api.Test;

class EstimateTest {
  private static final Pace PACE = new Pace(0.5, 9, 0.001, 0.004, 0.01, 512, 1L << 30);

  private static Estimate of(String base, int images, int val, long kept, String... settings) {
    Recipe recipe = Recipes.read(base, List.of(settings));
    return Estimate.of(recipe, PACE, images, val, kept);
  }

  private static double part(Estimate estimate, String name) {
    return estimate.parts().stream()
        .filter(part -> part.name().equals(name))
        .mapToDouble(Part::seconds)
        .sum();
  }

  @Test
  void stepsAreThoseOfWholeBatches() {
    Estimate estimate =
        of("moco-v2-cifar10", 1000, 0, 0, "train.batch=64", "train.accumulate=2", "train.epochs=3");
    assertThat(estimate.stepsPerEpoch()).isEqualTo(7);
    assertThat(part(estimate, "steps")).isEqualTo(3 * 7 * 0.5);
  }

  @Test
  void aTeacherCostsBagsAndKeysAndACheck() {
    Estimate online = of("bingo-cifar10", 1000, 0, 0, "teacher.cached_views=0");
    assertThat(part(online, "bags")).isGreaterThan(1000 * 0.004);
    assertThat(part(online, "check the teacher")).isPositive();
    assertThat(part(online, "the teacher's keys")).isZero();
    Estimate cached = of("bingo-cifar10", 1000, 0, 0, "teacher.cached_views=5");
    assertThat(part(cached, "the teacher's keys")).isCloseTo(2 * 5 * 1000 * 0.004, within(1e-9));
    Estimate given = of("bingo-cifar10", 1000, 0, 0, "bags.file=x.npy");
    assertThat(part(given, "bags")).isZero();
  }

  @Test
  void scoresCostWhatTheyEmbed() {
    Estimate none = of("moco-v2-cifar10", 1000, 0, 0);
    Estimate some = of("moco-v2-cifar10", 1000, 500, 0);
    assertThat(part(none, "score and probe at the end")).isZero();
    assertThat(part(some, "score and probe at the end")).isGreaterThan(1.5);
    assertThat(part(some, "scores on the way")).isGreaterThan(part(none, "scores on the way"));
  }

  @Test
  void asManyEpochsFitAsTheTimeWithoutThemLeaves() {
    Estimate estimate = of("moco-v2-cifar10", 1000, 0, 0, "train.epochs=4");
    double perEpoch = (estimate.seconds() - estimate.once()) / 4;
    assertThat(estimate.often(estimate.once() + 10 * perEpoch)).isCloseTo(10, within(1e-9));
    assertThat(estimate.often(estimate.once() / 2)).isNegative();
  }

  @Test
  void imagesThatAreKeptAreReadOnceAndTakeMemory() {
    Estimate apart = of("moco-v2-cifar10", 1000, 0, 0);
    Estimate kept = of("moco-v2-cifar10", 1000, 0, 1L << 20);
    assertThat(part(apart, "read images")).isZero();
    assertThat(part(kept, "read images")).isEqualTo(10);
    assertThat(kept.memory() - apart.memory()).isEqualTo(1L << 20);
  }
}
