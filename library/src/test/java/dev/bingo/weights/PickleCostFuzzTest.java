package dev.bingo.weights;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import dev.bingo.torch.Draws;
import dev.bingo.torch.Engine;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/**
 * Pickles that are well-formed and mean to cost much: deep, wide, shared, with long names, keys of
 * one hash and calls. Each ends in an answer or an IOException that names the file, within two
 * seconds of processor time and 512 MB of allocations for a megabyte. The suite tries a few; {@code
 * -Dfuzz.seconds=3600 -Dfuzz.seed=1} more. What fails lies in {@code target/fuzz}.
 */
class PickleCostFuzzTest {
  private static final int TRIES = 40;
  private static final long SECONDS = Long.getLong("fuzz.seconds", 0);
  private static final long SEED = Long.getLong("fuzz.seed", 1);
  private static final long MOST_NANOS = TimeUnit.SECONDS.toNanos(2);
  private static final long MOST_BYTES = 512L << 20;

  private final ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();

  @Test
  void noPickleCostsMuchMoreThanItsSize() throws IOException {
    Engine.start();
    Path kept = Files.createDirectories(Path.of("target", "fuzz"));
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(SECONDS);
    int found = 0;
    for (int n = 0; n < TRIES || System.nanoTime() < end; n++) {
      Draws draws = Draws.of(SEED, n);
      int size = 1 << (10 + draws.below(SECONDS > 0 ? 11 : 8));
      Path file = kept.resolve("cost-" + SEED + "-" + n + ".pth");
      Pickles.zip(file, new Costly(draws, size).pickle());
      long cpu = threads.getCurrentThreadCpuTime();
      long allocated = threads.getThreadAllocatedBytes(Thread.currentThread().getId());
      try (WeightFile opened = WeightFile.open(file)) {
        found += opened.stateDicts().size();
        assertThat(opened.foreignEntries()).hasSameSizeAs(opened.stateDicts());
        assertThat(opened.metadata()).isInstanceOf(Map.class);
        opened.advice();
      } catch (IOException e) {
        assertThat(e).hasMessageContaining(file.getFileName().toString());
      }
      assertThat(threads.getCurrentThreadCpuTime() - cpu).as("%s", file).isLessThan(MOST_NANOS);
      assertThat(threads.getThreadAllocatedBytes(Thread.currentThread().getId()) - allocated)
          .as("%s", file)
          .isLessThan(MOST_BYTES);
      Files.delete(file);
    }
    assertThat(found).as("some hold tensors").isPositive();
  }

  /** Writes values into values until the size is reached. */
  private static final class Costly {
    private final Draws draws;
    private final Pickles pickle = new Pickles();
    private final int size;
    private final int family;
    private int memo;

    Costly(Draws draws, int size) {
      this.draws = draws;
      this.size = size;
      family = draws.below(1 << 20);
      pickle.tensor();
      remember();
      pickle.text("k".repeat(1 + draws.below(1000)));
      remember();
      pickle.codes("}");
      remember();
    }

    byte[] pickle() {
      pickle.codes("]");
      while (pickle.size() < size) {
        chain(draws.chance(0.2) ? draws.below(size) : draws.below(20));
        pickle.codes("a");
      }
      return pickle.stop();
    }

    /** Dicts and lists in one another, and something in the innermost. */
    private void chain(int deep) {
      boolean dicts = draws.chance(0.5);
      int depth = Math.min(deep, (size - Math.min(size, pickle.size())) / 4);
      for (int i = 0; i < depth; i++) {
        pickle.codes(dicts ? "}h" : "]");
        if (dicts) {
          pickle.raw(1);
        }
      }
      many();
      for (int i = 0; i < depth; i++) {
        pickle.codes(dicts ? "s" : "a");
      }
    }

    private void many() {
      int kind = draws.below(6);
      int count = draws.chance(0.3) ? draws.below(size / 8) : draws.below(30);
      pickle.codes(kind < 3 ? "}(" : "](");
      for (int i = 0; i < count && pickle.size() < size; i++) {
        if (kind < 3) {
          key(i);
        }
        value();
      }
      pickle.codes(kind < 3 ? "u" : "e");
      if (draws.chance(0.3)) {
        remember();
      }
    }

    /** Longs, doubles and strings of one hash, or a name that is remembered. */
    private void key(int i) {
      long high = 0x3ff00000L + i;
      switch (draws.below(4)) {
        case 0 -> pickle.integer(high << 32 | (high ^ family));
        case 1 -> pickle.number(Double.longBitsToDouble(high << 32 | (high ^ family)));
        case 2 -> pickle.text(colliding(i));
        default -> pickle.codes("h").raw(1);
      }
    }

    /** "Aa" and "BB" have one hash, and so has every row of them. */
    private static String colliding(int i) {
      StringBuilder text = new StringBuilder();
      for (int bit = 0; bit < 16; bit++) {
        text.append((i >> bit & 1) == 0 ? "Aa" : "BB");
      }
      return text.toString();
    }

    private void value() {
      switch (draws.below(7)) {
        case 0 -> pickle.codes("h").raw(0);
        case 1 -> pickle.codes("h").raw(draws.below(Math.min(memo, 250)));
        case 2 -> pickle.codes("N");
        case 3 -> pickle.name("some.module", "Class" + draws.below(100)).codes(")R}b");
        case 4 -> pickle.codes("}");
        case 5 -> pickle.codes("N\u0085");
        default -> pickle.text("v");
      }
    }

    /** The value on top of the stack. */
    private void remember() {
      pickle.codes("r").raw(memo & 255, memo >> 8 & 255, memo >> 16 & 255, 0);
      memo++;
    }
  }
}
