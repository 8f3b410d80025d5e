package dev.bingo.bench;

import dev.bingo.bag.NearestNeighbours;
import dev.bingo.torch.Engine;
import dev.bingo.torch.Precision;
import dev.bingo.torch.Tensors;
import dev.bingo.weights.Npy;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Locale;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;

/**
 * Exact bags of given features. Prints a JSON line; arguments are the features ({@code .npy}, unit
 * rows), another program's bags of them ({@code .npy}, {@code [N, K]}) to compute the recall
 * against, and the precision of the candidates.
 */
public final class BagsBenchmark {
  private BagsBenchmark() {}

  /** Runs it. */
  public static void main(String... args) throws IOException {
    if (args.length != 3) {
      System.err.println("usage: BagsBenchmark FEATURES.npy BAGS.npy fp32|bf16");
      System.exit(2);
    }
    Engine.start();
    try (PointerScope scope = new PointerScope()) {
      Tensor features = Npy.read(Path.of(args[0]));
      Tensor bags = Npy.read(Path.of(args[1]));
      int k = (int) bags.size(1);
      long[] theirs = Tensors.toLongs(bags);
      long start = System.nanoTime();
      int[][] ours =
          NearestNeighbours.exact(
                  features, k, Precision.valueOf(args[2].toUpperCase(Locale.ROOT)), done -> {})
              .members();
      double seconds = (System.nanoTime() - start) / 1e9;
      System.out.printf(
          Locale.ROOT,
          "{\"bingo\": \"%s\", \"n\": %d, \"dim\": %d, \"k\": %d, \"seconds\": %.2f, \"recall\": %.5f}%n",
          args[2],
          ours.length,
          features.size(1),
          k,
          seconds,
          recall(ours, theirs, k));
    }
  }

  private static double recall(int[][] ours, long[] theirs, int k) {
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
