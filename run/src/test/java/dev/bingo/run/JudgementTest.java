package dev.bingo.run;

import static org.assertj.core.api.Assertions.assertThat;

import dev.bingo.evaluate.AgainstRandom;
import dev.bingo.evaluate.Collapse;
import dev.bingo.run.Judgement.Grade;
import java.util.List;
import org.junit.jupiter.api.Test;

class JudgementTest {
  private static final Collapse SPREAD = new Collapse(0.5, 40, 0.6);

  private static AgainstRandom knn(double score, double other) {
    return new AgainstRandom("kNN", 1000, score, other);
  }

  private static AgainstRandom retrieval(double score, double other) {
    return new AgainstRandom("self-retrieval", 1000, score, other);
  }

  private static Judgement of(List<AgainstRandom> random, List<AgainstRandom> control) {
    return new Judgement(1000, random, control, SPREAD);
  }

  @Test
  void theFirstLineSaysTheWorstThatIsTrue() {
    List<AgainstRandom> good = List.of(knn(60, 30), retrieval(80, 40));
    assertThat(of(good, List.of()).verdict()).startsWith("Better than random weights: kNN 60.0 %");
    assertThat(of(List.of(knn(20, 30), retrieval(80, 40)), List.of()).grade())
        .isEqualTo(Grade.BELOW_RANDOM);
    assertThat(of(List.of(knn(31, 30), retrieval(41, 40)), List.of()).verdict())
        .startsWith("No better than random weights")
        .contains("within luck");
    assertThat(of(good, List.of(knn(60, 70))).verdict()).startsWith("Below the control");
    assertThat(of(good, List.of(knn(60, 60))).verdict()).startsWith("No better than the control");
    assertThat(of(good, List.of(knn(60, 50))).verdict()).contains("better than the control");
    Judgement one = new Judgement(1000, good, List.of(), new Collapse(0.001, 1, 1));
    assertThat(one.verdict()).startsWith("Collapsed");
  }

  @Test
  void whatOnlyOneMeasureShowsIsSaidSo() {
    assertThat(of(List.of(knn(31, 30), retrieval(80, 40)), List.of()).verdict())
        .startsWith("Better than random weights by self-retrieval")
        .contains("not by kNN");
  }
}
