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
import dev.bingo.view.Augmentation;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.MemoryFormat;

/**
 * One BINGO step, ResNet-18 from an online ResNet-50 with batch statistics, as the public code has
 * it: three student passes with gradient, two teacher passes, the queue, SGD. Prints a JSON line;
 * arguments are the size and batch of the images, the queue, the precision, and how many steps.
 */
public final class StepBenchmark {
  private StepBenchmark() {}

  /** Runs it. */
  public static void main(String... args) {
    if (args.length != 5) {
      System.err.println("usage: StepBenchmark SIZE BATCH QUEUE fp32|bf16 STEPS");
      System.exit(2);
    }
    Engine.start();
    int size = Integer.parseInt(args[0]);
    int batch = Integer.parseInt(args[1]);
    int queue = Integer.parseInt(args[2]);
    Precision precision = Precision.valueOf(args[3].toUpperCase(Locale.ROOT));
    int steps = Integer.parseInt(args[4]);
    double[] seconds = new double[steps];
    try (BlasThreads.Scope one = BlasThreads.one()) {
      Bingo bingo = bingo(size, queue);
      Optimiser optimiser =
          new Optimiser(OptimiserConfig.sgd(0.9, 1e-4), Modules.trainable(bingo.state()));
      bingo.train();
      for (int s = -2; s < steps; s++) {
        long start;
        try (PointerScope scope = new PointerScope()) {
          Images images = images(size, batch, precision);
          start = System.nanoTime();
          step(bingo, optimiser, images, s + 2);
        }
        if (s >= 0) {
          seconds[s] = (System.nanoTime() - start) / 1e9;
        }
      }
    }
    Arrays.sort(seconds);
    double median = seconds[steps / 2];
    System.out.printf(
        Locale.ROOT,
        "{\"bingo\": \"%s\", \"size\": %d, \"batch\": %d, \"queue\": %d, \"step_ms\": %.1f, \"images_per_s\": %.2f}%n",
        args[3],
        size,
        batch,
        queue,
        median * 1e3,
        batch / median);
  }

  private static Bingo bingo(int size, int queue) {
    Stem stem = size <= 64 ? Stem.CIFAR : Stem.IMAGENET;
    Backbone student = Encoders.create("resnet18", stem, 0);
    Backbone teacher = Encoders.create("resnet50", stem, 1);
    ProjectionHead head = ProjectionHead.mlp(teacher.width(), 2048, 128);
    Encoders.initialise(head, 2);
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
    EmbeddingNet net = new EmbeddingNet(teacher, head);
    Modules.channelsLast(net);
    Bingo bingo = new Bingo(config, student, new Teacher(net, BatchNormMode.BATCH, 1), 0);
    Modules.channelsLast(bingo.state());
    return bingo;
  }

  private static Images images(int size, int batch, Precision precision) {
    Tensor view = torch.randn(batch, 3, size, size).contiguous(MemoryFormat.ChannelsLast);
    Tensor indices = torch.arange(new Scalar(batch));
    return new Images(List.of(view, view, view, view), indices, indices, precision);
  }

  private static void step(Method method, Optimiser optimiser, Images images, int step) {
    method.state().zero_grad(true);
    method.loss(images, new Progress(0, step, 1000, 1, 0)).value().backward();
    optimiser.step(0.03);
  }
}
