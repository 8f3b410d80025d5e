package dev.bingo.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.bingo.encoder.EmbeddingNet;
import dev.bingo.encoder.Encoders;
import dev.bingo.encoder.ProjectionHead;
import dev.bingo.method.Bingo;
import dev.bingo.method.BingoConfig;
import dev.bingo.method.CachedKeys;
import dev.bingo.method.KeyCache;
import dev.bingo.method.Keys;
import dev.bingo.method.Keys.Wanted;
import dev.bingo.method.Method.Images;
import dev.bingo.method.Progress;
import dev.bingo.method.Teacher;
import dev.bingo.method.Teacher.BatchNormMode;
import dev.bingo.torch.Engine;
import dev.bingo.torch.Precision;
import dev.bingo.torch.Tensors;
import dev.bingo.view.Augmentation;
import dev.bingo.view.EvalTransform;
import dev.bingo.view.Loader;
import dev.bingo.view.Normalisation;
import dev.bingo.view.View;
import dev.bingo.view.View.Source;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.LongStream;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Device;
import org.bytedeco.pytorch.Tensor;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class KeyCacheTest {
  /** One key for all views of an image: the whole of it. */
  private static final Augmentation WHOLE = new Augmentation(1, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0);

  private static final int N = ToyRun.IMAGES;

  @TempDir Path folder;
  private PointerScope scope;
  private Teacher teacher;

  @BeforeEach
  void openScope() {
    Engine.start();
    scope = new PointerScope();
    ProjectionHead head = ProjectionHead.mlp(ToyBackbone.WIDTH, 8, 6);
    Encoders.initialise(head, 8);
    teacher = new Teacher(new EmbeddingNet(new ToyBackbone(7), head), BatchNormMode.RUNNING, 1);
  }

  @AfterEach
  void closeScope() {
    scope.close();
  }

  private void make(int views, Augmentation augmentation, String hash) throws IOException {
    KeyCache.make(
        folder,
        teacher,
        new ToyImages(N),
        Normalisation.HALF,
        new Device("cpu"),
        Precision.FP32,
        new KeyCache.Plan(views, augmentation, 12, 4, 3, 2),
        Map.of("teacher", hash),
        (done, total) -> {});
  }

  /** Anchors 0 … N − 1, each with the one after it as its mate. */
  private static Images all(Tensor view) {
    Tensor anchors = Tensors.of(LongStream.range(0, N).toArray(), N);
    Tensor mates = Tensors.of(LongStream.range(1, N + 1).map(i -> i % N).toArray(), N);
    return new Images(List.of(view), anchors, anchors, mates, Precision.FP32);
  }

  @Test
  void cachedKeysAreTheTeachersForAnchorsAndMates() throws IOException {
    make(1, WHOLE, "a");
    Progress progress = new Progress(0, 0, 1, 1, 0);
    Tensor pixels;
    try (var epoch = Loader.sequential(new ToyImages(N), EvalTransform.of(12), N, 1)) {
      pixels = Normalisation.HALF.apply(epoch.next().views().get(0), new Device("cpu"));
    }
    List<Wanted> wanted = List.of(new Wanted(Source.ANCHOR, 0), new Wanted(Source.MATE, 0));
    float[] online = Tensors.toFloats(teacher.keys(all(pixels), wanted, progress).get(0));
    Keys cached = new CachedKeys(folder, 1, N, 1);
    List<Tensor> keys = cached.keys(all(pixels), wanted, progress);
    float[] anchors = Tensors.toFloats(keys.get(0));
    float[] mates = Tensors.toFloats(keys.get(1));
    int d = cached.width();
    for (int i = 0; i < N * d; i++) {
      // Half precision: eleven bits.
      assertThat(anchors[i]).isCloseTo(online[i], org.assertj.core.data.Offset.offset(1e-3f));
      assertThat(mates[i]).isEqualTo(anchors[(i + d) % (N * d)]);
    }
  }

  @Test
  void recordedViewsDifferAndTakeTurns() throws IOException {
    make(2, Augmentation.MOCO2_SMALL, "a");
    Keys cached = new CachedKeys(folder, 2, N, 1);
    List<Wanted> wanted = List.of(new Wanted(Source.ANCHOR, 0));
    Images images = all(Tensors.zeros(org.bytedeco.pytorch.global.torch.ScalarType.Float, N));
    float[] first = Tensors.toFloats(cached.keys(images, wanted, progressOf(0)).get(0));
    float[] second = Tensors.toFloats(cached.keys(images, wanted, progressOf(1)).get(0));
    float[] third = Tensors.toFloats(cached.keys(images, wanted, progressOf(2)).get(0));
    assertThat(second).isNotEqualTo(first);
    assertThat(third).isEqualTo(first);
  }

  private static Progress progressOf(int epoch) {
    return new Progress(epoch, 0, 1, 4, 0);
  }

  @Test
  void anInterruptedCacheIsGoneOnWith() throws IOException {
    make(2, Augmentation.MOCO2_SMALL, "a");
    byte[] whole = Files.readAllBytes(folder.resolve("keys-001.npy"));
    Object before = Files.getLastModifiedTime(folder.resolve("keys-000.npy"));
    Files.delete(folder.resolve("keys-001.npy"));
    make(2, Augmentation.MOCO2_SMALL, "a");
    assertThat(Files.readAllBytes(folder.resolve("keys-001.npy"))).isEqualTo(whole);
    assertThat(Files.getLastModifiedTime(folder.resolve("keys-000.npy"))).isEqualTo(before);
  }

  @Test
  void keysOfAnotherTeacherOrSettingAreRefusedByName() throws IOException {
    make(1, WHOLE, "a");
    assertThatThrownBy(() -> make(1, WHOLE, "b"))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("another teacher")
        .hasMessageContaining("delete the folder");
    assertThatThrownBy(() -> make(1, Augmentation.MOCO2, "a"))
        .hasMessageContaining("another augmentation");
    assertThatThrownBy(() -> new CachedKeys(folder, 1, N + 1, 1))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("[" + (N + 1) + ", 6]");
  }

  @Test
  void bingoWithCachedKeysRendersTwoViewsAndResumesExactly() throws IOException {
    make(2, Augmentation.MOCO2_SMALL, "a");
    Path whole = folder.resolve("whole");
    Path cut = folder.resolve("cut");
    assertThat(bingo().views()).extracting(View::name).containsExactly("a1", "p1");
    try (RunDirectory run = new RunDirectory(whole)) {
      ToyRun.trainer(bingo(), ToyRun.SGD, ToyRun.config(2), run, new Listener() {}).train();
    }
    try (RunDirectory run = new RunDirectory(cut)) {
      Trainer[] trainer = new Trainer[1];
      Listener stop =
          new Listener() {
            @Override
            public void onStep(Step step) {
              if (step.step() == 5) {
                trainer[0].requestStop();
              }
            }
          };
      trainer[0] = ToyRun.trainer(bingo(), ToyRun.SGD, ToyRun.config(2), run, stop);
      assertThat(trainer[0].train()).isEqualTo(Trainer.Outcome.STOPPED);
    }
    try (RunDirectory run = new RunDirectory(cut)) {
      ToyRun.trainer(bingo(), ToyRun.SGD, ToyRun.config(2), run, new Listener() {}).train();
    }
    assertThat(ToyRun.metrics(cut)).isEqualTo(ToyRun.metrics(whole));
  }

  private Bingo bingo() throws IOException {
    BingoConfig config =
        new BingoConfig(
            0.2,
            18,
            8,
            BingoConfig.LossForm.PUBLIC_CODE,
            0.5,
            0.5,
            1,
            true,
            false,
            false,
            Augmentation.MOCO2_SMALL,
            12);
    return new Bingo(config, new ToyBackbone(5), new CachedKeys(folder, 2, N, 1), 5);
  }
}
