package dev.bingo.recipe;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

import dev.bingo.method.UnfitException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What a refusal advises is taken, on sets of every size. */
class AdviceTest {
  private static final int MOST = 5_000;

  /** Fewer images can't be told from each other. */
  private static final int LEAST = 5;

  @ParameterizedTest
  @ValueSource(
      strings = {
        "bingo-cifar10",
        "bingo-cifar10 bingo.enqueue_mate=true teacher.groups=8 bags.k=50",
        "bingo-cifar10 bags.kind=kmeans",
        "bingo-imagenet-r18-r50 bags.kind=labels train.accumulate=16",
        "seed-cifar10 train.batch=7 teacher.groups=2",
        "compress-imagenet-r18-r50",
        "moco-v2-cifar10",
        "moco-v2-cifar10 moco.queue=79 train.batch=64",
        "moco-v2-cifar10 moco.groups=1 moco.queue=2 train.batch=2",
        "msvq-tiny-imagenet",
        "swav-cifar10",
        "swav-imagenet-r50 swav.queue=0 swav.prototypes=100000",
        "wcl-imagenet-r50-multicrop",
        "wcl-cifar10 wcl.small_crops=2 wcl.neighbours=900 train.batch=1",
        "cone-cifar10",
        "mobyv2al-cifar10",
        "demo-teacher",
        "demo-student"
      })
  void adviceThatIsTakenIsNotRefused(String words) {
    List<String> settings = List.of(words.split(" "));
    Recipe wish = read(settings, Map.of());
    Map<Map<String, String>, Recipe> taken = new HashMap<>();
    for (int images = 1; images <= MOST; images++) {
      try {
        check(wish, images);
      } catch (UnfitException e) {
        if (e.advice().isEmpty()) {
          assertThat(images).as(e.getMessage()).isLessThan(LEAST);
        } else {
          Recipe advised = taken.computeIfAbsent(e.advice(), advice -> read(settings, advice));
          int n = images;
          assertThatCode(() -> check(advised, n))
              .as("%d images: %s", images, e.getMessage())
              .doesNotThrowAnyException();
        }
      }
    }
    assertThat(taken).isNotEmpty();
  }

  private static void check(Recipe recipe, int images) {
    Methods.demand(recipe).check(images, recipe.train().batch(), recipe.train().accumulate());
  }

  private static Recipe read(List<String> words, Map<String, String> advice) {
    List<String> overrides = new ArrayList<>(words.subList(1, words.size()));
    advice.forEach((key, value) -> overrides.add(key + "=" + value));
    return Recipes.read(words.get(0), overrides);
  }
}
