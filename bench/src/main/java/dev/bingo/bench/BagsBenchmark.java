package dev.bingo.bench;

import dev.bingo.neighbour.ApproximateNeighbours;
import dev.bingo.neighbour.NearestNeighbours;
import dev.bingo.neighbour.Rows;
import dev.bingo.torch.Engine;
import dev.bingo.torch.Tensors;
import dev.bingo.weights.MappedRows;
import dev.bingo.weights.Npy;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongConsumer;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;

/**
 * Bags of given features. Prints a JSON line; arguments are the features ({@code .npy}, unit rows;
 * for {@code mapped}, float16), how to search, and perhaps another program's bags of them ({@code
 * .npy}, {@code [N, K]}) to compute the recall against.
 */
public final class BagsBenchmark {
  private static final int K = 5;

  private BagsBenchmark() {}

  /** Runs it. */
  public static void main(String... args) throws IOException {
    if (args.length < 2 || !List.of("exact", "approximate", "mapped").contains(args[1])) {
      System.err.println("usage: BagsBenchmark FEATURES.npy exact|approximate|mapped [BAGS.npy]");
      System.exit(2);
    }
    Engine.start();
    try (PointerScope scope = new PointerScope()) {
      boolean mapped = args[1].equals("mapped");
      Path file = Path.of(args[0]);
      Rows rows = mapped ? Rows.of(MappedRows.open(file)) : Rows.of(Npy.read(file));
      AtomicLong own = new AtomicLong();
      LongConsumer watch =
          done -> own.accumulateAndGet((long) ProcessMemory.mib("RssAnon"), Math::max);
      long start = System.nanoTime();
      String how = "";
      int[][] ours;
      if (args[1].equals("exact")) {
        ours = NearestNeighbours.exact(rows, K, watch).members();
      } else {
        var found = ApproximateNeighbours.search(rows, K, 0.97, 0, watch);
        ours = found.neighbours().members();
        how =
            String.format(
                Locale.ROOT,
                ", \"cells\": %d, \"searched\": %d, \"recall_of_sample\": %.4f",
                found.cells(),
                found.searched(),
                found.recall());
      }
      double seconds = (System.nanoTime() - start) / 1e9;
      String recall =
          args.length < 3
              ? ""
              : String.format(Locale.ROOT, ", \"recall\": %.5f", recall(ours, Path.of(args[2])));
      System.out.printf(
          Locale.ROOT,
          "{\"bingo\": \"bags, %s\", \"n\": %d, \"dim\": %d, \"k\": %d, \"seconds\": %.2f%s%s, \"peak_mib\": %d, \"own_mib\": %d}%n",
          args[1],
          rows.size(),
          rows.width(),
          K,
          seconds,
          how,
          recall,
          (long) ProcessMemory.mib("VmHWM"),
          own.get());
    }
  }

  private static double recall(int[][] ours, Path file) throws IOException {
    Tensor bags = Npy.read(file);
    int k = (int) bags.size(1);
    long[] theirs = Tensors.toLongs(bags);
    long found = 0;
    for (int i = 0; i < ours.length; i++) {
      for (int member : ours[i]) {
        for (int j = 0; j < k; j++) {
          found += theirs[i * k + j] == member ? 1 : 0;
        }
      }
    }
    return (double) found / theirs.length;
  }
}
