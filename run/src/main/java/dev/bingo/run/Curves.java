package dev.bingo.run;

import dev.bingo.evaluate.Spread;
import dev.bingo.select.Strategy;
import dev.bingo.torch.Names;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.function.ToDoubleFunction;

/** What a simulation of active learning measured. */
public record Curves(List<Point> points) {
  /**
   * One learner, judged.
   *
   * @param round how many times something had been chosen
   * @param labels that it learnt from
   * @param accuracy percent
   * @param macroF1 percent
   */
  public record Point(
      Strategy strategy, int seed, int round, int labels, double accuracy, double macroF1) {}

  private List<Strategy> strategies() {
    return points.stream().map(Point::strategy).distinct().toList();
  }

  /** A row a round, a column a strategy: mean and standard deviation over the seeds, percent. */
  public String table(ToDoubleFunction<Point> figure) {
    StringBuilder table = new StringBuilder("labels");
    for (Strategy strategy : strategies()) {
      table.append(String.format(Locale.ROOT, " %10s", column(strategy)));
    }
    int rounds = points.stream().mapToInt(Point::round).max().orElse(-1);
    for (int round = 0; round <= rounds; round++) {
      int now = round;
      int most =
          points.stream().filter(p -> p.round == now).mapToInt(Point::labels).max().orElse(0);
      table.append(String.format(Locale.ROOT, "%n%6d", most));
      for (Strategy strategy : strategies()) {
        double[] values =
            points.stream()
                .filter(p -> p.round == now && p.strategy == strategy)
                .mapToDouble(figure)
                .toArray();
        table.append(String.format(Locale.ROOT, " %10s", words("%.1f±%.1f", values)));
      }
    }
    return table.toString();
  }

  private static String words(String format, double... values) {
    Spread spread = Spread.of(values);
    return String.format(Locale.ROOT, format, spread.mean(), spread.deviation());
  }

  private static String column(Strategy strategy) {
    return strategy == Strategy.MARGIN_CORE_SET ? "m-core-set" : Names.spell(strategy);
  }

  /** A line a strategy: how far it is from random, over all rounds with a choice behind them. */
  public String againstRandom() {
    StringBuilder lines = new StringBuilder();
    for (Strategy strategy : strategies()) {
      if (strategy != Strategy.RANDOM) {
        double[] f1 = differences(strategy, Point::macroF1);
        double[] accuracy = differences(strategy, Point::accuracy);
        lines.append(
            String.format(
                Locale.ROOT,
                "%-15s macro-F1 %s, accuracy %s: %s%n",
                Names.spell(strategy),
                words("%+.1f ± %.1f", f1),
                words("%+.1f ± %.1f", accuracy),
                verdict(f1)));
      }
    }
    return lines.toString().stripTrailing();
  }

  /** By every seed, or not: of three seeds a deviation says little. */
  private static String verdict(double[] differences) {
    if (differences.length < 2) {
      return "one seed says nothing";
    }
    if (Arrays.stream(differences).allMatch(d -> d > 0)) {
      return "above random";
    }
    return Arrays.stream(differences).allMatch(d -> d < 0)
        ? "below random"
        : "no better than random";
  }

  /** Of each seed, the mean over the rounds. */
  private double[] differences(Strategy strategy, ToDoubleFunction<Point> figure) {
    return points.stream()
        .mapToInt(Point::seed)
        .distinct()
        .mapToDouble(seed -> mean(strategy, seed, figure) - mean(Strategy.RANDOM, seed, figure))
        .toArray();
  }

  private double mean(Strategy strategy, int seed, ToDoubleFunction<Point> figure) {
    return points.stream()
        .filter(p -> p.strategy == strategy && p.seed == seed && p.round > 0)
        .mapToDouble(figure)
        .average()
        .orElse(Double.NaN);
  }

  /** All of it, a line a point. */
  public String csv() {
    StringBuilder csv = new StringBuilder("strategy,seed,round,labels,accuracy,macro_f1\n");
    for (Point p : points) {
      csv.append(
          String.format(
              Locale.ROOT,
              "%s,%d,%d,%d,%.4f,%.4f%n",
              Names.spell(p.strategy),
              p.seed,
              p.round,
              p.labels,
              p.accuracy,
              p.macroF1));
    }
    return csv.toString();
  }
}
