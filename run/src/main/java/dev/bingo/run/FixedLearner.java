package dev.bingo.run;

import dev.bingo.evaluate.ClassMatch;
import dev.bingo.evaluate.Confusion;
import dev.bingo.evaluate.Features;
import dev.bingo.evaluate.LinearClassifier;
import dev.bingo.neighbour.Rows;
import dev.bingo.torch.Draws;
import dev.bingo.torch.Tensors;
import java.util.Arrays;
import java.util.List;
import org.bytedeco.pytorch.LongOptional;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;

/** A linear classifier on the features of an encoder that stays as it is. */
public final class FixedLearner implements Learner {
  private static final long SAMPLE = 10_000;

  private final Tensor pool;
  private final Tensor sample;
  private final Tensor labels;
  private final Tensor test;
  private final Tensor testLabels;
  private final List<String> classes;

  /**
   * @param pool labelled
   * @param test labelled, to judge by
   * @param unit whether distances are between directions
   */
  public FixedLearner(Features pool, Features test, boolean unit) {
    ClassMatch match = ClassMatch.of(pool, test);
    this.pool = unit ? torch.normalize(pool.values()) : pool.values();
    this.test = unit ? torch.normalize(test.values()) : test.values();
    long[] drawn = LinearClassifier.sample(Draws.of(SAMPLE), pool.size());
    sample = this.pool.index_select(0, Tensors.of(drawn, drawn.length));
    labels = match.bank(pool.labels());
    testLabels = match.queries(test.labels());
    classes = match.names();
  }

  @Override
  public int size() {
    return Math.toIntExact(pool.size(0));
  }

  @Override
  public Learnt learn(int[] labelled, long seed) {
    Tensor at = Tensors.of(Arrays.stream(labelled).asLongStream().toArray(), labelled.length);
    LinearClassifier classifier =
        LinearClassifier.train(
            sample, pool.index_select(0, at), labels.index_select(0, at), classes.size(), seed);
    Tensor given = classifier.probabilities(test).argmax(new LongOptional(1), false);
    return new Learnt(
        Rows.of(pool), classifier::probabilities, Confusion.of(testLabels, given, classes));
  }
}
