package dev.bingo.neighbour;

import dev.bingo.torch.Int8Product;
import dev.bingo.torch.Tensors;
import dev.bingo.torch.Workers;
import java.nio.IntBuffer;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongConsumer;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.bytedeco.javacpp.IntPointer;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.T_TensorTensor_T;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;

/**
 * The k nearest of blocks of rows among given stretches of rows: candidates by {@link Codes},
 * ranked by the rows themselves.
 *
 * <p>One thread's; its native buffers are the caller's scope's.
 */
final class CodeSearch {
  /** Queries at once, and candidates at once: their scores, 2 MiB, stay in a core's cache. */
  static final int QUERIES = 512;

  private static final int COLUMNS = 1024;
  // Ranked at once: their candidates' rows are 50 MiB at most.
  private static final int RANKED = 128;
  private static final int CANDIDATES_A_MATE = 2;
  private static final int SPARE = 14;

  private final Rows rows;
  private final int[] order;
  private final Codes codes;
  private final int k;
  private final int most;
  private final Shortlist list;
  private final Tensor scores;
  private final Tensor maxima;
  private final IntBuffer scoresHere;
  private final IntPointer maximaHere;
  private final int[] groupMaxima;

  /** Positions {@code from … from + count − 1}. */
  record Stretch(int from, int count) {
    /** In parts of at most so many. */
    Stream<Stretch> parts(int most) {
      return IntStream.iterate(from, at -> at < from + count, at -> at + most)
          .mapToObj(at -> new Stretch(at, Math.min(most, from + count - at)));
    }
  }

  /**
   * Rows to search for.
   *
   * @param rows at most {@link #QUERIES}
   * @param among with more than M rows together
   */
  record Block(Stretch rows, List<Stretch> among) {}

  /**
   * Searches for all blocks, on all cores.
   *
   * @param sink called by one thread at a time
   * @param progress told of the rows done
   */
  static void run(
      Rows rows,
      int[] order,
      Codes codes,
      int k,
      List<Block> blocks,
      Sink sink,
      LongConsumer progress) {
    AtomicLong done = new AtomicLong();
    Workers.run(
        blocks.size(),
        () -> {
          CodeSearch search = new CodeSearch(rows, order, codes, k);
          return b -> {
            Block block = blocks.get(b);
            search.search(
                block,
                (row, members, cosines, certain) -> {
                  synchronized (done) {
                    sink.found(row, members, cosines, certain);
                  }
                });
            synchronized (done) {
              progress.accept(done.addAndGet(block.rows.count));
            }
          };
        });
  }

  /**
   * Makes the buffers.
   *
   * @param order position p holds row order[p]; null for the rows' own
   */
  private CodeSearch(Rows rows, int[] order, Codes codes, int k) {
    this.rows = rows;
    this.order = order;
    this.codes = codes;
    this.k = k;
    most = CANDIDATES_A_MATE * k + SPARE;
    int groups = COLUMNS / Shortlist.GROUP;
    list = new Shortlist(QUERIES, most);
    scores = Tensors.empty(ScalarType.Int, (long) QUERIES * COLUMNS);
    maxima = Tensors.empty(ScalarType.Int, (long) QUERIES * groups);
    scoresHere =
        new IntPointer(scores.data_ptr()).capacity(scores.numel()).asByteBuffer().asIntBuffer();
    maximaHere = new IntPointer(maxima.data_ptr()).capacity(maxima.numel());
    groupMaxima = new int[QUERIES * groups];
  }

  /** Told of each row that was searched. */
  interface Sink {
    /**
     * What was found for a row.
     *
     * @param row its own number, not its position
     * @param members nearest first
     * @param cosines of them
     * @param certain whether nothing nearer can have been missed in the stretches
     */
    void found(int row, int[] members, float[] cosines, boolean certain);
  }

  private void search(Block wanted, Sink sink) {
    Stretch block = wanted.rows;
    list.clear();
    for (Stretch stretch : wanted.among) {
      stretch.parts(COLUMNS).forEach(columns -> tile(block, columns));
    }
    for (int from = 0; from < block.count; from += RANKED) {
      try (PointerScope scope = new PointerScope()) {
        rank(block.from, from, Math.min(RANKED, block.count - from), sink);
      }
    }
  }

  private void tile(Stretch block, Stretch columns) {
    int width = columns.count;
    int groups = width / Shortlist.GROUP;
    try (PointerScope scope = new PointerScope()) {
      Tensor of = codes.codes.narrow(0, block.from, block.count);
      Tensor with = codes.codes.narrow(0, columns.from, width);
      Tensor tile = scores.narrow(0, 0, (long) block.count * width).view(block.count, width);
      Int8Product.product(of, with, tile);
      tile.add_(codes.bias.narrow(0, columns.from, width));
      hideThemselves(block, columns);
      if (groups > 0) {
        Tensor grouped =
            tile.narrow(1, 0, (long) groups * Shortlist.GROUP)
                .unflatten(1, new long[] {Shortlist.GROUP, groups});
        Tensor most = maxima.narrow(0, 0, (long) block.count * groups).view(block.count, groups);
        torch.amax_out(most, grouped, new long[] {1}, false);
        maximaHere.get(groupMaxima, 0, block.count * groups);
      }
    }
    list.scan(scoresHere, groupMaxima, block.count, width, groups, columns.from);
  }

  private void hideThemselves(Stretch block, Stretch columns) {
    int low = Math.max(block.from, columns.from);
    int high = Math.min(block.from + block.count, columns.from + columns.count);
    for (int p = low; p < high; p++) {
      scoresHere.put((p - block.from) * columns.count + p - columns.from, Integer.MIN_VALUE);
    }
  }

  /** Ranks the candidates of some of a block's queries in float32. */
  private void rank(int block, int first, int count, Sink sink) {
    long[] ids = new long[count * most];
    for (int q = 0; q < count; q++) {
      for (int c = 0; c < most; c++) {
        ids[q * most + c] = row(list.position(first + q, c));
      }
    }
    long[] queries = new long[count];
    Arrays.setAll(queries, q -> row(block + first + q));
    Tensor near = rows.gather(ids).view(count, most, rows.width());
    Tensor cosines = near.bmm(rows.gather(queries).unsqueeze(2)).squeeze(2);
    T_TensorTensor_T best = torch.topk(cosines, k, 1, true, true);
    float[] cosine = Tensors.toFloats(best.get0());
    long[] candidate = Tensors.toLongs(best.get1());
    for (int q = 0; q < count; q++) {
      int[] members = new int[k];
      float[] of = new float[k];
      for (int j = 0; j < k; j++) {
        members[j] = (int) ids[q * most + (int) candidate[q * k + j]];
        of[j] = cosine[q * k + j];
      }
      double missed = codes.bound(block + first + q, list.missed(first + q));
      sink.found((int) queries[q], members, of, of[k - 1] > missed);
    }
  }

  private int row(int position) {
    return order == null ? position : order[position];
  }

  /** The fewest rows that a block can be searched among. */
  static int fewest(int k) {
    return CANDIDATES_A_MATE * k + SPARE + 1;
  }
}
