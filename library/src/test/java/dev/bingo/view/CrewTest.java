package dev.bingo.view;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class CrewTest {
  @Test
  void doublesWhenABatchIsWaitedForAndShrinksByOneWhenNoneIs() {
    Crew crew = Crew.sparing(16);
    assertThat(crew.working()).isEqualTo(4);
    crew.taken(false);
    assertThat(crew.working()).isEqualTo(8);
    crew.taken(false);
    crew.taken(false);
    assertThat(crew.working()).isEqualTo(16);
    assertThat(crew.works(15)).isTrue();
    batches(crew, 15);
    assertThat(crew.working()).isEqualTo(16);
    batches(crew, 1);
    assertThat(crew.working()).isEqualTo(15);
    assertThat(crew.works(15)).isFalse();
  }

  @Test
  void neverFallsBelowOneThread() {
    Crew crew = Crew.sparing(3);
    batches(crew, 500);
    assertThat(crew.working()).isEqualTo(1);
    assertThat(crew.works(0)).isTrue();
  }

  @Test
  void allOfThemStayAtWorkWhereNothingIsSpared() {
    Crew crew = Crew.all(6);
    batches(crew, 500);
    assertThat(crew.working()).isEqualTo(6);
  }

  private static void batches(Crew crew, int count) {
    for (int i = 0; i < count; i++) {
      crew.taken(true);
    }
  }
}
