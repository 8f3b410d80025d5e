package dev.bingo.weights;

import static org.assertj.core.api.Assertions.assertThat;

import dev.bingo.Golden;
import dev.bingo.torch.Draws;
import dev.bingo.torch.Engine;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import java.util.zip.CRC32;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;
import java.util.zip.ZipOutputStream;
import org.bytedeco.javacpp.PointerScope;
import org.junit.jupiter.api.Test;

/**
 * Files of weights, damaged at random: an answer or an IOException that names the file, soon. The
 * suite tries a few hundred; {@code -Dfuzz.weights=1000000 -Dfuzz.seed=1} more. Pickles in a zip
 * are damaged behind a right checksum too, else that would catch all. What fails lies in {@code
 * target/fuzz}.
 */
class WeightFileFuzzTest {
  private static final int TRIES = Integer.getInteger("fuzz.weights", 600);
  private static final long SEED = Long.getLong("fuzz.seed", 1);
  private static final long SLOW_NANOS = TimeUnit.SECONDS.toNanos(10);
  private static final int MOST_SEED_BYTES = 10_000;

  @Test
  void damagedFilesEndInAnAnswerOrAnErrorThatNamesTheFile() throws IOException {
    Engine.start();
    Path kept = Files.createDirectories(Path.of("target", "fuzz"));
    List<Path> seeds = seeds();
    int read = 0;
    for (int n = 0; n < TRIES; n++) {
      Draws draws = Draws.of(SEED, n);
      Path good = seeds.get(draws.below(seeds.size()));
      boolean zip = good.toString().endsWith(".zip.pth");
      byte[] bad =
          zip && draws.chance(0.7) ? inside(good, draws) : damaged(Files.readAllBytes(good), draws);
      Path file = kept.resolve("weights-" + SEED + "-" + n + ".pth");
      Files.write(file, bad);
      long start = System.nanoTime();
      try {
        readAll(file);
        read++;
      } catch (IOException e) {
        assertThat(e).as("%s", file).hasMessageContaining(file.getFileName().toString());
      }
      assertThat(System.nanoTime() - start).as("%s", file).isLessThan(SLOW_NANOS);
      Files.delete(file);
    }
    assertThat(read).as("some damage does no harm").isPositive();
  }

  private static void readAll(Path path) throws IOException {
    try (PointerScope scope = new PointerScope();
        WeightFile file = WeightFile.open(path)) {
      for (Map<String, TensorInfo> dict : file.stateDicts().values()) {
        for (TensorInfo info : dict.values()) {
          try (PointerScope one = new PointerScope()) {
            file.read(info);
          }
        }
      }
    }
  }

  private static List<Path> seeds() throws IOException {
    List<Path> seeds = new ArrayList<>();
    try (Stream<Path> files = Files.list(Golden.directory().resolve("16-checkpoints/good"))) {
      for (Path file : files.filter(f -> !f.toString().endsWith(".json")).sorted().toList()) {
        if (Files.size(file) < MOST_SEED_BYTES) {
          seeds.add(file);
        }
      }
    }
    return seeds;
  }

  /** Damages the pickle of a zip, and makes its checksum right. */
  private static byte[] inside(Path zip, Draws draws) throws IOException {
    Map<String, byte[]> entries = new LinkedHashMap<>();
    try (ZipFile in = new ZipFile(zip.toFile())) {
      for (ZipEntry e : in.stream().toList()) {
        byte[] bytes = in.getInputStream(e).readAllBytes();
        entries.put(e.getName(), e.getName().endsWith("data.pkl") ? damaged(bytes, draws) : bytes);
      }
    }
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (ZipOutputStream out = new ZipOutputStream(bytes)) {
      for (Map.Entry<String, byte[]> e : entries.entrySet()) {
        CRC32 crc = new CRC32();
        crc.update(e.getValue());
        ZipEntry entry = new ZipEntry(e.getKey());
        entry.setMethod(ZipEntry.STORED);
        entry.setSize(e.getValue().length);
        entry.setCrc(crc.getValue());
        out.putNextEntry(entry);
        out.write(e.getValue());
        out.closeEntry();
      }
    }
    return bytes.toByteArray();
  }

  private static byte[] damaged(byte[] good, Draws draws) {
    byte[] bytes = good.clone();
    int changes = 1 + draws.below(3);
    for (int c = 0; c < changes; c++) {
      int at = draws.below(bytes.length);
      switch (draws.below(4)) {
        case 0 -> bytes[at] = (byte) draws.below(256);
        case 1 -> bytes[at] ^= (byte) (1 << draws.below(8));
        case 2 -> bytes[at] = bytes[draws.below(bytes.length)];
        default ->
            bytes = spliced(bytes, at, Math.min(bytes.length, at + 1 + draws.below(20)), draws);
      }
    }
    return bytes;
  }

  /** Without a part, or with it twice. */
  private static byte[] spliced(byte[] bytes, int from, int to, Draws draws) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    out.write(bytes, 0, from);
    if (draws.chance(0.5)) {
      out.write(bytes, from, to - from);
      out.write(bytes, from, to - from);
    }
    out.write(bytes, to, bytes.length - to);
    return out.size() == 0 ? bytes : out.toByteArray();
  }
}
