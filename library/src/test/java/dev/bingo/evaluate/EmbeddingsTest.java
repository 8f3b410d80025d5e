package dev.bingo.evaluate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.bingo.image.ImageSource;
import dev.bingo.image.Pixels;
import dev.bingo.image.Reduction;
import dev.bingo.image.Subset;
import dev.bingo.torch.Engine;
import dev.bingo.torch.ProgressListener;
import dev.bingo.torch.Tensors;
import dev.bingo.view.Normalisation;
import dev.bingo.weights.Npy;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.bytedeco.pytorch.Tensor;
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
    List<Long> told = new ArrayList<>();
    Embeddings.Options o = Embeddings.Options.of(8, Normalisation.HALF);
    Features features =
        Embeddings.extract(
            backbone,
            source,
            new Embeddings.Options(
                o.transform(), o.normalisation(), o.precision(), o.device(), 4, 2),
            (done, total) -> told.add(done));
    assertThat(told).containsExactly(4L, 8L, 11L);
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
  void imagesThatCannotBeReadHaveNoRow() throws IOException {
    Toy.Colours good = new Toy.Colours(11, 5);
    ImageSource some = Toy.withBad(good, 0, 4, 5, 10);
    Toy.MeanColour backbone = new Toy.MeanColour();
    Embeddings.Options o = Embeddings.Options.of(8, Normalisation.HALF);
    Embeddings.Options four =
        new Embeddings.Options(o.transform(), o.normalisation(), o.precision(), o.device(), 4, 2);
    Features all = Embeddings.extract(backbone, good, four, ProgressListener.NONE);
    Features read = Embeddings.extract(backbone, some, four, ProgressListener.NONE);
    assertThat(read.positions()).containsExactly(1, 2, 3, 6, 7, 8, 9);
    Features expected = all.rows(new long[] {1, 2, 3, 6, 7, 8, 9});
    assertThat(read.values().equal(expected.values())).isTrue();
    assertThat(read.labels().equal(expected.labels())).isTrue();
    assertThat(read.classes().names()).containsExactly("red", "green", "blue");

    Path file = folder.resolve("rows.npy");
    long[] positions = Embeddings.write(backbone, some, four, file, ProgressListener.NONE);
    assertThat(positions).containsExactly(1, 2, 3, 6, 7, 8, 9);
    Tensor rows = Npy.read(file).to(ScalarType.Float);
    assertThat(Tensors.toLongs(rows.isnan().all(1).to(ScalarType.Long)))
        .containsExactly(1, 0, 0, 0, 1, 1, 0, 0, 0, 0, 1);
    Tensor at = Tensors.of(positions, positions.length);
    assertThat(rows.index_select(0, at).allclose(read.values(), .01, .01, false)).isTrue();
  }

  @Test
  void aSubsetLeavesOutWhatIsReplacedFromOutsideOfIt() {
    ImageSource some = Subset.of(Toy.withBad(new Toy.Colours(11, 5), 4, 6), 3, 4, 6, 7);
    Features read =
        Embeddings.extract(
            new Toy.MeanColour(),
            some,
            Embeddings.Options.of(8, Normalisation.HALF),
            ProgressListener.NONE);
    assertThat(read.positions()).containsExactly(0, 3);
  }

  @Test
  void whatIsSavedComesBack() throws IOException {
    Features blobs = Toy.blobs(4, 3, 2, 1, 1);
    ClassNames classes = new ClassNames(List.of("cat", "dog"), false);
    Features features =
        new Features(blobs.values(), blobs.labels(), classes, new int[] {0, 2, 3, 4}, 8);
    List<String> ids = List.of("a", "b\nc", "d", "é");
    features.save(
        folder, ScalarType.Float, ids, Map.of("bad", "it is empty"), Map.of("encoder", "toy"));
    Features.Saved back = Features.load(folder);
    assertThat(back.ids()).isEqualTo(ids);
    assertThat(back.leftOut()).containsExactly(Map.entry("bad", "it is empty"));
    assertThat(back.features().classes()).isEqualTo(classes);
    assertThat(back.features().imageSize()).isEqualTo(8);
    assertThat(back.about()).containsEntry("encoder", "toy");
    assertThat(back.features().values().equal(features.values())).isTrue();
    assertThat(back.features().labels().equal(features.labels())).isTrue();
    features.save(folder, ScalarType.Half, ids, Map.of(), Map.of());
    assertThat(
            Features.load(folder).features().values().allclose(features.values(), .01, .01, false))
        .isTrue();
    Files.delete(folder.resolve("index.json"));
    assertThatThrownBy(() -> Features.load(folder)).isInstanceOf(IOException.class);
  }
}
