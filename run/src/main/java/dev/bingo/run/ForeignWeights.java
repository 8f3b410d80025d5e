package dev.bingo.run;

import dev.bingo.Encoder;
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
import dev.bingo.pretrained.Pretrained.Wish;
import dev.bingo.pretrained.Provenance;
import dev.bingo.recipe.Recipe;
import dev.bingo.recipe.RecipeException;
import dev.bingo.recipe.Settings;
import dev.bingo.torch.Precision;
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
  public static Encoder open(Path file, Wish wish, Console console) throws IOException {
    Encoder encoder = Encoder.load(file, wish);
    Provenance read = encoder.provenance();
    if (read.foreign()) {
      console.say(
          String.format(
              Locale.ROOT,
              "%s: %s by the names of %s%s; images of %d pixels, normalised as %s",
              file,
              encoder.info().architecture(),
              read.names(),
              read.leftOut().isEmpty() ? "" : "; left out: " + read.leftOut(),
              encoder.info().imageSize(),
              encoder.info().normalisation()));
    }
    if (!read.alsoFits().isEmpty()) {
      console.say(
          file
              + ": also holds "
              + String.join(", ", read.alsoFits())
              + ", which fits, too; --dict (teacher.dict) takes it");
    }
    for (String warning : read.warnings()) {
      console.say("warning: " + file + ": " + warning);
    }
    return encoder;
  }

  /** The teacher; its pixels must be normalised as the recipe's. */
  static Encoder teacher(Recipe recipe, Console console) throws IOException {
    Encoder teacher = open(teacherFile(recipe), teacherWish(recipe), console);
    if (!teacher.info().normalisation().equals(recipe.data().normalise())) {
      throw new RecipeException(
          "data.normalise: the teacher was trained with '"
              + teacher.info().normalisation()
              + "', the recipe has '"
              + recipe.data().normalise()
              + "'; set them alike");
    }
    Encoders.checkSize(teacher.info().architecture(), "data.size", recipe.data().size());
    if (teacher.backbone() instanceof FrozenBackbone
        && Settings.teacherMode(recipe) == BatchNormMode.BATCH) {
      throw new RecipeException(
          "teacher.batch_norm: the teacher is a program ("
              + teacher.info().architecture()
              + ") whose batch-norm can't be set to the batch's statistics; set"
              + " teacher.batch_norm=running");
    }
    return teacher;
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
      Encoder teacher = Encoder.load(teacherFile(recipe), teacherWish(recipe));
      Embeddings.Options asTheStudent =
          Embeddings.Options.of(
              recipe.data().size(), Settings.normalisation(recipe.data().normalise()));
      List<AgainstRandom> measured =
          measure(teacher.on(device, Precision.FP32), train, asTheStudent, console);
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

  /** The encoder beside random weights, on some of the images, which it takes as it is used to. */
  public static List<AgainstRandom> measure(Encoder encoder, ImageSource images, Console console) {
    return measure(encoder, images, encoder.options(), console);
  }

  private static List<AgainstRandom> measure(
      Encoder encoder, ImageSource images, Embeddings.Options options, Console console) {
    Embeddings.Options where = encoder.options();
    Backbone random = random(encoder.info());
    Modules.channelsLast(random);
    random.to(new Device(where.device()), false);
    random.train(false);
    int most = judged(options.transform().size());
    // Not closed: that would close the images, which go on being used.
    ImageSource some = images.size() > most ? Subset.random(images, most, RANDOM) : images;
    console.begin("the encoder beside random weights");
    return AgainstRandom.measure(
        encoder.backbone(),
        random,
        some,
        options.on(where.device(), where.precision()).withBatch(Math.min(options.batch(), FEW)),
        console::progress);
  }

  /** How many images of this side an encoder and random weights are measured on at most. */
  static int judged(int size) {
    return size <= SMALL ? MANY : FEW;
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
      Encoder loaded = open(path, wish, console);
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
      Modules.copy(loaded.backbone(), student);
      console.say("warm start: the weights are from " + file + "; all else starts anew");
    } catch (IOException e) {
      throw new RecipeException("student.init: " + e.getMessage(), e);
    }
  }
}
