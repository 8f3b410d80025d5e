package dev.bingo.app;

import dev.bingo.app.recipe.Recipe;
import dev.bingo.app.recipe.RecipeException;
import dev.bingo.app.recipe.Settings;
import dev.bingo.encoder.EmbeddingNet;
import dev.bingo.encoder.EncoderFile;
import dev.bingo.encoder.Modules;
import dev.bingo.encoder.ProjectionHead;
import dev.bingo.image.ImageSource;
import dev.bingo.method.CachedKeys;
import dev.bingo.method.KeyCache;
import dev.bingo.method.Keys;
import dev.bingo.method.Teacher;
import dev.bingo.torch.Precision;
import dev.bingo.train.TrainConfig;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import org.bytedeco.pytorch.Device;

/** The keys of a recipe's teacher: from itself, step by step, or computed once. */
final class TeacherKeys {
  private final Recipe recipe;
  private final Path directory;
  private final Device device;
  private final Precision precision;
  private final Console console;

  /**
   * Reads nothing yet.
   *
   * @param directory of the run
   */
  TeacherKeys(Recipe recipe, Path directory, Device device, Precision precision, Console console) {
    this.recipe = recipe;
    this.directory = directory;
    this.device = device;
    this.precision = precision;
    this.console = console;
  }

  /** What the teacher's head gives. */
  Keys embeddings(ImageSource train) throws IOException {
    return keys(load(train), "embeddings", train);
  }

  /** What its backbone gives. */
  Keys features(ImageSource train) throws IOException {
    var backbone = load(train).backbone();
    var bare = new EmbeddingNet(backbone, ProjectionHead.none(backbone.width()));
    return keys(bare, "features", train);
  }

  private EmbeddingNet load(ImageSource train) throws IOException {
    if (recipe.teacher().file().isEmpty()) {
      throw new RecipeException(
          "teacher.file: "
              + recipe.method()
              + " distils a teacher, and none is given; add teacher.file=RUN/"
              + Run.ENCODER);
    }
    // A run that goes on was checked when it began.
    if (!Files.exists(directory.resolve(Run.RECIPE))) {
      ForeignWeights.checkTeacher(recipe, train, device, console);
    }
    EncoderFile.Loaded loaded = ForeignWeights.teacher(recipe, console);
    Modules.channelsLast(loaded.net());
    loaded.net().to(device, false);
    return loaded.net();
  }

  private Keys keys(EmbeddingNet net, String what, ImageSource train) throws IOException {
    Teacher teacher = new Teacher(net, Settings.teacherMode(recipe), recipe.teacher().groups());
    int views = recipe.teacher().cachedViews();
    if (views == 0) {
      return teacher;
    }
    String wish = recipe.teacher().cache();
    Path folder = wish.isEmpty() ? directory.resolve("keys") : Path.of(wish);
    TrainConfig config = Settings.train(recipe, precision);
    Map<String, String> of = new HashMap<>();
    of.put("data", train.fingerprint());
    of.put("teacher", BagMaker.sha256(Path.of(recipe.teacher().file())));
    of.put("output", recipe.teacher().output());
    of.put("batch_norm", recipe.teacher().batchNorm());
    of.put("groups", String.valueOf(recipe.teacher().groups()));
    of.put("precision", precision.name());
    of.put("keys", what);
    console.begin("the teacher's keys of " + views + " views");
    KeyCache.make(
        folder,
        teacher,
        train,
        Settings.normalisation(recipe.data().normalise()),
        device,
        precision,
        new KeyCache.Plan(
            views,
            Settings.augmentation(recipe),
            recipe.data().size(),
            config.batch(),
            config.seed(),
            config.threads()),
        of,
        console::progress);
    return new CachedKeys(folder, views, train.size(), recipe.teacher().groups());
  }
}
