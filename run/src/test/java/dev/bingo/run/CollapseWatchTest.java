package dev.bingo.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.bingo.encoder.Encoders;
import dev.bingo.encoder.Stem;
import dev.bingo.torch.Engine;
import dev.bingo.train.TrainingException;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class CollapseWatchTest {
  @BeforeAll
  static void startEngine() {
    Engine.start();
  }

  @ParameterizedTest
  @CsvSource({
    "mobilenet_v2, 2, false",
    "mobilenet_v2, 43, false",
    "mobilenet_v2, 44, true",
    // its momentum is 0.01
    "mobilenet_v3_small, 44, false",
    "mobilenet_v3_small, 460, true",
    // no batch-norm
    "dino_vitt16, 1, true",
  })
  void anEncoderIsJudgedOnceItsRunningStatisticsAreTheImages(
      String arch, long steps, boolean settled) {
    try (PointerScope scope = new PointerScope()) {
      assertThat(CollapseWatch.isSettled(Encoders.create(arch, Stem.IMAGENET, 1), steps))
          .isEqualTo(settled);
    }
  }

  @Test
  void featuresThatAreAllOneEndTheTrainingWhereTheyCanBeJudgedAndAreLoggedBefore() {
    try (PointerScope scope = new PointerScope()) {
      Tensor one = torch.ones(64, 8);
      assertThat(CollapseWatch.look(1, false, one).get("feature_spread")).isZero();
      assertThatThrownBy(() -> CollapseWatch.look(1, true, one))
          .isInstanceOf(TrainingException.class)
          .hasMessageContaining("collapsed in epoch 1");
    }
  }
}
