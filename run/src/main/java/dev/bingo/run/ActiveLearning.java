package dev.bingo.run;

import dev.bingo.select.Pick;
import dev.bingo.select.Selection;
import dev.bingo.select.Strategy;
import dev.bingo.torch.Draws;
import dev.bingo.torch.Names;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;
import org.bytedeco.javacpp.PointerScope;

/**
 * The papers' simulation of active learning, on a set whose labels are all known: some are shown, a
 * learner learns from them and is judged, a strategy chooses which are shown next, and so on. Every
 * strategy starts from the same images, and is held against random ones.
 *
 * @param initial images whose labels are known at first, drawn by the seed
 * @param budget labels more in each round
 * @param rounds how many times something is chosen
 * @param strategies to try; random is tried in any case
 * @param seeds how many times all of it is done
 * @param apart as {@link Selection#apart}
 * @param shortlist as {@link Selection#shortlist}
 */
public record ActiveLearning(
    int initial,
    int budget,
    int rounds,
    List<Strategy> strategies,
    int seeds,
    double apart,
    int shortlist) {
  private static final long INITIAL = 0x1a17;

  public ActiveLearning {
    if (initial < 2 || budget < 1 || rounds < 1 || seeds < 1) {
      throw new IllegalArgumentException(
          "expected at least 2 images at first, a budget, rounds and seeds of at least 1, got "
              + List.of(initial, budget, rounds, seeds));
    }
    Set<Strategy> all = new LinkedHashSet<>(List.of(Strategy.RANDOM));
    all.addAll(strategies);
    strategies = List.copyOf(all);
  }

  /**
   * Refuses a set that is too small.
   *
   * @param images that there are
   */
  public void check(int images) {
    long wanted = initial + (long) budget * rounds;
    if (wanted > images) {
      throw new IllegalArgumentException(
          initial
              + " images at first and "
              + rounds
              + " rounds of "
              + budget
              + " are "
              + wanted
              + ", but there are "
              + Names.counted(images, "image"));
    }
  }

  /** Is told what is known so far, after each round of each strategy. */
  @FunctionalInterface
  public interface Sink {
    void take(Curves soFar) throws IOException;
  }

  /** Runs it. */
  public Curves run(Learner learner, Console console) throws IOException {
    return run(learner, console, soFar -> {});
  }

  /** Runs it, and tells how far it is: it may take hours. */
  public Curves run(Learner learner, Console console, Sink sink) throws IOException {
    check(learner.size());
    List<Curves.Point> points = new ArrayList<>();
    int todo = seeds * strategies.size() * (rounds + 1);
    console.begin("rounds");
    for (int seed = 0; seed < seeds; seed++) {
      for (Strategy strategy : strategies) {
        int[] labelled =
            Arrays.stream(Draws.of(seed, INITIAL).permutation(learner.size()))
                .limit(initial)
                .sorted()
                .toArray();
        for (int round = 0; round <= rounds; round++) {
          try (PointerScope scope = new PointerScope()) {
            Learner.Learnt learnt = learner.learn(labelled, seed);
            points.add(
                new Curves.Point(
                    strategy,
                    seed,
                    round,
                    labelled.length,
                    learnt.test().accuracy(),
                    learnt.test().macroF1()));
            if (round < rounds) {
              labelled =
                  with(labelled, choose(strategy, learnt, labelled, learner.size(), seed, round));
            }
          }
          sink.take(new Curves(List.copyOf(points)));
          console.progress(points.size(), todo);
        }
      }
    }
    return new Curves(points);
  }

  private List<Pick> choose(
      Strategy strategy, Learner.Learnt learnt, int[] labelled, int size, int seed, int round) {
    int[] rest =
        IntStream.range(0, size).filter(i -> Arrays.binarySearch(labelled, i) < 0).toArray();
    long drawn = Draws.of(seed, round).nextLong();
    return new Selection(strategy, budget, 0, apart, shortlist, drawn)
        .choose(learnt.pool(), labelled, rest, learnt.classifier());
  }

  private static int[] with(int[] labelled, List<Pick> picks) {
    return IntStream.concat(IntStream.of(labelled), picks.stream().mapToInt(Pick::row))
        .sorted()
        .toArray();
  }
}
