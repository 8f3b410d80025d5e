package dev.bingo.fewshot;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.bingo.encoder.Layer;
import dev.bingo.evaluate.Features;
import dev.bingo.fewshot.Episodes.Shape;
import dev.bingo.fewshot.FewShotFile.Info;
import dev.bingo.image.ImageSource;
import dev.bingo.image.Pixels;
import dev.bingo.image.Reduction;
import dev.bingo.method.Method;
import dev.bingo.method.Progress;
import dev.bingo.torch.Engine;
import dev.bingo.torch.Precision;
import dev.bingo.torch.ProgressListener;
import dev.bingo.torch.Tensors;
import dev.bingo.view.Batch;
import dev.bingo.view.Epoch;
import dev.bingo.view.Loader;
import dev.bingo.view.LoaderOptions;
import dev.bingo.view.Normalisation;
import dev.bingo.weights.SafeTensors;
import java.io.IOException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.bytedeco.javacpp.Pointer;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Device;
import org.bytedeco.pytorch.LongOptional;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Episodes through the whole of it: loading, steps, judging, files. */
class LearningTest {
  private static final Shape SHAPE = new Shape(3, 1, 2);
  private static final int SIZE = 28;
  private static final int LEAST_CLASSES = Memory.LEAST;

  private static Device cpu;

  @TempDir Path folder;

  @BeforeAll
  static void start() {
    Engine.start();
    cpu = new Device("cpu");
  }

  private static Info info(String method, MrnConfig config) {
    List<String> classes =
        IntStream.range(0, LEAST_CLASSES + 8).mapToObj(c -> "class-" + c).toList();
    return new Info(method, config, SIZE, 1, "half", classes, Map.of());
  }

  private static SmallImages images() {
    return SmallImages.of(Drawings.of(LEAST_CLASSES + 8, 4), SIZE, false, 1, ProgressListener.NONE);
  }

  private static Judge judge() {
    return new Judge(Normalisation.HALF, Precision.FP32, cpu);
  }

  /** Steps of plain descent. */
  private static void train(Learner learner, SmallImages images, int steps) {
    train(new EpisodicMethod(learner, SHAPE, SIZE, false), images, 0, steps);
  }

