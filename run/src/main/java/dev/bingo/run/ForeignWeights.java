package dev.bingo.run;

import dev.bingo.encoder.Backbone;
import dev.bingo.encoder.Encoders;
import dev.bingo.encoder.Modules;
import dev.bingo.encoder.Stem;
import dev.bingo.evaluate.AgainstRandom;
import dev.bingo.evaluate.Embeddings;
import dev.bingo.image.ImageSource;
import dev.bingo.image.Subset;
import dev.bingo.method.Teacher.BatchNormMode;
import dev.bingo.pretrained.EncoderFile;
import dev.bingo.pretrained.FrozenBackbone;
import dev.bingo.pretrained.Pretrained;
import dev.bingo.pretrained.Pretrained.Wish;
import dev.bingo.recipe.Recipe;
import dev.bingo.recipe.RecipeException;
import dev.bingo.recipe.Settings;
import dev.bingo.weights.Format;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Device;

/** Weights that a run is given: of its teacher, and to start its student from. */
public final class ForeignWeights {
  private static final long RANDOM = 0x5eed;
  private static final int SMALL = 64;
  private static final int MANY = 1000;
  private static final int FEW = 300;

  private ForeignWeights() {}

  /** How the teacher's file is read, where it does not say itself. */
  static Wish teacherWish(Recipe recipe) {
    return new Wish(
        recipe.teacher().arch(),
        null,
        recipe.data().size(),
        recipe.data().normalise(),
        true,
        recipe.teacher().allowMissing(),
        recipe.teacher().output(),
        recipe.teacher().allowCode().equals("yes"),
        recipe.teacher().dict(),
        recipe.teacher().runSeconds());
  }

  /** The teacher's file; its recipe may name the directory of a run. */
  static Path teacherFile(Recipe recipe) {
    return EncoderPath.of(Path.of(recipe.teacher().file()));
  }

  /** Loads a file, and says how its names were read where it is not bingo's own. */
  public static EncoderFile.Loaded load(Path file, Wish wish, Console console) throws IOException {
    EncoderFile.Loaded loaded = Pretrained.load(file, wish);
    EncoderFile.Info info = loaded.info();
    String names = info.about().get(Pretrained.NAMES);
    if (names != null) {
      String leftOut = info.about().getOrDefault(Pretrained.LEFT_OUT, "");
      console.say(
          String.format(
              Locale.ROOT,
              "%s: %s by the names of %s%s; images of %d pixels, normalised as %s",
              file,
              info.architecture(),
              names,
              leftOut.isEmpty() ? "" : "; left out: " + leftOut,
              info.imageSize(),
              info.normalisation()));
      String also = info.about().get(Pretrained.ALSO);
      if (also != null) {
        console.say(
            file + ": also holds " + also + ", which fits, too; --dict (teacher.dict) takes it");
      }
      String warning = info.about().get(Pretrained.WARNING);
      if (warning != null) {
        console.say("warning: " + file + ": " + warning);
      }
    }
    return loaded;
  }

  /** The teacher; its pixels must be normalised as the recipe's. */
  static EncoderFile.Loaded teacher(Recipe recipe, Console console) throws IOException {
    EncoderFile.Loaded loaded = load(teacherFile(recipe), teacherWish(recipe), console);
    if (!loaded.info().normalisation().equals(recipe.data().normalise())) {
      throw new RecipeException(
          "data.normalise: the teacher was trained with '"
              + loaded.info().normalisation()
              + "', the recipe has '"
              + recipe.data().normalise()
              + "'; set them alike");
    }
    Encoders.checkSize(loaded.info().architecture(), "data.size", recipe.data().size());
    if (loaded.net().backbone() instanceof FrozenBackbone
        && Settings.teacherMode(recipe) == BatchNormMode.BATCH) {
      throw new RecipeException(
          "teacher.batch_norm: the teacher is a program ("
              + loaded.info().architecture()
              + ") whose batch-norm can't be set to the batch's statistics; set"
              + " teacher.batch_norm=running");
    }
    return loaded;
  }

