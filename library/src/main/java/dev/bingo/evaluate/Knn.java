package dev.bingo.evaluate;

import dev.bingo.torch.Tensors;
import dev.bingo.torch.Workers;
import java.util.Locale;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.ScalarOptional;
import org.bytedeco.pytorch.T_TensorTensor_T;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;

/**
 * The weighted nearest-neighbour classifier of Wu et al. (arXiv 1805.01978): each of the k bank
 * images of the highest cosine votes for its class with weight exp(cosine / temperature).
 *
 * <p>MoCo's and MSVQ's monitors use k = 200 and 0.1, DINO's evaluation k = 10 … 200 and 0.07.
 *
 * @param k neighbours that vote; all of the bank where it has fewer
 * @param temperature small: the nearest decide; large: all k count alike
 */
public record Knn(int k, double temperature) {
  /** The monitor of MoCo's CIFAR notebook. */
  public static final Knn MONITOR = new Knn(200, 0.1);

  /** DINO's evaluation. */
  public static final Knn DINO = new Knn(20, 0.07);

  /** Numbers of a block of similarities: 64 MiB of float32. */
  private static final long BLOCK = 1L << 24;

  /** A vector shorter than this has no direction. */
  private static final double TINY = 1e-12;

  public Knn {
    if (k < 1) {
      throw new IllegalArgumentException("kNN k: expected at least 1, got " + k);
    }
    // exp(1 / 0.005) is far within double; below, votes would overflow.
    if (!(temperature >= 0.005 && temperature <= 100)) {
      throw new IllegalArgumentException(
          "kNN temperature: expected 0.005 to 100, got " + temperature);
    }
  }

  /**
   * Classifies the queries by the bank; classes are the same where {@link ClassMatch} says so.
   *
   * @throws IllegalArgumentException where labels are missing, widths differ or no class is on both
   *     sides
   */
  public Score score(Features bank, Features queries) {
    return score(bank, queries, BLOCK);
  }

  /** Classifies each image by all the others. */
  public Score leaveOneOut(Features all) {
    return score(all, null, BLOCK);
  }

  /**
   * The votes, of sets whose labels are numbered alike.
   *
   * @param classes that there are; every label is below
   * @return {@code float64 [N, classes]}, the caller's
   */
  public Tensor votes(Features bank, Features queries, int classes) {
    Tensor all = Tensors.empty(ScalarType.Double, queries.size(), classes);
    votes(
        bank,
        queries,
        classes,
        BLOCK,
        (at, votes) -> all.narrow(0, at, votes.size(0)).copy_(votes));
    return all;
  }

  Score score(Features givenBank, Features queriesOrNull, long block) {
    boolean leaveOut = queriesOrNull == null;
    Features givenQueries = leaveOut ? givenBank : queriesOrNull;
    try (PointerScope scope = new PointerScope()) {
      ClassMatch match = ClassMatch.of(givenBank, givenQueries);
      Features bank = givenBank.labelled(match.bank(givenBank.labels()));
      Features queries =
          leaveOut ? bank : givenQueries.labelled(match.queries(givenQueries.labels()));
      int classes = match.names().size();
      Tensor ranks = Tensors.empty(ScalarType.Long, queries.size());
      votes(
          bank,
          leaveOut ? null : queries,
          classes,
          block,
          (at, votes) -> {
            Tensor labels = queries.labels().narrow(0, at, votes.size(0));
            // A class without a vote isn't named, however few classes are: with k = 1 top-5 is
            // top-1.
            Tensor unnamed = votes.gather(1, labels.unsqueeze(1)).squeeze(1).eq(new Scalar(0));
            ranks
                .narrow(0, at, votes.size(0))
                .copy_(Ranks.of(votes, labels).masked_fill_(unnamed, new Scalar(classes + 5L)));
          });
      return new Score(
          protocol(bank, queries, leaveOut),
          queries.size(),
          Ranks.percentWithin(ranks, 1),
          Ranks.percentWithin(ranks, 5));
    }
  }

  private interface Block {
    /** Votes {@code float64 [rows, classes]} of the queries from {@code at} on; on any thread. */
    void take(int at, Tensor votes);
  }

  /**
   * In blocks of queries, a thread each, so that memory is bounded by {@code block} and not by
   * their number.
   */
  private void votes(Features bank, Features queriesOrNull, int classes, long block, Block sink) {
    Features queries = queriesOrNull == null ? bank : queriesOrNull;
    if (bank.width() != queries.width()) {
      throw new IllegalArgumentException(
          "bank features have " + bank.width() + " numbers, queries " + queries.width());
    }
    int n = queries.size();
    long atOnce = (long) Math.max(bank.size(), classes) * torch.get_num_threads();
    int rows = (int) Math.max(1, Math.min(n, block / atOnce));
    try (PointerScope all = new PointerScope();
        NoGradGuard off = new NoGradGuard()) {
      boolean unit = unit(bank.values()) && unit(queries.values());
      Tensor lengths = unit ? null : lengths(bank.values()).t();
      Tensor columns = bank.values().t();
      Workers.run(
          (n + rows - 1) / rows,
          () ->
              task -> {
                try (PointerScope part = new PointerScope()) {
                  int at = task * rows;
                  int m = Math.min(rows, n - at);
                  Tensor rowsNow = queries.values().narrow(0, at, m);
                  Tensor cosines =
                      unit
                          ? rowsNow.matmul(columns)
                          : rowsNow.div(lengths(rowsNow)).matmul(columns).div_(lengths);
                  if (queriesOrNull == null) {
                    cosines.narrow(1, at, m).fill_diagonal_(new Scalar(Double.NEGATIVE_INFINITY));
                  }
                  Tensor votes = Tensors.zeros(ScalarType.Double, m, classes);
                  vote(cosines, bank.labels(), votes);
                  sink.take(at, votes);
                }
              });
    }
  }

  private void vote(Tensor cosines, Tensor labels, Tensor votes) {
    T_TensorTensor_T nearest = cosines.topk(Math.min(k, cosines.size(1)), 1, true, true);
    Tensor weights = nearest.get0().to(ScalarType.Double).div_(new Scalar(temperature)).exp_();
    Tensor classes =
        labels.index_select(0, nearest.get1().reshape(-1)).reshape(weights.size(0), -1);
    votes.scatter_add_(1, classes, weights);
  }

  /** Whether all rows have length 1 as near as float32 gets; then they are taken as they are. */
  private static boolean unit(Tensor values) {
    return lengths(values).sub_(new Scalar(1)).abs_().max().item_double() < 1e-6;
  }

  private static Tensor lengths(Tensor values) {
    return values
        .norm(new ScalarOptional(new Scalar(2)), new long[] {1}, true)
        .clamp_min_(new Scalar(TINY));
  }

  private String protocol(Features bank, Features queries, boolean leaveOut) {
    String size = bank.imageSize() > 0 ? ", " + bank.imageSize() + " px" : "";
    String against =
        leaveOut
            ? "each of " + queries.size() + " by the others"
            : queries.size() + " queries, bank of " + bank.size();
    return String.format(
        Locale.ROOT,
        "weighted kNN, k %d, temperature %s, cosine of %d features, %s%s",
        Math.min(k, bank.size() - (leaveOut ? 1 : 0)),
        temperature,
        bank.width(),
        against,
        size);
  }
}
