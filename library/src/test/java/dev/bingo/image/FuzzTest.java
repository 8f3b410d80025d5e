package dev.bingo.image;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import dev.bingo.format.ImageLimits;
import dev.bingo.torch.Draws;
import dev.bingo.torch.Engine;
import dev.bingo.torch.Tensors;
import dev.bingo.weights.Npy;
import dev.bingo.weights.SafeTensors;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import org.bytedeco.javacpp.PointerScope;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Files of every format that is read, damaged at random: an answer or a foreseen error, within ten
 * seconds, and no crash. By a flag alone: {@code -Dfuzz.seconds=3600 -Dfuzz.seed=1}. The file that
 * is being read lies in {@code target/fuzz}, for the case that the JVM dies of it; so do findings.
 */
class FuzzTest {
  private static final long SECONDS = Long.getLong("fuzz.seconds", 0);
  private static final long SEED = Long.getLong("fuzz.seed", 1);
  private static final int[] TELLING = {0, 1, 0x7f, 0x80, 0xff, '0', '9', '"', '[', '{', '\n'};
  private static final long SLOW_NANOS = TimeUnit.SECONDS.toNanos(10);

  @TempDir Path folder;
  private final Decoder decoder = new Decoder(new ImageLimits(1 << 24, 20_000, 20_000_000), true);

  /** Reads a file, or says why not. */
  private interface Reader {
    void read(Path file) throws IOException;
  }

  @Test
  void damagedFilesEndInAnAnswer() throws Exception {
    assumeThat(SECONDS).as("-Dfuzz.seconds=N").isPositive();
    Engine.start();
    Path kept = Files.createDirectories(Path.of("target", "fuzz"));
    Map<String, byte[]> seeds = seeds();
    List<String> names = new ArrayList<>(seeds.keySet());
    Map<String, Long> tried = new TreeMap<>();
    List<String> findings = new ArrayList<>();
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(SECONDS);
    for (long n = 0; System.nanoTime() < end; n++) {
      Draws draws = Draws.of(SEED, n);
      String name = names.get(draws.below(names.size()));
      Path file = kept.resolve("current-" + name);
      Files.write(file, damaged(seeds.get(name), draws));
      tried.merge(name, 1L, Long::sum);
      long start = System.nanoTime();
      String fault = fault(name, file);
      boolean slow = System.nanoTime() - start > SLOW_NANOS;
      if (fault != null || slow) {
        findings.add(n + " " + name + ": " + (slow ? "slow" : fault));
        Files.move(file, kept.resolve("finding-" + n + "-" + name));
      } else {
        Files.delete(file);
      }
    }
    Files.writeString(
        kept.resolve("summary.txt"), SECONDS + " s, " + tried + "\n" + findings + "\n");
    assertThat(findings).as("%s", tried).isEmpty();
  }

  private String fault(String name, Path file) {
    Reader reader = reader(name);
    try (PointerScope scope = new PointerScope()) {
      reader.read(file);
      return null;
    } catch (IOException | ImageSetException e) {
      return null;
    } catch (RuntimeException | Error e) {
      return e.toString();
    }
  }

  private Reader reader(String name) {
    String extension = name.substring(name.lastIndexOf('.') + 1);
    return switch (extension) {
      case "safetensors" -> SafeTensors::read;
      case "npy" -> Npy::read;
      case "tar", "csv", "jsonl" ->
          file -> {
            try (ImageSource source = ImageSources.open(file)) {
              source.read(0, Reduction.NONE);
            }
          };
      default -> decoder::decode;
    };
  }

  private Map<String, byte[]> seeds() throws IOException {
    Map<String, byte[]> seeds = new LinkedHashMap<>();
    for (String extension : List.of("jpg", "png", "webp", "bmp", "tiff")) {
      seeds.put("a." + extension, TestImages.encode(extension, 40, 30));
    }
    byte[] png = TestImages.encode("png", 4, 4);
    Path tar =
        new TestImages.Tar().add("c/a.png", png).add("c/b.png", png).write(folder.resolve("x.tar"));
    seeds.put("a.tar", Files.readAllBytes(tar));
    seeds.put(
        "a.csv",
        "path,label\n\"a.png\",x\nb.png,y\n".getBytes(java.nio.charset.StandardCharsets.UTF_8));
    seeds.put(
        "a.jsonl",
        "{\"path\": \"a.png\", \"label\": 3}\n".getBytes(java.nio.charset.StandardCharsets.UTF_8));
    try (PointerScope scope = new PointerScope()) {
      Npy.write(folder.resolve("a.npy"), Tensors.of(new long[] {1, 2, 3, 4, 5, 6}, 2, 3));
      SafeTensors.write(
          folder.resolve("a.safetensors"),
          Map.of("w", Tensors.of(new float[] {1, 2}, 2), "b", Tensors.of(new long[] {1}, 1)),
          Map.of("kind", "x"));
    }
    seeds.put("a.npy", Files.readAllBytes(folder.resolve("a.npy")));
    seeds.put("a.safetensors", Files.readAllBytes(folder.resolve("a.safetensors")));
    return seeds;
  }

  /** Bytes set, flipped, removed and repeated; half of the time within the first 200. */
  private static byte[] damaged(byte[] good, Draws draws) {
    byte[] bytes = good.clone();
    int changes = 1 + draws.below(6);
    for (int c = 0; c < changes && bytes.length > 0; c++) {
      int at = draws.below(draws.chance(0.5) ? Math.min(200, bytes.length) : bytes.length);
      switch (draws.below(5)) {
        case 0 -> bytes[at] = (byte) draws.below(256);
        case 1 -> bytes[at] ^= (byte) (1 << draws.below(8));
        case 2 -> bytes[at] = (byte) TELLING[draws.below(TELLING.length)];
        case 3 -> bytes = spliced(bytes, at, Math.min(bytes.length, at + 1 + draws.below(16)), 0);
        default ->
            bytes =
                spliced(
                    bytes,
                    at,
                    Math.min(bytes.length, at + 1 + draws.below(16)),
                    2 + draws.below(3));
      }
    }
    return bytes;
  }

  /** With the part from … to as often as said. */
  private static byte[] spliced(byte[] bytes, int from, int to, int times) {
    int part = to - from;
    byte[] out = new byte[bytes.length + (times - 1) * part];
    System.arraycopy(bytes, 0, out, 0, from);
    for (int t = 0; t < times; t++) {
      System.arraycopy(bytes, from, out, from + t * part, part);
    }
    System.arraycopy(bytes, to, out, from + times * part, bytes.length - to);
    return out;
  }
}