  /**
   * Measures the teacher beside random weights, unless the recipe says not to.
   *
   * @throws RecipeException where it is no better
   */
  static void checkTeacher(Recipe recipe, ImageSource train, Device device, Console console)
      throws IOException {
    if (recipe.teacher().check().equals("no") || recipe.teacher().file().isEmpty()) {
      return;
    }
    try (PointerScope scope = new PointerScope()) {
      EncoderFile.Loaded loaded = Pretrained.load(teacherFile(recipe), teacherWish(recipe));
      List<AgainstRandom> measured =
          measure(
              loaded,
              train,
              Embeddings.Options.of(
                  recipe.data().size(), Settings.normalisation(recipe.data().normalise())),
              device,
              console);
      String words = words(measured);
      console.say("teacher: " + words);
      if (measured.stream().noneMatch(AgainstRandom::better)) {
        throw new RecipeException(
            "teacher.file: "
                + recipe.teacher().file()
                + " is no better than random weights on these images: "
                + words
                + ". Look at it with 'bingo inspect FILE --data IMAGES'; teacher.check=no lets it teach"
                + " all the same");
      }
    }
  }

  /** The encoder beside random weights, on some of the images. */
  public static List<AgainstRandom> measure(
      EncoderFile.Loaded loaded,
      ImageSource images,
      Embeddings.Options options,
      Device device,
      Console console) {
    Backbone encoder = loaded.net().backbone();
    Backbone random = random(loaded.info());
    for (Backbone backbone : List.of(encoder, random)) {
      Modules.channelsLast(backbone);
      backbone.to(device, false);
    }
    random.train(false);
    int most = options.transform().size() <= SMALL ? MANY : FEW;
    // Not closed: that would close the images, which go on being used.
    ImageSource some = images.size() > most ? Subset.random(images, most, RANDOM) : images;
    console.begin("the encoder beside random weights");
    return AgainstRandom.measure(
        encoder,
        random,
        some,
        new Embeddings.Options(
            options.transform(),
            options.normalisation(),
            options.precision(),
            device.type(),
            Math.min(options.batch(), FEW),
            options.threads()),
        console::progress);
  }

  static String words(List<AgainstRandom> measured) {
    return measured.stream().map(AgainstRandom::toString).collect(Collectors.joining("; "));
  }

  /** The same architecture where it is one of ours, else a ResNet-18. */
  private static Backbone random(EncoderFile.Info info) {
    boolean known = Encoders.names().contains(info.architecture());
    return known
        ? Encoders.create(info.architecture(), info.stem(), RANDOM)
        : Encoders.create("resnet18", Stem.IMAGENET, RANDOM);
  }

  /**
   * Fills a student's backbone from {@code student.init}.
   *
   * @throws RecipeException where the file is of another architecture, or of a run to resume
   */
  static void warmStart(Recipe recipe, Backbone student, Console console) {
    String file = recipe.student().init();
    if (file.isEmpty()) {
      return;
    }
    try (PointerScope scope = new PointerScope()) {
      Wish wish =
          new Wish(
              recipe.student().arch(),
              Encoders.names().contains(recipe.student().arch()) ? Settings.stem(recipe) : null,
              recipe.data().size(),
              recipe.data().normalise(),
              false,
              List.of(),
              "",
              false,
              "",
              Wish.SECONDS);
      Path path = EncoderPath.of(Path.of(file));
      Format format = Format.of(path);
      if (format == Format.ONNX || format == Format.TORCHSCRIPT) {
        throw new RecipeException(
            "student.init: "
                + file
                + " is a "
                + format.words()
                + ", which can be run but not trained; give weights (.pth, .safetensors). As a teacher it"
                + " can be used: teacher.file="
                + file);
      }
      EncoderFile.Loaded loaded = load(path, wish, console);
      if (!loaded.info().architecture().equals(recipe.student().arch())) {
        throw new RecipeException(
            "student.init: "
                + file
                + " is a "
                + loaded.info().architecture()
                + ", the student a "
                + recipe.student().arch()
                + "; set student.arch="
                + loaded.info().architecture());
      }
      Modules.copy(loaded.net().backbone(), student);
      console.say("warm start: the weights are from " + file + "; all else starts anew");
    } catch (IOException e) {
      throw new RecipeException("student.init: " + e.getMessage());
    }
  }
}
