package dev.bingo.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.bingo.method.Method;
import dev.bingo.method.MocoConfig;
import dev.bingo.method.MocoV2;
import dev.bingo.method.UnfitException;
import dev.bingo.torch.Engine;
import dev.bingo.view.Augmentation;
import dev.bingo.view.Loader;
import dev.bingo.view.LoaderOptions;
import dev.bingo.view.Normalisation;
import org.bytedeco.pytorch.Device;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** What a program puts together wrongly is refused before the first step. */
class SetupTest {
  @BeforeAll
  static void start() {
    Engine.start();
  }

  private static Setup setup(Method method, LoaderOptions options) {
    return new Setup(
        method,
        new Loader(new ToyImages(ToyRun.IMAGES), method.views(), ToyRun.MATES, options),
        Normalisation.HALF,
        new Device("cpu"),
        ToyRun.SGD,
        Schedule.cosine(0.05, 0, true),
        ToyRun.config(2));
  }

  @Test
  void aLoaderOfOtherBatchesIsRefused() {
    Method moco = ToyRun.moco();
    assertThat(setup(moco, new LoaderOptions(4, 3, 2, 2, true)).stepsPerEpoch())
        .isEqualTo(ToyRun.STEPS_PER_EPOCH);
    assertThatThrownBy(() -> setup(moco, new LoaderOptions(8, 3, 2, 2, true)))
        .hasMessageContaining("batches of 8 by seed 3, the training expects 4 by seed 3");
    assertThatThrownBy(() -> setup(moco, new LoaderOptions(4, 5, 2, 2, true)))
        .hasMessageContaining("by seed 5");
    assertThatThrownBy(() -> setup(moco, new LoaderOptions(4, 3, 2, 2, false)))
        .hasMessageContaining("dropLast must be true");
  }

  @Test
  void theMethodIsAskedWhetherItCanWorkWithSoManyImages() {
    MocoConfig config =
        new MocoConfig(0.2, 4096, 0.9, 6, 8, false, 2, Augmentation.MOCO2_SMALL, 12);
    Method moco = new MocoV2(config, () -> new ToyBackbone(5), 5);
    assertThatThrownBy(() -> setup(moco, new LoaderOptions(4, 3, 2, 2, true)))
        .isInstanceOf(UnfitException.class)
        .hasMessageContaining("a queue of 4,096 keys for 46 images");
  }
}
