package dev.bingo.run;

import dev.bingo.evaluate.LinearClassifier;
import dev.bingo.neighbour.Rows;
import dev.bingo.select.Classifier;
import dev.bingo.select.Pick;
import dev.bingo.select.Selection;
import dev.bingo.select.Uncertainty;
import dev.bingo.torch.Draws;
import dev.bingo.torch.Tensors;
import java.util.Arrays;
import java.util.List;
import java.util.function.IntPredicate;
import java.util.stream.IntStream;
import org.bytedeco.pytorch.Tensor;

/** A choice among rows of features, some of which have a class. Call it in a native scope. */
public final class RowChoice {
  private static final long SAMPLE = 10_000;

  private final Rows rows;
  private final int[] classOf;
  private final int classes;
  private final long seed;

  /**
   * @param classOf class of each row, −1 where it has none
   * @param classes how many there are
   * @param seed of the classifier's draws
   */
  public RowChoice(Rows rows, int[] classOf, int classes, long seed) {
    this.rows = rows;
    this.classOf = classOf;
    this.classes = classes;
    this.seed = seed;
  }

  /**
   * What was chosen.
   *
   * @param said what the classifier says of each pick; null where there are fewer than two classes
   */
  public record Chosen(List<Pick> picks, Uncertainty said) {}

  /**
   * Chooses.
   *
   * @param open whether a row without a class may be chosen
   * @throws IllegalArgumentException where {@link Selection#check} refuses
   */
  public Chosen choose(Selection selection, IntPredicate open) {
    int[] labelled = where(row -> classOf[row] >= 0);
    int[] rest = where(row -> classOf[row] < 0 && open.test(row));
    Classifier classifier = classes < 2 ? null : classifier(labelled);
    List<Pick> picks = selection.choose(rows, labelled, rest, classifier);
    int[] at = picks.stream().mapToInt(Pick::row).toArray();
    boolean said = classifier != null && at.length > 0;
    return new Chosen(picks, said ? Uncertainty.of(rows, at, classifier) : null);
  }

  private int[] where(IntPredicate which) {
    return IntStream.range(0, classOf.length).filter(which).toArray();
  }

  private Classifier classifier(int[] labelled) {
    long[] at = Arrays.stream(labelled).asLongStream().toArray();
    long[] drawn = LinearClassifier.sample(Draws.of(seed, SAMPLE), rows.size());
    Tensor targets =
        Tensors.of(Arrays.stream(labelled).mapToLong(row -> classOf[row]).toArray(), at.length);
    LinearClassifier classifier =
        LinearClassifier.train(rows.gather(drawn), rows.gather(at), targets, classes, seed);
    return classifier::probabilities;
  }
}
