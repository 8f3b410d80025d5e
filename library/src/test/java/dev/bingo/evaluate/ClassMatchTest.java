package dev.bingo.evaluate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.bingo.torch.Engine;
import dev.bingo.torch.Tensors;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.bytedeco.pytorch.Tensor;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

class ClassMatchTest {
  private static final List<String> FOUR = List.of("a", "b", "c", "d");

  @BeforeAll
  static void startEngine() {
    Engine.start();
  }

  @Test
  void aSideThatLacksAClassIsJudgedByNames() {
    Features bank = named(Toy.blobs(60, 5, 3, .01, 1), List.of("a", "b", "c"), 0, 1, 2);
    // No image of b: c is number 1 here.
    Features some = named(Toy.blobs(60, 5, 3, .01, 2), List.of("a", "c"), 0, -1, 1);
    Features queries = some.rows(rows(some, label -> label >= 0));
    assertThat(new Knn(5, .1).score(bank, queries).top1()).isEqualTo(100);
    CachedProbe.Outcome probe = CachedProbe.DEFAULT.run(bank, queries);
    assertThat(probe.score().top1()).isEqualTo(100);
    assertThat(probe.confusion().classes()).containsExactly("a", "b", "c");
    assertThat(probe.confusion().counts()[2][2]).isEqualTo(20);
    assertThat(ClassMatch.of(bank, queries).unknown()).isEmpty();
  }

  @Test
  void namesInAnotherOrderAreTheSameClasses() {
    Features bank = named(Toy.blobs(60, 5, 3, .01, 1), List.of("a", "b", "c"), 0, 1, 2);
    Features queries = named(Toy.blobs(30, 5, 3, .01, 2), List.of("c", "b", "a"), 2, 1, 0);
    assertThat(new Knn(5, .1).score(bank, queries).top1()).isEqualTo(100);
  }

  @Test
  void queriesOfAClassThatTheBankLacksAreWrongAndNamed() {
    Features all = named(Toy.blobs(80, 5, 4, .01, 1), FOUR, 0, 1, 2, 3);
    Features bank = all.rows(rows(all, label -> label != 1));
    ClassMatch match = ClassMatch.of(bank, all);
    assertThat(match.names()).containsExactly("a", "c", "d", "b");
    assertThat(match.unknown()).containsOnlyKeys("b").containsValue(20);
    assertThat(new Knn(5, .1).score(bank, all).top1()).isEqualTo(75);
  }

  @Test
  void classesThatNothingMatchesAreRefused() {
    Features names = named(Toy.blobs(8, 2, 2, 1, 1), List.of("cat", "dog"), 0, 1);
    Features others = named(Toy.blobs(8, 2, 2, 1, 1), List.of("0", "1"), 0, 1);
    assertThatThrownBy(() -> new Knn(1, .1).score(names, others))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("(cat, dog)")
        .hasMessageContaining("(0, 1) have no name in common");
    Features bare = Toy.blobs(8, 2, 2, 1, 1);
    assertThatThrownBy(() -> ClassMatch.of(names, bare)).hasMessageContaining("(numbers)");
    Features twice = named(bare, List.of("cat", "cat"), 0, 1);
    assertThatThrownBy(() -> ClassMatch.of(twice, names)).hasMessageContaining("one name");
  }

  @Test
  void numbersOfAFormatMatchWhateverTheirNames() {
    Features digits = numbered(List.of("0", "1", "2"));
    Features things = numbered(List.of("shirt", "bag", "boot"));
    assertThat(new Knn(5, .1).score(digits, things).top1()).isEqualTo(100);
    assertThat(new Knn(5, .1).score(digits, Toy.blobs(30, 5, 3, .01, 2)).top1()).isEqualTo(100);
  }

  @Test
  void aLabelOfMillionsCostsNoMoreThanItsImage() {
    Features two =
        new Features(
            Tensors.of(new float[] {1, 0, 0, 1, 1, .1f}, 3, 2),
            Tensors.of(new long[] {0, 999_999_999, 0}, 3),
            0);
    assertThat(new Knn(1, .1).leaveOneOut(two).top1()).isBetween(66., 67.);
    assertThat(CachedProbe.DEFAULT.run(two, two).confusion().counts()).hasDimensions(2, 2);
  }

  private static Features numbered(List<String> names) {
    Features blobs = Toy.blobs(30, 5, 3, .01, 2);
    return new Features(
        blobs.values(), blobs.labels(), new ClassNames(names, true), blobs.positions(), 0);
  }

  /** The same with other labels. */
  private static Features named(Features blobs, List<String> names, long... number) {
    long[] labels =
        Arrays.stream(Tensors.toLongs(blobs.labels())).map(l -> number[(int) l]).toArray();
    Tensor renumbered = Tensors.of(labels, labels.length);
    return new Features(
        blobs.values(), renumbered, new ClassNames(names, false), blobs.positions(), 0);
  }

  private static long[] rows(Features of, java.util.function.LongPredicate wanted) {
    long[] labels = Tensors.toLongs(of.labels());
    return IntStream.range(0, labels.length)
        .filter(i -> wanted.test(labels[i]))
        .asLongStream()
        .toArray();
  }
}
