package dev.bingo.method;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.bingo.method.Demand.Size;
import dev.bingo.view.Augmentation;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class DemandTest {
  private static Demand moco(int queue, boolean symmetric, int groups) {
    return new MocoConfig(.1, queue, .99, 128, -1, symmetric, groups, Augmentation.MOCO2, 32)
        .demand();
  }

  private static Map<String, String> advice(Demand demand, int images, int batch) {
    return catchThrowableOfType(UnfitException.class, () -> demand.check(images, batch)).advice();
  }

  @Test
  void theBatchIsNamedWhereItIsWhatIsTooLarge() {
    assertThatThrownBy(() -> moco(4096, true, 8).check(80, 512))
        .hasMessageContaining("train.batch: a batch of 512 can't be filled from 80 images")
        .hasMessageContaining("train.batch=8 moco.groups=1 moco.queue=32 would fit");
  }

  @Test
  void aQueueBetweenTheBatchAndTheImagesThatIsNotThereIsMadeByASmallerBatch() {
    assertThat(advice(moco(79, true, 1), 80, 64))
        .containsEntry("train.batch", "8")
        .doesNotContainKey("moco.queue");
  }

  @Test
  void whereNoSmallerBatchHelpsOneKeyOfAnImageDoes() {
    assertThat(advice(moco(4096, true, 1), 4, 2))
        .isEqualTo(Map.of("moco.symmetric", "false", "moco.queue", "2"));
  }

  @Test
  void whatWorksStaysAsItIs() {
    assertThat(advice(moco(65536, false, 1), 5000, 256)).isEqualTo(Map.of("moco.queue", "2048"));
  }

  @ParameterizedTest
  @CsvSource({"1, 3 images", "2, 3 images"})
  void whereNothingWouldFitTheLeastNumberOfImagesIsSaid(int images, String least) {
    assertThatThrownBy(() -> moco(4096, true, 8).check(images, 512))
        .hasMessageEndingWith("; it takes at least " + least);
  }

  @Test
  void clustersMustHoldAnImageAndItsMates() {
    Demand bags = Demand.NONE.bags(new Size("--k", 5), new Size("--clusters", 500));
    assertThatThrownBy(() -> bags.check(80, 0))
        .hasMessage(
            "--clusters: 500 clusters of 80 images hold 0.2 each on average, too few for an image"
                + " and its 5 mates; --clusters 6 would fit");
    assertThatCode(() -> bags.check(3000, 0)).doesNotThrowAnyException();
  }

  @Test
  void bagsAreSmallerThanTheSet() {
    Demand bags = Demand.NONE.bags(new Size("bags.k", 5), Size.NONE);
    assertThatThrownBy(() -> bags.check(5, 0)).hasMessageEndingWith("bags.k=2 would fit");
    assertThatThrownBy(() -> bags.check(1, 0)).hasMessageContaining("1 image; it takes at least 2");
  }

  @Test
  void manyPrototypesAreWarnedOfAndMoreThanImagesRefused() {
    Demand many =
        new SwavConfig(
                .1,
                .05,
                3,
                100_000,
                3840,
                15,
                0,
                128,
                2048,
                1,
                6,
                96,
                .05,
                .14,
                Augmentation.SWAV,
                224)
            .demand();
    assertThatCode(() -> many.check(1_281_167, 256)).doesNotThrowAnyException();
    assertThat(many.cautions(1_281_167, 256))
        .singleElement()
        .asString()
        .contains("100000 prototypes for 1,281,167 images")
        .contains("swav.prototypes=4096 is safer");
    assertThat(SwavConfig.PAPER.demand().cautions(1_281_167, 256)).isEmpty();
    assertThat(advice(many, 50_000, 256)).containsKey("swav.prototypes");
  }

  @Test
  void ablationsOfMsvqAreWarnedOfNotRefused() {
    MsvqConfig alike =
        new MsvqConfig(.1, .1, 8, .9, .9, 8, 0, 1, Augmentation.MOCO2, MsvqConfig.WEAK, 32);
    assertThat(alike.demand().cautions(1000, 8))
        .anyMatch(words -> words.contains("momentum1"))
        .anyMatch(words -> words.contains("teacher_temperature"));
    assertThat(MsvqConfig.CIFAR10.demand().cautions(50_000, 256)).isEmpty();
  }
}
