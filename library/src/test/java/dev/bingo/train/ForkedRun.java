package dev.bingo.train;

import dev.bingo.encoder.Backbone;
import dev.bingo.evaluate.Embeddings;
import dev.bingo.evaluate.Features;
import dev.bingo.render.EvalTransform;
import dev.bingo.torch.Precision;
import dev.bingo.torch.ProgressListener;
import dev.bingo.view.Normalisation;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.bytedeco.javacpp.Pointer;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.global.torch.DeviceType;

/** Trainings in a JVM of their own, that a test can kill or whose memory it can watch. */
public final class ForkedRun {
  private ForkedRun() {}

  /** Starts this class in another JVM. */
  static Process start(List<String> jvm, String... arguments) throws IOException {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(jvm);
    command.addAll(
        List.of("-cp", System.getProperty("java.class.path"), ForkedRun.class.getName()));
    command.addAll(List.of(arguments));
    ProcessBuilder builder =
        new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT);
    // Threads that spin for each other make such small steps slow on a busy machine.
    builder.environment().put("OMP_NUM_THREADS", "1");
    return builder.start();
  }

  static BufferedReader output(Process process) {
    return new BufferedReader(
        new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
  }

  /**
   * {@code kill DIR EPOCHS STEP}: trains, stands still within step STEP (0: never). {@code memory
   * DIR STEPS}: prints step, resident KiB and native objects every hundred steps. {@code soak DIR
   * STEPS}: with an evaluation at every epoch's end; prints threads, open files and nanoseconds
   * too.
   */
  public static void main(String[] arguments) throws IOException {
    Path directory = Path.of(arguments[1]);
    int number = Integer.parseInt(arguments[2]);
    switch (arguments[0]) {
      case "kill" ->
          ToyRun.train(directory, ToyRun.config(number), new Stop(Long.parseLong(arguments[3])));
      case "memory" -> {
        int epochs = (number + ToyRun.STEPS_PER_EPOCH - 1) / ToyRun.STEPS_PER_EPOCH;
        // bf16, clipping and checkpoints, so that every branch of a step is in it.
        var config =
            new TrainConfig(epochs, ToyRun.BATCH, 1, 1, Precision.BF16, 3, 1, 100, 50, 1, 1);
        ToyRun.train(directory, config, new Memory());
      }
      case "soak" -> {
        int epochs = (number + ToyRun.STEPS_PER_EPOCH - 1) / ToyRun.STEPS_PER_EPOCH;
        var config =
            new TrainConfig(epochs, ToyRun.BATCH, 1, 1, Precision.BF16, 3, 2, 100, 50, 1, 3);
        ToyRun.train(directory, config, new Soak());
      }
      default -> throw new IllegalArgumentException(arguments[0]);
    }
  }

  private record Stop(long at) implements Listener {
    @Override
    public void onStep(Step step) {
      System.out.println("step " + step.step());
      if (step.step() == at) {
        try {
          // Until killed: nobody writes.
          while (System.in.read() >= 0) {}
        } catch (IOException e) {
          throw new IllegalStateException(e);
        }
      }
    }
  }

  private record Soak() implements Listener {
    @Override
    public void onStep(Step step) {
      try (Stream<Path> files = Files.list(Path.of("/proc/self/fd"))) {
        System.out.println(
            step.step()
                + " "
                + status("VmRSS:")
                + " "
                + Pointer.totalCount()
                + " "
                + status("Threads:")
                + " "
                + files.count()
                + " "
                + System.nanoTime());
      } catch (IOException e) {
        throw new IllegalStateException(e);
      }
    }

    @Override
    public Map<String, Double> onEpochEnd(int epoch, Backbone encoder) {
      var options =
          new Embeddings.Options(
              EvalTransform.of(12), Normalisation.HALF, Precision.FP32, DeviceType.CPU, 16, 2);
      try (PointerScope scope = new PointerScope()) {
        Features features =
            Embeddings.extract(encoder, new ToyImages(32), options, ProgressListener.NONE);
        return Map.of("mean", features.values().mean().item_double());
      }
    }
  }

  private static String status(String key) throws IOException {
    return Files.readAllLines(Path.of("/proc/self/status")).stream()
        .filter(l -> l.startsWith(key))
        .map(l -> l.replaceAll("\\D", ""))
        .findFirst()
        .orElseThrow();
  }

  private record Memory() implements Listener {
    @Override
    public void onStep(Step step) {
      try {
        String resident = status("VmRSS:");
        System.out.println(step.step() + " " + resident + " " + Pointer.totalCount());
      } catch (IOException e) {
        throw new IllegalStateException(e);
      }
    }
  }
}