  private static void train(EpisodicMethod method, SmallImages images, int from, int steps) {
    Layer learner = method.state();
    Episodes episodes = new Episodes(images, SHAPE, 5);
    LoaderOptions options = new LoaderOptions(SHAPE.size(), 5, 1, 1, true);
    Loader loader = new Loader(images, method.views(), options, episodes.order(from + steps));
    method.train();
    try (Epoch epoch = loader.epoch(0, from)) {
      for (int s = from; s < from + steps; s++) {
        try (PointerScope scope = new PointerScope()) {
          Progress progress = new Progress(0, s, from + steps, 1, 5);
          Batch batch = epoch.next();
          Tensor indices = Tensors.of(batch.indices(), batch.size());
          Tensor x = Normalisation.HALF.apply(batch.views().get(0), new Device("cpu"));
          learner.zero_grad(true);
          Method.Loss loss =
              method.loss(
                  new Method.Images(List.of(x), batch.labels(), indices, Precision.FP32), progress);
          loss.value().backward();
          method.afterBackward(progress);
          for (Tensor p : Tensors.named(learner.named_parameters()).values()) {
            if (p.grad().defined()) {
              p.data().sub_(p.grad().mul(new Scalar(.1)));
            }
          }
          method.afterStep(progress);
        }
      }
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {ProtoNet.NAME, Mrn.RELATION, Mrn.NAME})
  void aStepLeavesNothingNativeBehind(String name) {
    Learner learner = info(name, config(name)).create(1);
    SmallImages images = images();
    EpisodicMethod method = new EpisodicMethod(learner, SHAPE, SIZE, true);
    train(method, images, 0, 14); // the memory is read from its 32nd class on
    long before = Pointer.totalCount();
    train(method, images, 14, 3);
    assertThat(Pointer.totalCount()).isLessThanOrEqualTo(before);
    judge(learner, images, false);
    assertThat(Pointer.totalCount()).isLessThanOrEqualTo(before);
  }

  private static MrnConfig config(String name) {
    return name.equals(Mrn.RELATION) ? MrnConfig.ANCESTOR : MrnConfig.DEFAULT;
  }

  @Test
  void trainingFillsTheMemoryAndJudgingLeavesAllAsItIs() {
    Info info = info(Mrn.NAME, MrnConfig.DEFAULT);
    Mrn mrn = (Mrn) info.create(1);
    SmallImages images = images();
    train(mrn, images, 16);
    assertThat(LongStream.of(mrn.held()).filter(c -> c >= 0).count())
        .isBetween((long) LEAST_CLASSES - 6, 40L);
    try (PointerScope scope = new PointerScope()) {
      Map<String, float[]> before = new HashMap<>();
      Tensors.named(mrn).forEach((n, t) -> before.put(n, Tensors.toFloats(t)));
      EpisodeScores running = judge(mrn, images, false);
      EpisodeScores batch = judge(mrn, images, true);
      assertThat(running).isEqualTo(judge(mrn, images, false));
      assertThat(batch).isNotEqualTo(running);
      Tensors.named(mrn)
          .forEach((n, t) -> assertThat(Tensors.toFloats(t)).as(n).isEqualTo(before.get(n)));
    }
  }

  private static EpisodeScores judge(Learner learner, SmallImages images, boolean batch) {
    Episodes episodes = new Episodes(images, SHAPE, 77);
    return judge()
        .judge(
            learner,
            images.classes(),
            images,
            episodes,
            6,
            new Judge.Mode(batch, false),
            ProgressListener.NONE);
  }

  @Test
  void aLearnerLearnsToTellDrawingsApart() {
    Learner learner = info(ProtoNet.NAME, MrnConfig.DEFAULT).create(2);
    SmallImages images = images();
    train(learner, images, 25);
    assertThat(judge(learner, images, false).mean()).isGreaterThan(90);
  }

  @Test
  void onlyKnownNamesAreKnownToTheMemory() {
    assertThat(Judge.ids(List.of("a", "b", "c"), List.of("c", "x", "a"))).containsExactly(2, -1, 0);
  }

  @Test
  void aLearnerComesBackFromItsFile() throws IOException {
    Info info = info(Mrn.NAME, MrnConfig.DEFAULT.withTransductive(true));
    Learner learner = info.create(3);
    train(learner, images(), 4);
    Path file = folder.resolve("few-shot.safetensors");
    FewShotFile.save(file, learner, info);
    assertThat(FewShotFile.is(file)).isTrue();
    FewShotFile.Loaded loaded = FewShotFile.load(file);
    assertThat(loaded.info().mrn()).isEqualTo(info.mrn());
    assertThat(loaded.info().classes()).isEqualTo(info.classes());
    assertThat(loaded.learner().transductive()).isTrue();
    try (PointerScope scope = new PointerScope()) {
      Map<String, Tensor> saved = Tensors.named(learner);
      Tensors.named(loaded.learner())
          .forEach(
              (n, t) -> assertThat(Tensors.toFloats(t)).isEqualTo(Tensors.toFloats(saved.get(n))));
    }
  }

  @Test
  void filesThatDoNotFitTheirClaimAreRefused() throws IOException {
    Info info = info(ProtoNet.NAME, MrnConfig.DEFAULT);
    Path file = folder.resolve("few-shot.safetensors");
    FewShotFile.save(file, info.create(3), info);
    try (PointerScope scope = new PointerScope()) {
      SafeTensors.Content content = SafeTensors.read(file);
      for (Map.Entry<String, String> lie :
          Map.of(
                  "method", "mrn",
                  "image_size", "100000",
                  "channels", "2",
                  "mrn", "{\"k\":-1}",
                  "classes", "7",
                  "version", "9",
                  "kind", "encoder")
              .entrySet()) {
        Map<String, String> metadata = new HashMap<>(content.metadata());
        metadata.put(lie.getKey(), lie.getValue());
        Path other = folder.resolve("lie.safetensors");
        SafeTensors.write(other, content.tensors(), metadata);
        assertThatThrownBy(() -> FewShotFile.load(other))
            .as(lie.toString())
            .isInstanceOf(IOException.class)
            .hasMessageContaining("lie.safetensors");
      }
    }
  }

  @Test
  void turnedImagesAreClassesOfTheirOwn() {
    ImageSource images = Drawings.of(2, 3);
    SmallImages turned = SmallImages.of(images, SIZE, true, 1, ProgressListener.NONE);
    assertThat(turned.size()).isEqualTo(24);
    assertThat(turned.classes())
        .containsExactly(
            "class-0",
            "class-0@90",
            "class-0@180",
            "class-0@270",
            "class-1",
            "class-1@90",
            "class-1@180",
            "class-1@270");
    assertThat(turned.label(3 * 4 + 1)).isEqualTo(5);
    Pixels upright = turned.read(8, Reduction.NONE);
    Pixels quarter = turned.read(9, Reduction.NONE);
    Pixels half = turned.read(10, Reduction.NONE);
    for (int y = 0; y < SIZE; y++) {
      for (int x = 0; x < SIZE; x++) {
        byte value = upright.rgb()[3 * (y * SIZE + x)];
        assertThat(quarter.rgb()[3 * ((SIZE - 1 - x) * SIZE + y)]).isEqualTo(value);
        assertThat(half.rgb()[3 * ((SIZE - 1 - y) * SIZE + SIZE - 1 - x)]).isEqualTo(value);
      }
    }
  }

  @Test
  void prototypesClassifyAndSayHowTheSupportsFareAmongThemselves() {
    try (PointerScope scope = new PointerScope()) {
      Tensor supports = Tensors.of(new float[] {3, 0, 2, .2f, .1f, 1, 0, 4, 9, 8, 0, 5}, 6, 2);
      Prototypes prototypes = Prototypes.of(supports, new int[] {0, 0, 1, 1, 0, 1}, 2);
      assertThat(prototypes.check()).isEqualTo(new LeaveOneOut(6, 6));
      Tensor logits = prototypes.logits(Tensors.of(new float[] {5, 1, 1, 5}, 2, 2));
      assertThat(Tensors.toLongs(logits.argmax(new LongOptional(1), false))).containsExactly(0, 1);
      assertThat(logits.abs().max().item_double()).isLessThanOrEqualTo(prototypes.scale());
      Prototypes single = Prototypes.of(supports.narrow(0, 1, 2), new int[] {0, 1}, 2);
      assertThat(single.check()).isNull();
      assertThat(single.scale()).isEqualTo(Prototypes.DEFAULT_SCALE);
      assertThatThrownBy(() -> Prototypes.of(supports, new int[6], 2))
          .hasMessageContaining("a class has no support");
    }
  }

  @Test
  void aSupportIsNotJudgedByItself() {
    try (PointerScope scope = new PointerScope()) {
      // The third is nearer to the other class than to the rest of its own.
      Tensor supports = Tensors.of(new float[] {1, 0, 1, .1f, .1f, 1, 0, 1, .1f, 1}, 5, 2);
      Prototypes prototypes = Prototypes.of(supports, new int[] {0, 0, 0, 1, 1}, 2);
      assertThat(prototypes.check()).isEqualTo(new LeaveOneOut(4, 5));
    }
  }

  @Test
  void lookedAtTogetherImagesMoveThePrototypes() {
    try (PointerScope scope = new PointerScope()) {
      // One misleading support of each class, and two clusters of images.
      Tensor supports = Tensors.of(new float[] {1, .75f, .1f, 1}, 2, 2);
      Prototypes prototypes = Prototypes.of(supports, new int[] {0, 1}, 2);
      float[] at = new float[2 * 21];
      for (int i = 0; i < 10; i++) {
        at[2 * i] = 1;
        at[2 * i + 1] = .01f * i;
        at[20 + 2 * i] = .5f + .01f * i;
        at[21 + 2 * i] = 1;
      }
      at[40] = .6f;
      at[41] = .8f;
      Tensor images = Tensors.of(at, 21, 2);
      long[] apart = classes(prototypes.logits(images));
      long[] together = classes(prototypes.transductive(images));
      assertThat(together[0]).isZero();
      assertThat(together[15]).isEqualTo(1);
      assertThat(together[20]).isEqualTo(1);
      assertThat(apart[20]).isZero();
    }
  }

  private static long[] classes(Tensor logits) {
    return Tensors.toLongs(logits.argmax(new LongOptional(1), false));
  }

  @Test
  void anEncoderIsJudgedByEpisodesOfItsFeatures() {
    ImageSource images = Drawings.of(4, 8);
    try (PointerScope scope = new PointerScope()) {
      torch.manual_seed(3);
      Tensor labels = Tensors.of(LongStream.range(0, 32).map(i -> i / 8).toArray(), 32);
      Tensor own = torch.one_hot(labels, 4).to(ScalarType.Float);
      Features sharp = new Features(own.add(torch.rand(32, 4)), labels, 0);
      Features noise = new Features(torch.rand(32, 4), labels, 0);
      Episodes episodes = new Episodes(images, new Shape(4, 2, 3), 1);
      assertThat(Prototypes.judge(sharp, episodes, 40, false, ProgressListener.NONE).mean())
          .isGreaterThan(85);
      assertThat(Prototypes.judge(noise, episodes, 40, true, ProgressListener.NONE).mean())
          .isCloseTo(25, within(10.0));
    }
  }
}
