package dev.bingo.app.demo;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import dev.bingo.Encoder;
import dev.bingo.app.report.HtmlReport;
import dev.bingo.app.report.Report.Role;
import dev.bingo.app.terminal.StopSignals;
import dev.bingo.app.terminal.TerminalConsole;
import dev.bingo.bag.BagFile;
import dev.bingo.bag.Bags;
import dev.bingo.encoder.Backbone;
import dev.bingo.encoder.Encoders;
import dev.bingo.encoder.Modules;
import dev.bingo.evaluate.CachedProbe;
import dev.bingo.evaluate.Embeddings;
import dev.bingo.evaluate.Features;
import dev.bingo.evaluate.Knn;
import dev.bingo.evaluate.Score;
import dev.bingo.file.PlainFolder;
import dev.bingo.image.ImageSource;
import dev.bingo.recipe.Recipe;
import dev.bingo.recipe.RecipeException;
import dev.bingo.recipe.Recipes;
import dev.bingo.recipe.Settings;
import dev.bingo.run.Console;
import dev.bingo.run.DataSets;
import dev.bingo.run.Run;
import dev.bingo.torch.Engine;
import dev.bingo.torch.Names;
import dev.bingo.torch.ProgressListener;
import dev.bingo.train.RunDirectory;
import dev.bingo.train.Trainer.Outcome;
import dev.bingo.weights.WholeFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * The main job from end to end on Fashion-MNIST: teacher, bags, student, control, figures, report.
 */
public final class Demo {
  private final Path out;
  private final Path given;
  private final boolean install;
  private final boolean full;
  private final long seed;
  private final List<String> settings;
  private final String command;
  private final Console console = TerminalConsole.standard();

  /** An encoder that was judged. */
  record Judged(
      Role role,
      String name,
      String detail,
      Path run,
      Score knn,
      CachedProbe.Outcome linear,
      Features judged,
      long parameters) {}

  /**
   * A demo that has not begun.
   *
   * @param data folder of the four files, or null to get them
   * @param install whether they may be had by a package of the system
   * @param settings that override all three recipes, {@code key=value}
   * @param command that makes it again
   */
  public Demo(
      Path out,
      Path data,
      boolean install,
      boolean full,
      long seed,
      List<String> settings,
      String command) {
    this.out = out;
    this.given = data;
    this.install = install;
    this.full = full;
    this.seed = seed;
    this.settings = List.copyOf(settings);
    this.command = command;
  }

  public int run() throws IOException {
    new PlainFolder(out).check("", 1);
    long start = System.nanoTime();
    Engine.start();
    Path data = new FashionMnist(console).find(given, install);
    Recipe teacher = recipe("demo-teacher", data, List.of());
    Path teacherFile = out.resolve("teacher").resolve(Run.ENCODER);
    Recipe student = recipe("demo-student", data, List.of("teacher.file=" + teacherFile));
    Recipe control = recipe("demo-control", data, List.of());
    try (ImageSource train = DataSets.train(student, null, console);
        ImageSource val = DataSets.val(student, null, console)) {
      int stopped = trainAll(teacher, student, control, train, val);
      if (stopped != 0) {
        return stopped;
      }
      console.say("5/5  judging all of them");
      List<Judged> judged = new ArrayList<>();
      judged.add(random(student, train, val));
      judged.add(judge(Role.ALONE, "student alone", "control", control, train, val));
      judged.add(judge(Role.STUDENT, "student by BINGO", "student", student, train, val));
      judged.add(judge(Role.TEACHER, "teacher", "teacher", teacher, train, val));
      Bags bags = BagFile.read(out.resolve("student").resolve(RunDirectory.BAGS), train);
      double minutes = (System.nanoTime() - start) / 60e9;
      writeResults(judged, minutes);
      // The last file: where it is, the demo is finished.
      Path report = out.resolve("report.html");
      HtmlReport.write(
          report,
          new DemoReport(judged, bags, train, val, minutes, seed, command)
              .report(Map.of("teacher", teacher, "student", student, "control", control)));
      for (Judged j : judged) {
        System.out.printf(
            Locale.ROOT,
            "%-18s kNN %5.2f %%   linear %5.2f %%   %,d parameters%n",
            j.name,
            j.knn.top1(),
            j.linear.score().top1(),
            j.parameters);
      }
      System.out.printf(
          Locale.ROOT,
          "BINGO over the same student alone: %+.2f points by kNN, %+.2f by linear probe (%.1f minutes)%n",
          judged.get(2).knn.top1() - judged.get(1).knn.top1(),
          judged.get(2).linear.score().top1() - judged.get(1).linear.score().top1(),
          minutes);
      System.out.println("report: " + report.toAbsolutePath());
    }
    return 0;
  }

