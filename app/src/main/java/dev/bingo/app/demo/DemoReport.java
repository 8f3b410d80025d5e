package dev.bingo.app.demo;

import dev.bingo.app.report.Report;
import dev.bingo.app.report.Report.Role;
import dev.bingo.bag.Bags;
import dev.bingo.evaluate.CachedProbe;
import dev.bingo.evaluate.Features;
import dev.bingo.evaluate.Projection2d;
import dev.bingo.image.BadImageException;
import dev.bingo.image.ImageSource;
import dev.bingo.image.Reduction;
import dev.bingo.recipe.Recipe;
import dev.bingo.recipe.Recipes;
import dev.bingo.run.BagMaker;
import dev.bingo.run.Machine;
import dev.bingo.run.Processor;
import dev.bingo.run.Run;
import dev.bingo.torch.Tensors;
import java.io.IOException;
import java.time.LocalDate;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import org.bytedeco.javacpp.PointerScope;

/** What the demo shows, from what it measured. */
final class DemoReport {
  private static final int ANCHORS = 12;
  private static final int POINTS = 1000;

  private final List<Demo.Judged> judged;
  private final Bags bags;
  private final ImageSource train;
  private final ImageSource val;
  private final double minutes;
  private final long seed;
  private final String command;

  DemoReport(
      List<Demo.Judged> judged,
      Bags bags,
      ImageSource train,
      ImageSource val,
      double minutes,
      long seed,
      String command) {
    this.judged = judged;
    this.bags = bags;
    this.train = train;
    this.val = val;
    this.minutes = minutes;
    this.seed = seed;
    this.command = command;
  }

  Report report(Map<String, Recipe> recipes) throws IOException {
    Demo.Judged alone = of(Role.ALONE);
    Demo.Judged student = of(Role.STUDENT);
    double purity = 100 * bags.purity(BagMaker.labels(train));
    List<String> summary =
        List.of(
            String.format(
                Locale.ROOT,
                "The student distilled by BINGO reaches %.1f %% by kNN and %.1f %% by linear probe;"
                    + " the same student trained alone on as many images %.1f %% and %.1f %%.",
                student.knn().top1(),
                student.linear().score().top1(),
                alone.knn().top1(),
                alone.linear().score().top1()),
            String.format(
                Locale.ROOT,
                "No label was used in training; %.0f %% of the bag mates turn out to be of their anchor's class.",
                purity));
    Demo.Judged confused = student;
    return new Report(
        "BINGO on Fashion-MNIST",
        String.format(
            Locale.ROOT,
            "%,d training images, %,d judged; %s; %.1f minutes; %s",
            train.size(),
            val.size(),
            Processor.ofThisMachine().name(),
            minutes,
            LocalDate.now(ZoneId.systemDefault())),
        summary,
        judged.stream().map(this::result).toList(),
        List.of(
            student.knn().protocol(), student.linear().score().protocol(), CachedProbe.DIFFERENCE),
        charts(),
        mosaic(purity),
        map(student),
        new Report.Confusion(
            confused.linear().confusion().counts(),
            confused.linear().confusion().classes(),
            "linear probe on the student by BINGO"),
        new TreeMap<>(recipes)
            .entrySet().stream()
                .map(e -> new Report.Recipe(e.getKey(), Recipes.write(e.getValue())))
                .toList(),
        Machine.about(),
        List.of(command));
  }

  private Demo.Judged of(Role role) {
    return judged.stream().filter(j -> j.role() == role).findFirst().orElseThrow();
  }

  private Report.Result result(Demo.Judged j) {
    double speed = Double.NaN;
    try {
      if (j.run() != null) {
        double[] speeds =
            Run.metrics(j.run()).stream()
                .filter(m -> m.containsKey("images_per_second"))
                .mapToDouble(m -> ((Number) m.get("images_per_second")).doubleValue())
                .sorted()
                .toArray();
        speed = speeds.length == 0 ? Double.NaN : speeds[speeds.length / 2];
      }
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
    return new Report.Result(
        j.role(),
        j.name(),
        j.detail(),
        j.knn().top1(),
        j.linear().score().top1(),
        j.linear().score().top5(),
        j.parameters(),
        speed);
  }

  private List<Report.Chart> charts() throws IOException {
    List<Report.Series> losses = new ArrayList<>();
    List<Report.Series> accuracies = new ArrayList<>();
    for (Demo.Judged j : judged) {
      if (j.run() == null) {
        continue;
      }
      List<Map<String, Object>> metrics = Run.metrics(j.run());
      losses.add(series(j, metrics, "loss"));
      accuracies.add(series(j, metrics, "knn_top1"));
    }
    return List.of(
        new Report.Chart("Loss", "step", "loss", losses, "Dashed: what a blind guess would lose."),
        new Report.Chart("Accuracy while training", "step", "kNN top-1, %", accuracies, ""));
  }

  private static Report.Series series(
      Demo.Judged j, List<Map<String, Object>> metrics, String key) {
    List<double[]> points = new ArrayList<>();
    double chance = Double.NaN;
    for (Map<String, Object> m : metrics) {
      if (m.get(key) instanceof Number y && m.get("step") instanceof Number x) {
        points.add(new double[] {x.doubleValue(), y.doubleValue()});
      }
      if (key.equals("loss") && m.get("chance_loss") instanceof Number c) {
        chance = c.doubleValue();
      }
    }
    return new Report.Series(
        j.role(),
        j.name(),
        points.stream().mapToDouble(p -> p[0]).toArray(),
        points.stream().mapToDouble(p -> p[1]).toArray(),
        chance);
  }

  private Report.Mosaic mosaic(double purity) throws BadImageException {
    List<Report.Bag> shown = new ArrayList<>();
    for (long anchor : Projection2d.sample(train.size(), ANCHORS, seed)) {
      List<Report.Tile> mates = new ArrayList<>();
      for (int mate : bags.of((int) anchor)) {
        mates.add(tile(mate));
      }
      shown.add(new Report.Bag(tile((int) anchor), mates));
    }
    return new Report.Mosaic(
        "Bags", shown, purity, "Bags by the teacher's embedding; anchors drawn at random.");
  }

  private Report.Tile tile(int i) throws BadImageException {
    int label = train.label(i);
    return new Report.Tile(
        train.read(i, Reduction.NONE), label, label < 0 ? "" : train.classes().get(label));
  }

  private Report.EmbeddingMap map(Demo.Judged student) {
    try (PointerScope scope = new PointerScope()) {
      Features some =
          student.judged().rows(Projection2d.sample(student.judged().size(), POINTS, seed));
      int[] labels = Arrays.stream(Tensors.toLongs(some.labels())).mapToInt(l -> (int) l).toArray();
      return new Report.EmbeddingMap(
          Projection2d.tsne(some.values()),
          labels,
          val.classes(),
          "t-SNE of " + some.size() + " judged images by the student's features.");
    }
  }
}
