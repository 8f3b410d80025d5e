package dev.bingo.run;

import dev.bingo.bag.Bags;
import dev.bingo.encoder.EmbeddingNet;
import dev.bingo.encoder.ProjectionHead;
import dev.bingo.image.ImageSource;
import dev.bingo.method.Keys;
import dev.bingo.method.Teacher;
import dev.bingo.recipe.Recipe;
import dev.bingo.recipe.RecipeException;
import dev.bingo.recipe.Settings;
import dev.bingo.torch.Names;
import dev.bingo.torch.Precision;
import dev.bingo.train.KeyCache;
import dev.bingo.train.RunDirectory;
import dev.bingo.train.TrainConfig;
import dev.bingo.view.View;
import dev.bingo.view.View.Source;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.bytedeco.pytorch.Device;

/** The keys of a recipe's teacher: from itself, step by step, or computed once. */
final class TeacherKeys {
  /** Gives the bags that mates are drawn from. */
  interface BagGiver {
    Bags of(ImageSource train) throws IOException;
  }

  private final Recipe recipe;
  private final Path directory;
  private final Device device;
  private final Precision precision;
  private final Console console;
  private final BagGiver bags;

  /**
   * Reads nothing yet.
   *
   * @param directory of the run
   */
  TeacherKeys(
      Recipe recipe,
      Path directory,
      Device device,
      Precision precision,
      Console console,
      BagGiver bags) {
    this.recipe = recipe;
    this.directory = directory;
    this.device = device;
    this.precision = precision;
    this.console = console;
    this.bags = bags;
  }

  /** What the teacher's head gives for a method's views. */
  Keys embeddings(ImageSource train, List<View> views) throws IOException {
    return keys(load(train), "embeddings", train, views);
  }

  /** What its backbone gives. */
  Keys features(ImageSource train, List<View> views) throws IOException {
    var backbone = load(train).backbone();
    var bare = new EmbeddingNet(backbone, ProjectionHead.none(backbone.width()));
    return keys(bare, "features", train, views);
  }

  private EmbeddingNet load(ImageSource train) throws IOException {
    String live = recipe.own().liveTeacher();
    if (recorded() > 0 && !live.isEmpty()) {
      throw new RecipeException(
          "teacher.cached_views: "
              + live
              + " needs the teacher beside the student, and not keys of single images; expected 0"
              + " with it");
    }
    if (recipe.teacher().file().isEmpty()) {
      throw new RecipeException(
          "teacher.file: "
              + recipe.method()
              + " distils a teacher, and none is given; add teacher.file=RUN/"
              + RunDirectory.ENCODER);
    }
    // A run that goes on was checked when it began.
    if (!Files.exists(directory.resolve(RunDirectory.RECIPE))) {
      ForeignWeights.checkTeacher(recipe, train, device, console);
    }
    return ForeignWeights.teacher(recipe, console).on(device, precision).net();
  }

  /** Epochs whose keys are computed once: none where no epoch would repeat another's. */
  private int recorded() {
    int all = recipe.train().epochs();
    int wished = Math.min(recipe.teacher().cachedViews(), all);
    return wished == all && recipe.teacher().cache().isEmpty() ? 0 : wished;
  }

  private Keys keys(EmbeddingNet net, String what, ImageSource train, List<View> views)
      throws IOException {
    Teacher teacher = new Teacher(net, Settings.teacherMode(recipe), recipe.teacher().groups());
    TrainConfig config = Settings.train(recipe, precision);
    String wish = recipe.teacher().cache();
    int epochs = recorded();
    if (epochs == 0 && recipe.teacher().cachedViews() > 0) {
      console.say(
          "teacher.cached_views: none of "
              + Names.counted(config.epochs(), "epoch")
              + " would repeat another's keys: the teacher runs beside the student");
      return teacher;
    }
    if (epochs == 0) {
      return teacher;
    }
    Path folder = wish.isEmpty() ? directory.resolve(RunDirectory.KEYS) : Path.of(wish);
    boolean mates = views.stream().anyMatch(v -> v.source() == Source.MATE && v.hasKeys());
    Bags drawn = mates ? bags.of(train) : null;
    Map<String, String> of = new HashMap<>();
    of.put("data", train.fingerprint());
    of.put("normalisation", recipe.data().normalise());
    of.put("exif", String.valueOf(recipe.data().exif()));
    of.put("teacher", BagMaker.sha256(ForeignWeights.teacherFile(recipe)));
    of.put("bags", mates ? drawn.sha256() : "none");
    of.put("dict", recipe.teacher().dict());
    of.put("output", recipe.teacher().output());
    of.put("batch_norm", recipe.teacher().batchNorm());
    of.put("groups", String.valueOf(recipe.teacher().groups()));
    of.put("precision", precision.name());
    of.put("keys", what);
    console.begin("the teacher's keys of " + Names.counted(epochs, "epoch"));
    return KeyCache.make(
        folder,
        teacher,
        train,
        drawn,
        Settings.normalisation(recipe.data().normalise()),
        device,
        precision,
        new KeyCache.Plan(
            views, epochs, config.batch(), config.accumulate(), config.seed(), config.threads()),
        of,
        console::progress);
  }
}
