package dev.bingo.fewshot;

import dev.bingo.encoder.Layer;
import dev.bingo.torch.Counter;
import dev.bingo.torch.Draws;
import dev.bingo.torch.Tensors;
import java.util.Arrays;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.bytedeco.pytorch.AutoGradMode;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.ScalarType;

/**
 * Slots of classes that training episodes had: for each its number, the moving mean of its maps,
 * their key, and when it was written last. Only training writes.
 */
final class Memory extends Layer {
  static final int SLOTS = 64;

  /** Fewer than these are no working context yet. */
  static final int LEAST = 32;

  private static final double KEPT = .9;

  private final Tensor classes;
  private final Tensor keys;
  private final Tensor maps;
  private final Tensor ages;
  private final Counter tick;

  Memory(int side) {
    super("Memory");
    classes = buffer("slot_class", Tensors.zeros(ScalarType.Long, SLOTS).sub(new Scalar(1)));
    keys = buffer("slot_key", Tensors.zeros(ScalarType.Float, SLOTS, Conv4.CHANNELS));
    maps = buffer("slot_map", Tensors.zeros(ScalarType.Float, SLOTS, Conv4.CHANNELS, side, side));
    ages = buffer("slot_written", Tensors.zeros(ScalarType.Long, SLOTS));
    tick = new Counter(buffer("writes", Tensors.zeros(ScalarType.Long, 1)));
  }

  /**
   * Copies of slots, without gradient.
   *
   * @param keys {@code [M, C]}
   * @param maps {@code [M, C, s, s]}
   */
  record Slots(Tensor keys, Tensor maps) {}

  /** Which class each slot holds, −1 for none. */
  long[] held() {
    return Tensors.toLongs(classes);
  }

  /**
   * What may be read.
   *
   * @param hidden classes whose slots are not; may hold −1
   * @return null where there is nothing, or too little is written yet
   */
  Slots read(long[] hidden) {
    long[] held = held();
    if (LongStream.of(held).filter(c -> c >= 0).count() < LEAST) {
      return null;
    }
    long[] rows =
        IntStream.range(0, SLOTS)
            .filter(i -> held[i] >= 0 && LongStream.of(hidden).noneMatch(c -> c == held[i]))
            .asLongStream()
            .toArray();
    if (rows.length == 0) {
      return null;
    }
    Tensor at = Tensors.of(rows, rows.length).to(maps.device(), ScalarType.Long);
    return new Slots(keys.index_select(0, at), maps.index_select(0, at));
  }

  /**
   * Takes classes in: one that is there moves a tenth of the way, another takes an empty slot, or
   * else that which was written longest ago.
   *
   * @param means {@code [N][C · s · s]}
   */
  void write(long[] given, float[][] means) {
    try (AutoGradMode off = new AutoGradMode(false)) {
      long[] held = held();
      long[] written = Tensors.toLongs(ages);
      for (int n = 0; n < given.length; n++) {
        int slot = slot(given[n], held, written);
        Tensor mean = Tensors.of(means[n], means[n].length).to(maps.device(), ScalarType.Float);
        Tensor map = maps.select(0, slot);
        boolean present = held[slot] == given[n];
        if (present) {
          map.mul_(new Scalar(KEPT)).add_(mean.view_as(map), new Scalar(1 - KEPT));
        } else {
          map.copy_(mean.view_as(map));
        }
        keys.narrow(0, slot, 1).copy_(Propagation.keys(maps.narrow(0, slot, 1)));
        tick.set(tick.get() + 1);
        held[slot] = given[n];
        written[slot] = tick.get();
      }
      classes.copy_(Tensors.of(held, SLOTS));
      ages.copy_(Tensors.of(written, SLOTS));
    }
  }

  private static int slot(long wanted, long[] held, long[] written) {
    int present = first(held, wanted);
    if (present >= 0) {
      return present;
    }
    int empty = first(held, -1);
    if (empty >= 0) {
      return empty;
    }
    long oldest = Arrays.stream(written).min().orElseThrow();
    return first(written, oldest);
  }

  private static int first(long[] in, long wanted) {
    return IntStream.range(0, in.length).filter(i -> in[i] == wanted).findFirst().orElse(-1);
  }

  /** Slots that are parameters, drawn from N(0, .02²). */
  static final class Learnt extends Layer {
    private final Tensor maps;

    Learnt(int side, long seed) {
      super("Learnt");
      float[] drawn = new float[SLOTS * Conv4.CHANNELS * side * side];
      Draws draws = Draws.of(seed, SLOTS, side);
      for (int i = 0; i < drawn.length; i++) {
        drawn[i] = (float) (.02 * draws.normal());
      }
      maps = parameter("slot_map", Tensors.of(drawn, SLOTS, Conv4.CHANNELS, side, side));
    }

    Slots read() {
      return new Slots(Propagation.keys(maps), maps);
    }
  }
}
