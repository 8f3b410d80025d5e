package dev.bingo.train;

import static org.assertj.core.api.Assertions.assertThat;

import dev.bingo.bag.BagFile;
import dev.bingo.bag.Bags;
import dev.bingo.encoder.Layer;
import dev.bingo.encoder.Modules;
import dev.bingo.evaluate.Features;
import dev.bingo.method.Method;
import dev.bingo.torch.Draws;
import dev.bingo.torch.Engine;
import dev.bingo.torch.Tensors;
import dev.bingo.train.Checkpoint.Position;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.AutoGradMode;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Run directories, bags, rows and captures, damaged at random: what reads them ends in an answer or
 * a foreseen error, soon. The suite tries some; {@code -Dfuzz.seconds=3600 -Dfuzz.seed=1} many.
 * What fails lies in {@code target/fuzz}.
 */
class RunFuzzTest {
  private static final long SECONDS = Long.getLong("fuzz.seconds", 0);
  private static final long SEED = Long.getLong("fuzz.seed", 1);
  private static final int TRIES = 120;
  private static final long SLOW_NANOS = TimeUnit.SECONDS.toNanos(10);
  private static final Listener SILENT = new Listener() {};
  private static final String[] TELLING = {
    "-1",
    "1e999",
    "NaN",
    "9223372036854775807",
    "null",
    "[[[[",
    "{\"a\":",
    "\u202e",
    "\n",
    "../../x",
    "\"epoch\":\"-7\"",
    "00000000",
    "\u0000"
  };

  @TempDir Path folder;

  /** Reads what is damaged. */
  private interface Reading {
    void read(Path folder) throws IOException;
  }

  private record Kind(Path seed, List<String> files, Reading reading) {}

  @Test
  void damagedRunsEndInAnAnswer() throws IOException {
    Engine.start();
    Path kept = Files.createDirectories(Path.of("target", "fuzz"));
    Map<String, Kind> kinds = kinds();
    List<String> names = new ArrayList<>(kinds.keySet());
    Map<String, Long> tried = new TreeMap<>();
    List<String> findings = new ArrayList<>();
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(SECONDS);
    for (long n = 0; n < TRIES || System.nanoTime() < end; n++) {
      Draws draws = Draws.of(SEED, n);
      String name = names.get(draws.below(names.size()));
      Path current = folder.resolve("current");
      copy(kinds.get(name).seed, current);
      List<String> files = kinds.get(name).files;
      Path file = current.resolve(files.get(draws.below(files.size())));
      if (name.equals("state")) {
        wildCounts(file, draws);
      } else {
        Files.write(file, damaged(Files.readAllBytes(file), draws));
      }
      long start = System.nanoTime();
      String fault = fault(kinds.get(name).reading, current);
      boolean slow = System.nanoTime() - start > SLOW_NANOS;
      tried.merge(name, 1L, Long::sum);
      if (fault != null || slow) {
        findings.add(n + " " + name + ": " + (slow ? "slow" : fault));
        copy(current, kept.resolve("run-" + n));
      }
      delete(current);
    }
    Files.writeString(kept.resolve("runs.txt"), SECONDS + " s, " + tried + "\n" + findings + "\n");
    assertThat(findings).as("%s", tried).isEmpty();
  }

  private static String fault(Reading reading, Path folder) {
    try (PointerScope scope = new PointerScope()) {
      reading.read(folder);
      return null;
    } catch (IOException | TrainingException e) {
      return null;
    } catch (IllegalArgumentException | IllegalStateException e) {
      // Of ours, with words for people.
      return e.getMessage() == null ? e.toString() : null;
    } catch (RuntimeException | Error e) {
      return e.toString();
    }
  }

  private Map<String, Kind> kinds() throws IOException {
    Map<String, Kind> kinds = new TreeMap<>();
    Path run = folder.resolve("run");
    ToyRun.train(run, ToyRun.config(1), SILENT);
    try (RunDirectory again = new RunDirectory(run)) {
      Capture.write(again, 9, 0, 3, 0.1, Double.NaN, new long[] {1, 2});
      again.prune(1);
    }
    String newest = run.relativize(States.newest(run)).toString();
    Reading resume = directory -> ToyRun.train(directory, ToyRun.config(1), SILENT);
    kinds.put("run", new Kind(run, List.of(newest, "metrics.jsonl"), resume));
    kinds.put("state", new Kind(run, List.of(newest), resume));
    String capture = "captures/step-000000009/";
    kinds.put(
        "capture",
        new Kind(
            run,
            List.of(capture + "capture.json"),
            directory -> Capture.read(directory.resolve(capture))));
    kinds.put("bags", bags());
    kinds.put("rows", rows());
    return kinds;
  }