  private int trainAll(
      Recipe teacher, Recipe student, Recipe control, ImageSource train, ImageSource val)
      throws IOException {
    console.say("1/5  a teacher, without labels");
    int stopped = train("teacher", teacher, train, val);
    if (stopped == 0) {
      console.say("2/5  bags by the teacher, and 3/5  the student distilled from them");
      stopped = train("student", student, train, val);
    }
    if (stopped == 0) {
      console.say("4/5  the control: the same student without a teacher");
      stopped = train("control", control, train, val);
    }
    return stopped;
  }

  private Recipe recipe(String name, Path data, List<String> more) {
    List<String> overrides = new ArrayList<>(more);
    overrides.add("data.train=" + data);
    overrides.add("data.val=" + data);
    overrides.add("train.seed=" + seed);
    // The report has the teacher beside random weights: one that is weak shows there.
    overrides.add("teacher.check=no");
    if (full) {
      overrides.add("data.limit=0");
      overrides.add("bags.k=5");
      overrides.add(name.equals("demo-control") ? "train.epochs=15" : "train.epochs=5");
    }
    overrides.addAll(settings);
    return asManyImages(Recipes.read(name, List.of()), Recipes.read(name, overrides), overrides);
  }

  /** A recipe of fewer images than it is made for, with the epochs that show as many. */
  private Recipe asManyImages(Recipe made, Recipe wished, List<String> overrides) {
    int images = wished.data().limit();
    boolean own = settings.stream().anyMatch(s -> s.startsWith("train.epochs="));
    if (full || own || images == 0 || images >= made.data().limit()) {
      return wished;
    }
    int epochs = Math.round((float) made.train().epochs() * made.data().limit() / images);
    overrides.add("train.epochs=" + epochs);
    return Recipes.read(made.name(), overrides);
  }

  /** Returns 0, or what to exit with where it was stopped. */
  private int train(String name, Recipe recipe, ImageSource train, ImageSource val)
      throws IOException {
    Path directory = RunDirectory.checked(out.resolve(name)).root();
    if (Files.exists(directory.resolve(Run.ENCODER))) {
      // A demo that was interrupted goes on; one that was finished starts anew.
      if (Files.exists(out.resolve("report.html"))) {
        throw new RecipeException(
            out + ": already holds a finished demo; delete it, or choose another --out");
      }
      console.say(name + ": done before, " + directory.resolve(Run.ENCODER));
      return 0;
    }
    StopSignals signals = new StopSignals(console);
    if (new Run(recipe, directory, console, signals).train(train, val) != Outcome.STOPPED) {
      return 0;
    }
    console.say("stopped with a checkpoint; the same command goes on");
    return signals.exitCode();
  }

  private Judged random(Recipe recipe, ImageSource train, ImageSource val) {
    Backbone backbone =
        Encoders.create(recipe.student().arch(), Settings.stem(recipe), recipe.train().seed());
    return judge(
        Role.RANDOM,
        "random encoder",
        recipe.student().arch() + ", never trained",
        null,
        backbone,
        recipe,
        train,
        val);
  }

  private Judged judge(
      Role role, String name, String run, Recipe recipe, ImageSource train, ImageSource val)
      throws IOException {
    Path directory = out.resolve(run);
    Backbone backbone = Encoder.load(directory.resolve(Run.ENCODER)).backbone();
    String detail =
        recipe.student().arch()
            + ", "
            + recipe.method()
            + ", "
            + Names.counted(recipe.train().epochs(), "epoch");
    return judge(role, name, detail, directory, backbone, recipe, train, val);
  }

  private Judged judge(
      Role role,
      String name,
      String detail,
      Path run,
      Backbone backbone,
      Recipe recipe,
      ImageSource train,
      ImageSource val) {
    Modules.channelsLast(backbone);
    Embeddings.Options options =
        Embeddings.Options.of(
            recipe.data().size(), Settings.normalisation(recipe.data().normalise()));
    console.begin("embedding by the " + name);
    Features bank = Embeddings.extract(backbone, train, options, console::progress);
    Features queries = Embeddings.extract(backbone, val, options, ProgressListener.NONE);
    Knn knn = new Knn(recipe.evaluate().knnK(), recipe.evaluate().knnTemperature());
    return new Judged(
        role,
        name,
        detail,
        run,
        knn.score(bank, queries),
        CachedProbe.DEFAULT.run(bank, queries),
        queries,
        Modules.parameterCount(backbone));
  }

  private void writeResults(List<Judged> judged, double minutes) throws IOException {
    Map<String, Object> all = new LinkedHashMap<>();
    all.put("seed", seed);
    all.put("full", full);
    all.put("minutes", minutes);
    for (Judged j : judged) {
      all.put(
          j.name,
          Map.of(
              "knn_top1", j.knn.top1(),
              "linear_top1", j.linear.score().top1(),
              "linear_top5", j.linear.score().top5()));
    }
    WholeFile.write(
        out.resolve("results.json"),
        new ObjectMapper().enable(SerializationFeature.INDENT_OUTPUT).writeValueAsString(all)
            + "\n");
  }
}
