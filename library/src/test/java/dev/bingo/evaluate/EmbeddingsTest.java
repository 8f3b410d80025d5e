package dev.bingo.evaluate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.bingo.image.Pixels;
import dev.bingo.image.Reduction;
import dev.bingo.torch.Engine;
import dev.bingo.torch.Tensors;
import dev.bingo.view.Normalisation;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class EmbeddingsTest {
  @TempDir Path folder;

  @BeforeAll
  static void startEngine() {
    Engine.start();
  }

  @Test
  void featuresComeInTheSetsOrderThoughTheLastBatchIsSmaller() {
    Toy.Colours source = new Toy.Colours(11, 5);
    Toy.MeanColour backbone = new Toy.MeanColour();
    backbone.train(true);
    List<Integer> told = new ArrayList<>();
    Embeddings.Options o = Embeddings.Options.of(8, Normalisation.HALF);
    Features features =
        Embeddings.extract(
            backbone,
            source,
            new Embeddings.Options(
                o.transform(), o.normalisation(), o.precision(), o.device(), 4, 2),
            (done, total) -> told.add(done));
    assertThat(told).containsExactly(4, 8, 11);
    assertThat(Tensors.toLongs(features.labels()))
        .containsExactly(IntStream.range(0, 11).mapToLong(i -> i % 3).toArray());
    assertThat(features.imageSize()).isEqualTo(8);
    float[] values = Tensors.toFloats(features.values());
    for (int i = 0; i < 11; i++) {
      Pixels pixels = source.read(i, Reduction.NONE);
      double sum = 0;
      for (int p = 0; p < 64; p++) {
        sum += pixels.rgb()[p * 3] & 0xff;
      }
      // Running statistics are fresh, 0 and 1, and the epsilon of batch-norm is 1e-5.
      double expected = (sum / 64 / 255 - .5) / .5 / Math.sqrt(1 + 1e-5);
      assertThat((double) values[i * 3]).isCloseTo(expected, within(1e-5));
    }
    assertThat(backbone.norm.is_training()).isTrue();
  }

  @Test
  void whatIsSavedComesBack() throws IOException {
    Features features = Toy.blobs(4, 3, 2, 1, 1);
    List<String> ids = List.of("a", "b\nc", "d", "é");
    features.save(folder, ScalarType.Float, ids, Map.of("encoder", "toy"));
    Features.Saved back = Features.load(folder);
    assertThat(back.ids()).isEqualTo(ids);
    assertThat(back.about()).containsEntry("encoder", "toy");
    assertThat(back.features().values().equal(features.values())).isTrue();
    assertThat(back.features().labels().equal(features.labels())).isTrue();
    features.save(folder, ScalarType.Half, ids, Map.of());
    assertThat(
            Features.load(folder).features().values().allclose(features.values(), .01, .01, false))
        .isTrue();
    Files.delete(folder.resolve("index.json"));
    assertThatThrownBy(() -> Features.load(folder)).isInstanceOf(IOException.class);
  }
}