  private Kind bags() throws IOException {
    ToyImages images = new ToyImages(6);
    Path bags = Files.createDirectory(folder.resolve("bags"));
    int[][] mates = new int[6][];
    for (int i = 0; i < 6; i++) {
      mates[i] = new int[] {(i + 1) % 6, (i + 2) % 6};
    }
    BagFile.write(bags.resolve("b.npy"), Bags.of(mates), images, "knn", "");
    return new Kind(
        bags,
        List.of("b.npy", "b.npy.ids", "b.npy.json"),
        directory -> {
          Path file = directory.resolve("b.npy");
          BagFile.read(file, images, directory.resolve("b.npy.ids"));
          BagFile.read(file, images);
        });
  }

  private Kind rows() throws IOException {
    Path rows = folder.resolve("rows");
    try (PointerScope scope = new PointerScope()) {
      Tensor values = Tensors.of(new float[] {1, 2, 3, 4}, 2, 2);
      Tensor labels = Tensors.of(new long[] {0, 1}, 2);
      new Features(values, labels, 16)
          .save(rows, ScalarType.Float, List.of("a", "b"), Map.of(), Map.of("data", "x"));
    }
    return new Kind(rows, List.of("index.json", "labels.npy", "features.npy"), Features::load);
  }

  /** A checkpoint whose checksum fits, and whose counts lead out of what they count. */
  private static void wildCounts(Path file, Draws draws) throws IOException {
    try (PointerScope scope = new PointerScope();
        AutoGradMode off = new AutoGradMode(false)) {
      Method method = ToyRun.moco();
      Layer optimiser = new Optimiser(ToyRun.SGD, Modules.trainable(method.state()));
      for (Tensor tensor : Tensors.named(method.state()).values()) {
        if (tensor.scalar_type().intern() == ScalarType.Long && draws.chance(0.5)) {
          long[] wild = {-1, 17, 18, Long.MAX_VALUE, Long.MIN_VALUE, 1L << 40};
          tensor.fill_(new Scalar(wild[draws.below(wild.length)]));
        }
      }
      int step = draws.below(ToyRun.STEPS_PER_EPOCH - 1) + 1;
      Position position = new Position(0, step, step, draws.below(1000), ToyRun.IDENTITY);
      Checkpoint.write(file, method.state(), optimiser, position);
    }
  }

  private static byte[] damaged(byte[] good, Draws draws) {
    byte[] bytes = good.clone();
    for (int c = draws.below(4); c >= 0; c--) {
      int at = draws.below(draws.chance(0.5) ? Math.min(400, bytes.length) : bytes.length);
      int to = Math.min(bytes.length, at + 1 + draws.below(16));
      byte[] word = TELLING[draws.below(TELLING.length)].getBytes(StandardCharsets.UTF_8);
      switch (draws.below(5)) {
        case 0 -> bytes[at] = (byte) draws.below(256);
        case 1 -> bytes[at] ^= (byte) (1 << draws.below(8));
        case 2 -> bytes = spliced(bytes, at, to, word);
        case 3 -> bytes = spliced(bytes, at, at, word);
        default -> bytes = spliced(bytes, at, to, new byte[0]);
      }
      if (bytes.length == 0) {
        return bytes;
      }
    }
    return bytes;
  }

  private static byte[] spliced(byte[] bytes, int from, int to, byte[] word) {
    byte[] out = new byte[bytes.length - (to - from) + word.length];
    System.arraycopy(bytes, 0, out, 0, from);
    System.arraycopy(word, 0, out, from, word.length);
    System.arraycopy(bytes, to, out, from + word.length, bytes.length - to);
    return out;
  }

  private static void copy(Path from, Path to) throws IOException {
    try (Stream<Path> files = Files.walk(from)) {
      for (Path file : files.toList()) {
        Files.copy(file, to.resolve(from.relativize(file).toString()));
      }
    }
  }

  private static void delete(Path folder) throws IOException {
    try (Stream<Path> files = Files.walk(folder)) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(file);
      }
    }
  }
}
