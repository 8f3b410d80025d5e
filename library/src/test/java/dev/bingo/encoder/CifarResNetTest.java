package dev.bingo.encoder;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.bingo.torch.Engine;
import dev.bingo.torch.Tensors;
import java.util.Arrays;
import java.util.Map;
import java.util.stream.IntStream;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.MemoryFormat;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

class CifarResNetTest {
  @BeforeAll
  static void start() {
    Engine.start();
  }

  /** Table 6 of the paper, in millions; exact ones with a classifier of ten classes. */
  @ParameterizedTest
  @CsvSource({"20, 0.27", "32, 0.46", "44, 0.66", "56, 0.85", "110, 1.7"})
  void sizesAreThoseOfThePaper(int depth, double millions) {
    try (PointerScope scope = new PointerScope()) {
      Backbone net = Encoders.create("cifar_resnet" + depth, Stem.CIFAR, 1);
      long withClassifier = Modules.parameterCount(net) + 64 * 10 + 10;
      assertThat(withClassifier / 1e6).isCloseTo(millions, within(millions > 1 ? 0.05 : 0.0075));
      assertThat(net.width()).isEqualTo(64);
      if (depth == 20) {
        // 269,722 parameters, and no others than these: shortcuts have none.
        assertThat(withClassifier).isEqualTo(269_722);
        assertThat(Tensors.named(net.named_parameters()).keySet())
            .allMatch(
                n -> n.matches("(conv1|bn1|layer[123][.][012][.](conv|bn)[12])[.](weight|bias)"));
      }
    }
  }

  /**
   * With all else in a block silenced, the network is its shortcuts: channel c of stage s is
   * channel c − pad of the stage before at every second pixel, or zero.
   */
  @ParameterizedTest
  @EnumSource(
      value = MemoryFormat.class,
      names = {"Contiguous", "ChannelsLast"})
  void shortcutsTakeEverySecondPixelAndPadChannelsOnBothSides(MemoryFormat format) {
    try (PointerScope scope = new PointerScope()) {
      Backbone net = Encoders.create("cifar_resnet20", Stem.CIFAR, 1);
      Map<String, Tensor> named = Tensors.named(net);
      named.forEach(
          (name, t) -> {
            if (name.endsWith("bn2.weight")) {
              t.detach().zero_();
            }
          });
      net.train(false);
      Tensor images = torch.randn(2, 3, 12, 8).contiguous(format);
      Tensor stem =
          torch.conv2d(
              images,
              named.get("conv1.weight"),
              new org.bytedeco.pytorch.TensorOptional(),
              new long[] {1, 1},
              new long[] {1, 1},
              new long[] {1, 1},
              1);
      float[][] expected = slowShortcuts(Tensors.toFloats(stem.relu()), 2, 12, 8);
      float[] actual = Tensors.toFloats(net.features(images));
      for (int n = 0; n < 2; n++) {
        for (int c = 0; c < 64; c++) {
          assertThat(actual[n * 64 + c])
              .as("channel %s", c)
              .isCloseTo(expected[n][c], within(1e-4f));
        }
      }
      // 8 and 16 channels of zeros on either side leave the sixteen of the stem in the middle.
      assertThat(Arrays.copyOfRange(actual, 0, 24)).containsOnly(0f);
      assertThat(Arrays.copyOfRange(actual, 40, 64)).containsOnly(0f);
      long alive = IntStream.range(24, 40).filter(c -> actual[c] > 0).count();
      assertThat(alive).as("channels of the stem that come through").isGreaterThan(7);
    }
  }

  /** Pooled features of a network of shortcuts: written out pixel by pixel. */
  private static float[][] slowShortcuts(float[] stem, int batch, int height, int width) {
    float[][] pooled = new float[batch][64];
    for (int n = 0; n < batch; n++) {
      for (int c = 0; c < 64; c++) {
        int before = c - 16;
        int first = before - 8;
        if (before < 0 || before >= 32 || first < 0 || first >= 16) {
          continue;
        }
        double sum = 0;
        int count = 0;
        for (int y = 0; y < height; y += 4) {
          for (int x = 0; x < width; x += 4, count++) {
            sum += stem[((n * 16 + first) * height + y) * width + x];
          }
        }
        pooled[n][c] = (float) (sum / count);
      }
    }
    return pooled;
  }

  @Test
  void oddSizesRoundUpAsTheConvolutionsDo() {
    try (PointerScope scope = new PointerScope()) {
      Backbone net = Encoders.create("cifar_resnet20", Stem.CIFAR, 1);
      assertThat(net.features(torch.rand(2, 3, 29, 31)).sizes().vec().get()).containsExactly(2, 64);
    }
  }
}
