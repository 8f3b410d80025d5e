package dev.bingo.pretrained;

import java.util.Arrays;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Pattern;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;

/**
 * Evidence that a program's output is a task's and no features of the whole image: probabilities,
 * boxes, masks. Each answer is a reason in words, empty where there is none.
 */
final class Heads {
  private static final Set<String> DECIDING =
      Set.of(
          "Softmax",
          "LogSoftmax",
          "Hardmax",
          "Sigmoid",
          "HardSigmoid",
          "ArgMax",
          "TopK",
          "NonMaxSuppression",
          "OneHot");
  private static final Set<String> LINEAR = Set.of("Gemm", "MatMul", "Add");
  private static final Pattern NAMES =
      Pattern.compile(
          "(logit|prob|score|class(?!_token)|label|box|bbox|det(s|ect)|anchor|mask|segment|softmax|keypoint"
              + "|heatmap|reconstr|loss)");

  /** Classes of the sets that classifiers are trained on. */
  private static final Set<Long> CLASSES =
      Set.of(2L, 10L, 100L, 200L, 365L, 1000L, 1001L, 10450L, 11221L, 21841L, 21843L);

  /** What comes before the patches: class token, a distilled one, registers. */
  private static final int[] TOKENS_BEFORE = {1, 2, 5, 9};

  private static final int LARGEST_PATCH = 64;
  private static final int NARROW = 32;
  private static final double ROUNDING = 1e-3;

  private Heads() {}

  /** By an output's name and the operator that makes it. */
  static String ofGraph(String name, String operator) {
    if (DECIDING.contains(operator)) {
      return "is what " + operator + " gives: a decision among classes, no features";
    }
    return NAMES.matcher(name.toLowerCase(Locale.ROOT)).find()
        ? "has the name of a task's result, not of features"
        : "";
  }

  /** By what came out for different images of {@code side} pixels: what can't be features. */
  static String ofRun(Tensor output, int side) {
    try (PointerScope scope = new PointerScope()) {
      if (!torch.isfinite(output).all().item_bool()) {
        return "has numbers that are not finite";
      }
      if (output.dim() == 3 && !isTokens(output.size(1), side)) {
        return ("has %d rows for an image: no square of patches and a class token, for %d pixels;"
                + " boxes or parts of the image, perhaps. Export a model that gives one row an image")
            .formatted(output.size(1), side);
      }
      return "";
    }
  }

  /** By the same: what is hardly meant, but can be taken where somebody asks for it by name. */
  static String doubtful(Tensor output, int side) {
    try (PointerScope scope = new PointerScope()) {
      if (output.dim() == 4 && output.size(2) >= side && output.size(3) >= side && side > 1) {
        return "is a map as large as the image: a mask or a reconstruction, no features";
      }
      Tensor last = output.dim() == 4 ? output.flatten(2, -1).mean(2) : output;
      boolean probabilities =
          last.size(-1) > 1
              && last.min().item_double() >= 0
              && last.sum(-1).sub(new Scalar(1)).abs().max().item_double() < ROUNDING;
      return probabilities ? "has rows that sum to 1: probabilities of classes, no features" : "";
    }
  }

  /** What is worth a word, though features can look like it. */
  static String unusual(Tensor rows, String operator) {
    long width = rows.size(1);
    if (LINEAR.contains(operator) && CLASSES.contains(width)) {
      return "ends with a linear layer to %d numbers: these may be scores of classes, which teach less than features"
          .formatted(width);
    }
    return width < NARROW ? "has %d numbers an image only".formatted(width) : "";
  }

  private static boolean isTokens(long tokens, int side) {
    return Arrays.stream(TOKENS_BEFORE)
        .anyMatch(
            before -> {
              long grid = Math.round(Math.sqrt((double) Math.max(0, tokens - before)));
              return grid > 1
                  && grid * grid == tokens - before
                  && side % grid == 0
                  && side / grid <= LARGEST_PATCH;
            });
  }
}
