package dev.bingo.bench;

import dev.bingo.encoder.Backbone;
import dev.bingo.encoder.EmbeddingNet;
import dev.bingo.encoder.Encoders;
import dev.bingo.encoder.Modules;
import dev.bingo.encoder.ProjectionHead;
import dev.bingo.encoder.Stem;
import dev.bingo.method.Bingo;
import dev.bingo.method.BingoConfig;
import dev.bingo.method.BingoConfig.LossForm;
import dev.bingo.method.CachedKeys;
import dev.bingo.method.Keys;
import dev.bingo.method.Method;
import dev.bingo.method.Method.Images;
import dev.bingo.method.Progress;
import dev.bingo.method.Teacher;
import dev.bingo.method.Teacher.BatchNormMode;
import dev.bingo.torch.BlasThreads;
import dev.bingo.torch.Engine;
import dev.bingo.torch.Precision;
import dev.bingo.train.Optimiser;
import dev.bingo.train.OptimiserConfig;
import dev.bingo.train.Replicas;
import dev.bingo.view.Augmentation;
import dev.bingo.view.Recording;
import dev.bingo.view.View;
import dev.bingo.weights.Npy;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.LongOptional;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.MemoryFormat;
import org.bytedeco.pytorch.global.torch.ScalarType;

/**
 * One BINGO step, ResNet-18 from a ResNet-50 with batch statistics, as the public code has it:
 * three student passes with gradient, two teacher passes (or none, where its keys are cached), the
 * queue, SGD. Prints a JSON line; arguments are the size and batch of the images, the queue, the
 * precision, how many steps, whether keys are online or cached, and how many ranks share a batch,
 * whose batch-norm groups are as many.
 */
public final class StepBenchmark {
  private static final int KEYS = 128;
  private static final int CACHED_IMAGES = 50_000;

  private StepBenchmark() {}

  /** Runs it. */
  public static void main(String... args) throws IOException {
    if (args.length < 6 || args.length > 7 || !List.of("online", "cached").contains(args[5])) {
      System.err.println(
          "usage: StepBenchmark SIZE BATCH QUEUE fp32|bf16 STEPS online|cached [RANKS]");
      System.exit(2);
    }
    Engine.start();
    int size = Integer.parseInt(args[0]);
    int batch = Integer.parseInt(args[1]);
    int queue = Integer.parseInt(args[2]);
    Precision precision = Precision.valueOf(args[3].toUpperCase(Locale.ROOT));
    int steps = Integer.parseInt(args[4]);
    int ranks = args.length > 6 ? Integer.parseInt(args[6]) : 1;
    double[] seconds = new double[steps];
    Path folder = Files.createTempDirectory("keys");
    try (BlasThreads.Scope one = BlasThreads.one()) {
      Keys keys = args[5].equals("cached") ? cached(folder, ranks) : online(size, ranks);
      List<Method> methods = new ArrayList<>();
      for (int r = 0; r < ranks; r++) {
        methods.add(bingo(size, queue, keys));
        methods.get(r).train();
      }
      Optimiser optimiser =
          new Optimiser(OptimiserConfig.sgd(0.9, 1e-4), Modules.trainable(methods.get(0).state()));
      try (Replicas replicas = ranks == 1 ? null : new Replicas(methods)) {
        for (int s = -2; s < steps; s++) {
          long start;
          try (PointerScope scope = new PointerScope()) {
            Images images = images(size, batch, precision);
            start = System.nanoTime();
            methods.forEach(method -> method.state().zero_grad(true));
            Progress progress = new Progress(0, s + 2, 1000, 1, 0);
            if (replicas == null) {
              methods.get(0).loss(images, progress).value().backward();
            } else {
              replicas.pass((method, rank) -> pass(method, share(images, rank, ranks), progress));
              replicas.reduce();
            }
            optimiser.step(0.03);
          }
          if (s >= 0) {
            seconds[s] = (System.nanoTime() - start) / 1e9;
          }
        }
      }
    } finally {
      for (View view : BingoConfig.PUBLIC_CODE.views()) {
        Files.deleteIfExists(CachedKeys.file(folder, 0, view));
      }
      Files.delete(folder);
    }
    Arrays.sort(seconds);
    double median = seconds[steps / 2];
    System.out.printf(
        Locale.ROOT,
        "{\"bingo\": \"%s\", \"teacher\": \"%s\", \"size\": %d, \"batch\": %d, \"queue\": %d, \"ranks\": %d, \"step_ms\": %.1f, \"images_per_s\": %.2f}%n",
        args[3],
        args[5],
        size,
        batch,
        queue,
        ranks,
        median * 1e3,
        batch / median);
  }

  private static Stem stem(int size) {
    return size <= 64 ? Stem.CIFAR : Stem.IMAGENET;
  }

  private static Keys online(int size, int groups) {
    Backbone teacher = Encoders.create("resnet50", stem(size), 1);
    ProjectionHead head = ProjectionHead.mlp(teacher.width(), 2048, KEYS);
    Encoders.initialise(head, 2);
    EmbeddingNet net = new EmbeddingNet(teacher, head);
    Modules.channelsLast(net);
    return new Teacher(net, BatchNormMode.BATCH, groups);
  }

  /** Keys of random directions, in the files that a training maps. */
  private static Keys cached(Path folder, int groups) throws IOException {
    List<View> views = BingoConfig.PUBLIC_CODE.views();
    try (PointerScope scope = new PointerScope()) {
      for (View view : views) {
        Tensor keys = torch.normalize(torch.randn(CACHED_IMAGES, KEYS)).to(ScalarType.Half);
        Npy.write(CachedKeys.file(folder, 0, view), keys);
      }
    }
    return new CachedKeys(folder, views, new Recording(1, true), CACHED_IMAGES, groups);
  }

  private static Bingo bingo(int size, int queue, Keys keys) {
    Backbone student = Encoders.create("resnet18", stem(size), 0);
    BingoConfig config =
        new BingoConfig(
            0.2,
            queue,
            2048,
            LossForm.PUBLIC_CODE,
            0.5,
            0.5,
            0,
            true,
            false,
            false,
            Augmentation.MOCO2,
            size);
    Bingo bingo = new Bingo(config, student, keys, 0);
    Modules.channelsLast(bingo.state());
    return bingo;
  }

  private static Images images(int size, int batch, Precision precision) {
    Tensor view = torch.randn(batch, 3, size, size).contiguous(MemoryFormat.ChannelsLast);
    Tensor indices = torch.arange(new Scalar(batch));
    return new Images(
        List.of(view, view, view, view), indices, indices, indices, indices, precision);
  }

  private static Replicas.Pass pass(Method method, Images images, Progress progress) {
    Method.Loss loss = method.loss(images, progress);
    loss.value().backward();
    return new Replicas.Pass(loss.value(), loss.value(), loss.figures());
  }

  /** A rank's rows. */
  private static Images share(Images all, int rank, int ranks) {
    Tensor indices = every(all.indices(), rank, ranks);
    return new Images(
        all.views().stream().map(view -> every(view, rank, ranks)).toList(),
        indices,
        indices,
        indices,
        indices,
        all.precision());
  }

  private static Tensor every(Tensor rows, int rank, int ranks) {
    Tensor own = rows.slice(0, new LongOptional(rank), new LongOptional(rows.size(0)), ranks);
    return own.dim() == 4 ? own.contiguous(MemoryFormat.ChannelsLast) : own.contiguous();
  }
}
