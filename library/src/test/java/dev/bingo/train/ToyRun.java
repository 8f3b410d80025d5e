package dev.bingo.train;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.bingo.encoder.EmbeddingNet;
import dev.bingo.encoder.Encoders;
import dev.bingo.encoder.ProjectionHead;
import dev.bingo.method.Bingo;
import dev.bingo.method.BingoConfig;
import dev.bingo.method.Compress;
import dev.bingo.method.CompressConfig;
import dev.bingo.method.Cone;
import dev.bingo.method.ConeConfig;
import dev.bingo.method.Keys;
import dev.bingo.method.Method;
import dev.bingo.method.MocoConfig;
import dev.bingo.method.MocoV2;
import dev.bingo.method.Msvq;
import dev.bingo.method.MsvqConfig;
import dev.bingo.method.Seed;
import dev.bingo.method.SeedConfig;
import dev.bingo.method.Swav;
import dev.bingo.method.SwavConfig;
import dev.bingo.method.Teacher;
import dev.bingo.method.Wcl;
import dev.bingo.method.WclConfig;
import dev.bingo.torch.Engine;
import dev.bingo.torch.Precision;
import dev.bingo.view.Augmentation;
import dev.bingo.view.Loader;
import dev.bingo.view.LoaderOptions;
import dev.bingo.view.Mates;
import dev.bingo.view.Normalisation;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.bytedeco.pytorch.Device;

/** Trainings small enough for a test, of the real parts: loader, MoCo v2, optimiser. */
final class ToyRun {
  static final int IMAGES = 46;
  static final int CLASSES = 3;
  static final int BATCH = 4;
  static final int STEPS_PER_EPOCH = IMAGES / BATCH;
  static final OptimiserConfig SGD = OptimiserConfig.sgd(0.9, 1e-4);
  static final String IDENTITY = "toy";
  static final Mates MATES = (anchor, draws) -> (anchor + 1 + draws.below(IMAGES - 1)) % IMAGES;

  static final BingoConfig BINGO =
      new BingoConfig(
          0.2,
          18,
          8,
          BingoConfig.LossForm.PUBLIC_CODE,
          0.5,
          0.5,
          1,
          true,
          true,
          true,
          Augmentation.MOCO2_SMALL,
          12);

  /** SEED's small patches, and a queue that the batch does not divide. */
  static final SeedConfig SEED =
      new SeedConfig(0.2, 0.01, 18, 0, 2, 8, 0.05, 0.14, Augmentation.MOCO2_SMALL, 12);

  private static final ObjectMapper JSON = new ObjectMapper();

  private ToyRun() {}

  /** Epochs of {@link #STEPS_PER_EPOCH} steps; a checkpoint every four. */
  static TrainConfig config(int epochs) {
    return new TrainConfig(epochs, BATCH, 1, 0, Precision.FP32, 3, 2, 1, 4, 1, 3);
  }

  /** MoCo v2 with two batch-norm groups and a queue that the batch does not divide. */
  static Method moco() {
    Engine.start();
    MocoConfig config = new MocoConfig(0.2, 18, 0.9, 6, 8, false, 2, Augmentation.MOCO2_SMALL, 12);
    return new MocoV2(config, () -> new ToyBackbone(5), 5);
  }

  /** BINGO with CutMix, masked keys and a warm-up of one epoch; the teacher is untrained. */
  static Method bingo() {
    Engine.start();
    return bingo(teacher(Teacher.BatchNormMode.BATCH, 2));
  }

  /** The same, wherever the keys come from. */
  static Method bingo(Keys keys) {
    return new Bingo(BINGO, new ToyBackbone(5), keys, 5);
  }

  /** SwAV with small crops and a queue that fills from the second epoch on. */
  static Method swav() {
    Engine.start();
    SwavConfig config =
        new SwavConfig(0.1, 0.05, 3, 6, 10, 1, 5, 6, 8, 1, 2, 8, 0.1, 0.4, Augmentation.SWAV, 12);
    return new Swav(config, new ToyBackbone(5), 5);
  }

