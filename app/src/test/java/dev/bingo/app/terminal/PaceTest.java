package dev.bingo.app.terminal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;

class PaceTest {
  private static final double SECOND = 1e9;

  @Test
  void thePaceIsUnknownAfterOnePiece() {
    Pace pace = new Pace();
    pace.at(0, 1);
    assertThat(pace.left(100)).isEmpty();
  }

  @Test
  void slowFirstPiecesAreSoonForgotten() {
    Pace pace = new Pace();
    double now = 0;
    for (int done = 1; done <= 60; done++) {
      now += done <= 5 ? 2 : .25;
      pace.at((long) (now * SECOND), done);
    }
    assertThat(pace.perSecond()).isCloseTo(4, within(.1));
    assertThat(pace.left(400)).isEqualTo("left 1:40");
  }

  @Test
  void whatWasMoreThanTwoMinutesAgoNoLongerCounts() {
    Pace pace = new Pace();
    for (int second = 0; second < 1_000; second++) {
      pace.at((long) (second * SECOND), second < 500 ? second : 500 + 3L * (second - 500));
    }
    assertThat(pace.perSecond()).isCloseTo(3, within(.01));
  }
}
