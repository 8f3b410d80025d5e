package dev.bingo.fewshot;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.bingo.fewshot.Episodes.Shape;
import dev.bingo.image.ImageSetException;
import dev.bingo.image.ImageSource;
import java.util.Arrays;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class EpisodesTest {
  private static final Shape SHAPE = new Shape(3, 2, 4);

  @Test
  void anEpisodeIsOfDifferentClassesAndImagesInOrder() {
    ImageSource images = Drawings.of(7, 9);
    Episodes episodes = new Episodes(images, SHAPE, 1);
    for (int e = 0; e < 50; e++) {
      int[] of = episodes.images(e);
      assertThat(Arrays.stream(of).distinct().count()).isEqualTo(18);
      int[] labels = Arrays.stream(of).map(images::label).toArray();
      int[] classes = {labels[0], labels[2], labels[4]};
      assertThat(Arrays.stream(classes).distinct().count()).isEqualTo(3);
      for (int i = 0; i < 6; i++) {
        assertThat(labels[i]).isEqualTo(classes[i / 2]);
      }
      for (int i = 6; i < 18; i++) {
        assertThat(labels[i]).isEqualTo(classes[(i - 6) / 4]);
      }
    }
  }

  @Test
  void episodesAreAFunctionOfTheSeed() {
    Episodes one = new Episodes(Drawings.of(7, 9), SHAPE, 1);
    Episodes same = new Episodes(Drawings.of(7, 9), SHAPE, 1);
    Episodes other = new Episodes(Drawings.of(7, 9), SHAPE, 2);
    assertThat(one.images(12)).isEqualTo(same.images(12)).isNotEqualTo(other.images(12));
    assertThat(one.images(12)).isNotEqualTo(one.images(13));
    int[] third = one.order(4).of(3);
    assertThat(Arrays.copyOf(third, 18)).isEqualTo(one.images(12));
    assertThat(third).hasSize(one.order(4).size());
  }

  @Test
  void allImagesTakePartAboutEquallyOften() {
    Episodes episodes = new Episodes(Drawings.of(5, 6), new Shape(2, 1, 2), 3);
    int[] count = new int[30];
    for (int e = 0; e < 2000; e++) {
      IntStream.of(episodes.images(e)).forEach(i -> count[i]++);
    }
    // 12,000 places over 30 images: 400 ± 20.
    assertThat(Arrays.stream(count).min().orElseThrow()).isBetween(300, 400);
    assertThat(Arrays.stream(count).max().orElseThrow()).isBetween(400, 500);
  }

  @Test
  void classesWithTooFewImagesAreLeftOutAndNamed() {
    ImageSource images = Drawings.of(6, 9, Map.of(2, 5));
    Episodes episodes = new Episodes(images, SHAPE, 1);
    assertThat(episodes.leftOut()).containsExactly(Map.entry("class-2", 5));
    assertThat(episodes.classes()).isEqualTo(5);
    assertThat(IntStream.range(0, 50).flatMap(e -> IntStream.of(episodes.images(e))))
        .noneMatch(i -> images.label(i) == 2);
  }

  @Test
  void tooFewClassesAreRefusedWithWhatThereIs() {
    assertThatThrownBy(() -> new Episodes(Drawings.of(3, 9, Map.of(1, 5)), SHAPE, 1))
        .isInstanceOf(ImageSetException.class)
        .hasMessageContaining(
            "3-way 2-shot with 2 supports + 4 queries take at least 3 classes of 6")
        .hasMessageContaining("there are 2 (class-1 has 5)");
    assertThatThrownBy(() -> new Shape(1, 1, 1)).hasMessageContaining("at least 2 ways");
  }

  @Test
  void intervalsAndPairedDifferencesAreThoseOfTheBooks() {
    EpisodeScores a = new EpisodeScores(new double[] {80, 90, 100, 70});
    EpisodeScores b = new EpisodeScores(new double[] {78, 88, 98, 68});
    assertThat(a.mean()).isEqualTo(85);
    // s = 12.9099, of 4 episodes.
    assertThat(a.interval()).isCloseTo(1.96 * 12.90994 / 2, within(1e-4));
    assertThat(a.minus(b).mean()).isEqualTo(2);
    assertThat(a.minus(b).interval()).isZero();
    assertThatThrownBy(() -> a.minus(new EpisodeScores(new double[] {1})))
        .hasMessageContaining("same episodes");
  }
}