  /** WCL with small crops of neighbours, and a warm-up of one epoch. */
  static Method wcl() {
    Engine.start();
    WclConfig config =
        new WclConfig(
            0.1,
            6,
            8,
            1,
            2,
            Augmentation.MOCO2_SMALL,
            1,
            2,
            3,
            8,
            0.1,
            0.4,
            Augmentation.SIMCLR,
            12);
    return new Wcl(config, IMAGES, new ToyBackbone(5), 5);
  }

  /** CoNe with a queue that the batch does not divide. */
  static Method cone() {
    Engine.start();
    ConeConfig config =
        new ConeConfig(0.1, 0.07, 7, 0.7, 0.4, 0.1, 18, 0.9, 1, 6, 8, Augmentation.CROP_FLIP, 12);
    return new Cone(config, CLASSES, () -> new ToyBackbone(5), 5);
  }

  static Method seed() {
    Engine.start();
    return seed(teacher(Teacher.BatchNormMode.RUNNING, 1));
  }

  /** The same, wherever the keys come from. */
  static Method seed(Keys keys) {
    return new Seed(SEED, new ToyBackbone(5), keys, 5);
  }

  /** CompRess with two queues and a momentum student. */
  static Method compress() {
    Engine.start();
    CompressConfig config = new CompressConfig(0.04, 18, 2, 0.9, Augmentation.CROP_FLIP, 12);
    return new Compress(
        config, () -> new ToyBackbone(5), teacher(Teacher.BatchNormMode.RUNNING, 1), 5);
  }

  /** MSVQ with two batch-norm groups and queues that the batch does not divide. */
  static Method msvq() {
    Engine.start();
    MsvqConfig config =
        new MsvqConfig(
            0.1, 0.04, 18, 0.9, 0.7, 6, 8, 2, Augmentation.MOCO2_SMALL, MsvqConfig.WEAK, 12);
    return new Msvq(config, () -> new ToyBackbone(5), 5);
  }

  /** Untrained. */
  static Teacher teacher(Teacher.BatchNormMode mode, int groups) {
    ProjectionHead head = ProjectionHead.mlp(ToyBackbone.WIDTH, 8, 6);
    Encoders.initialise(head, 8);
    return new Teacher(new EmbeddingNet(new ToyBackbone(7), head), mode, groups);
  }

  static Identity identity() {
    return Identity.of(IDENTITY);
  }

  static Trainer trainer(
      Method method,
      OptimiserConfig optimiser,
      TrainConfig config,
      RunDirectory run,
      Listener listener) {
    return new Trainer(setup(method, optimiser, config), run, identity(), listener);
  }

  static Setup setup(Method method, OptimiserConfig optimiser, TrainConfig config) {
    return new Setup(
        method,
        new Loader(
            new ToyImages(IMAGES, CLASSES),
            method.views(),
            method.mates() != null ? method.mates() : MATES,
            new LoaderOptions(config.batch(), config.seed(), config.threads(), 2, true)),
        Normalisation.HALF,
        new Device("cpu"),
        optimiser,
        Schedule.cosine(0.05, 0, true).warmup(0.5, 0, false),
        config);
  }

  /** Trains MoCo v2 until it ends. */
  static Trainer.Outcome train(Path directory, TrainConfig config, Listener listener)
      throws IOException {
    try (RunDirectory run = new RunDirectory(directory)) {
      return trainer(moco(), SGD, config, run, listener).train();
    }
  }

  /** The lines of {@code metrics.jsonl}, without what the clock decides. */
  static List<JsonNode> metrics(Path directory) throws IOException {
    List<JsonNode> lines = new ArrayList<>();
    for (String line : Files.readAllLines(directory.resolve("metrics.jsonl"))) {
      var node = JSON.readTree(line);
      ((com.fasterxml.jackson.databind.node.ObjectNode) node)
          .remove(List.of("images_per_second", "wait_share", "time"));
      lines.add(node);
    }
    return lines;
  }

  static List<Path> checkpoints(Path directory) throws IOException {
    try (var files = Files.list(directory.resolve("checkpoints"))) {
      return files.sorted().toList();
    }
  }
}
