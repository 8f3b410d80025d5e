package dev.bingo.pretrained;

import dev.bingo.encoder.Encoders;
import dev.bingo.encoder.Stem;
import dev.bingo.file.RemediableException;
import dev.bingo.file.Remedy;
import dev.bingo.torch.Names;
import dev.bingo.view.Normalisation;
import dev.bingo.weights.Format;
import dev.bingo.weights.SafeTensors;
import dev.bingo.weights.TensorInfo;
import dev.bingo.weights.WeightFile;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.bytedeco.javacpp.PointerScope;

/**
 * The front door for encoders of any origin: bingo's own files, PyTorch checkpoints, safetensors,
 * and programs that can be run but not trained: ONNX models, TorchScript modules.
 *
 * <p>What the file calls its tensors is found out by trying a table of names ({@link NameMap})
 * against every architecture of {@link Encoders}; every parameter and every buffer must be matched,
 * and nothing unknown may be left over.
 */
public final class Pretrained {
  private Pretrained() {}

  /**
   * What the caller knows; what is empty is found out, or has a default.
   *
   * @param architecture as {@link Encoders#create} takes it; empty: whichever fits
   * @param stem null: whichever fits; the max-pool of {@link Stem#CIFAR_POOL} can't be seen in a
   *     file
   * @param imageSize side of the images, pixels; 0: 224, or 32 and 64 by the stem
   * @param normalisation of pixels, by name; empty: imagenet. A file of bingo's has its own
   * @param head whether a projection head that is known is kept
   * @param allowMissing patterns with {@code *} of names, in the network or in the file, that need
   *     no counterpart
   * @param output of an ONNX model, by name; empty: the one of pooled features
   * @param allowCode whether a TorchScript module, whose code is then executed, may be loaded
   * @param dict place of the state dict in the file, {@code state_dict_ema} for one; empty: the
   *     first that fits, averages last
   * @param seconds as long an ONNX model may take for a batch
   */
  public record Wish(
      String architecture,
      Stem stem,
      int imageSize,
      String normalisation,
      boolean head,
      List<String> allowMissing,
      String output,
      boolean allowCode,
      String dict,
      int seconds) {
    /** As long an ONNX model may take for a batch, where nobody says. */
    public static final int SECONDS = 600;

    /** Nothing is known. */
    public static final Wish NONE =
        new Wish("", null, 0, "", true, List.of(), "", false, "", SECONDS);

    public Wish {
      if (!architecture.isEmpty() && !Encoders.names().contains(architecture)) {
        throw new IllegalArgumentException(
            "unknown architecture '"
                + architecture
                + "'"
                + Names.didYouMean(architecture, Encoders.names()));
      }
    }

    /** For images of another size and normalisation, where the file does not say. */
    public Wish withImages(int size, String name) {
      return new Wish(
          architecture, stem, size, name, head, allowMissing, output, allowCode, dict, seconds);
    }

    /** For a network of this name and stem. */
    Wish withNetwork(String name, Stem other) {
      return new Wish(
          name,
          other,
          imageSize,
          normalisation,
          head,
          allowMissing,
          output,
          allowCode,
          dict,
          seconds);
    }
  }

  /**
   * What a file holds.
   *
   * @param metadata what it says of itself
   * @param dicts the state dicts in it, and how many tensors each has
   * @param types how many tensors have each dtype
   * @param numbers in all tensors together
   * @param kind what the file is for: an encoder, a checkpoint to resume, an export, somebody's
   * @param guess the best reading; empty where there is none at all
   * @param foreign names of classes and functions that were skipped, with how many objects of each
   * @param advice what can be done where there is no reading; empty where nothing can
   * @param program how it is run, where it is a program and not weights alone
   */
  public record Inspection(
      Format format,
      Map<String, String> metadata,
      Map<String, Integer> dicts,
      Map<String, Long> types,
      long numbers,
      String kind,
      Optional<Guess> guess,
      Map<String, Integer> foreign,
      String advice,
      Optional<Program> program) {}

  /**
   * A file that is run and not trained.
   *
   * @param about who wrote it
   * @param takes what goes in
   * @param gives what comes out
   * @param features where the features are taken; empty where it can't be used
   * @param problem why it can't be used; empty where it can
   * @param remedy what can be done about that
   * @param warning what speaks against it; it can be used all the same
   */
  public record Program(
      String about,
      String takes,
      String gives,
      String features,
      String problem,
      Remedy remedy,
      String warning) {}

  /**
   * A reading.
   *
   * @param names the table's row, and the prefix
   * @param tensors of the network that the file gives
   * @param of how many the network has
   * @param parameters how many numbers those tensors hold
   * @param head the projection head in words, or none
   * @param leftOut known things that are not needed
   * @param uncounted whether the file is of before batch-norm counted its batches, so that those
   *     counters have no counterpart
   * @param problems what does not fit; empty where all does
   * @param notFinite the first tensor with a number that isn't finite, in words; empty where all
   *     are
   * @param alsoFits other dicts that would have fitted, too
   */
  public record Guess(
      String architecture,
      Stem stem,
      String names,
      int tensors,
      int of,
      long parameters,
      String head,
      String leftOut,
      boolean uncounted,
      String problems,
      String notFinite,
      List<String> alsoFits) {}

  /**
   * Loads an encoder; the network is in evaluation mode.
   *
   * @throws IOException where the file is damaged, can't be read, or doesn't fit; the message says
   *     what is unmatched, with both shapes and the nearest names
   */
  public static EncoderFile.Loaded load(Path file, Wish wish) throws IOException {
    Format format = Format.of(file);
    return switch (format) {
      case SAFETENSORS, TORCH_ZIP, TORCH_LEGACY -> loadWeights(file, format, wish);
      case TORCHSCRIPT, ONNX -> Programs.load(file, format, wish);
    };
  }

  /** Looks at a file; of weights that fit, every number is looked at. */
  public static Inspection inspect(Path file, Wish wish) throws IOException {
    Format format = Format.of(file);
    if (format == Format.ONNX || format == Format.TORCHSCRIPT) {
      return Programs.inspect(file, format, wish);
    }
    try (WeightFile opened = WeightFile.open(file)) {
      Map<String, Map<String, TensorInfo>> dicts = opened.stateDicts();
      Map<String, Integer> counts = new LinkedHashMap<>();
      Map<String, Long> types = new LinkedHashMap<>();
      long numbers = 0;
      for (Map.Entry<String, Map<String, TensorInfo>> dict : dicts.entrySet()) {
        counts.put(dict.getKey(), dict.getValue().size());
        for (TensorInfo info : dict.getValue().values()) {
          types.merge(info.type().intern().name(), 1L, Long::sum);
          numbers += info.numel();
        }
      }
      Map<String, String> metadata = opened.metadata();
      Optional<Readings.Found> found = Readings.best(opened, hinted(wish, metadata));
      return new Inspection(
          opened.format(),
          metadata,
          counts,
          types,
          numbers,
          metadata.getOrDefault("kind", ""),
          found.isEmpty() ? Optional.empty() : Optional.of(guess(opened, found.get())),
          opened.foreign(),
          opened.advice(),
          Optional.empty());
    } catch (IllegalArgumentException e) {
      throw new IOException(file + ": " + e.getMessage(), e);
    }
  }

  private static Guess guess(WeightFile opened, Readings.Found found) throws IOException {
    Match match = found.match();
    return new Guess(
        match.architecture(),
        match.stem(),
        match.map().name() + ": " + match.prefix(),
        match.matched(),
        Encoders.shapes(match.architecture(), match.stem()).size(),
        match.numbers(),
        match.projection().isEmpty() ? "none" : String.join(", ", match.projection().keySet()),
        match.leftOutInWords(),
        match.uncounted(),
        match.full() ? "" : match.problems(),
        match.full() ? Assembly.notFinite(opened, match) : "",
        found.also());
  }

  private static EncoderFile.Loaded loadWeights(Path file, Format format, Wish wish)
      throws IOException {
    if (format == Format.SAFETENSORS) {
      String kind = SafeTensors.metadata(file).getOrDefault("kind", "");
      if (kind.equals("encoder") || kind.equals("resume")) {
        EncoderFile.Loaded own = EncoderFile.load(file);
        return new EncoderFile.Loaded(
            own.net(),
            own.info(),
            new Provenance("", "", List.of(), unused(wish, own.info().normalisation())));
      }
    }
    try (PointerScope scope = new PointerScope();
        WeightFile opened = WeightFile.open(file)) {
      Wish hinted = hinted(wish, opened.metadata());
      Readings.Found found =
          Readings.best(opened, hinted).orElseThrow(() -> new IOException(none(file, opened)));
      if (!found.match().full()) {
        throw new RemediableException(
            Readings.unmatched(file, found.match()), Remedy.NAME_ARCHITECTURE);
      }
      return Assembly.build(opened, found, hinted);
    } catch (IllegalArgumentException e) {
      throw new IOException(file + ": " + e.getMessage(), e);
    }
  }

  private static String none(Path file, WeightFile opened) {
    String advice = opened.advice();
    return file
        + ": holds no state dict of an image encoder that bingo knows"
        + (advice.isEmpty() ? "" : ". " + advice);
  }

  /** An exported file says what it is; what the caller says of the network goes first. */
  static Wish hinted(Wish wish, Map<String, String> metadata) {
    String said = metadata.getOrDefault("architecture", "");
    boolean other = !wish.architecture.isEmpty() && !wish.architecture.equals(said);
    if (other || !Encoders.names().contains(said)) {
      return wish;
    }
    Stem stem =
        Arrays.stream(Stem.values())
            .filter(s -> Names.spell(s).equals(metadata.get("stem")))
            .findFirst()
            .orElse(null);
    String size = metadata.getOrDefault("image_size", "");
    return wish.withNetwork(said, wish.stem != null ? wish.stem : stem)
        .withImages(
            size.matches("[0-9]{1,4}") ? Integer.parseInt(size) : wish.imageSize,
            wish.normalisation);
  }

  static boolean exported(Map<String, String> metadata) {
    return "export".equals(metadata.get("kind"));
  }

  /**
   * The normalisation of pixels that a network was trained with: what its file says, else what the
   * caller does, else ImageNet's.
   *
   * @throws IllegalArgumentException where an export was made with one that is unknown
   */
  static String normalisation(Wish wish, Map<String, String> metadata) {
    String said = metadata.getOrDefault("normalisation", "");
    if (Normalisation.names().contains(said)) {
      return said;
    }
    if (exported(metadata)) {
      return Normalisation.nameOf(numbers(metadata, "mean"), numbers(metadata, "std"))
          .orElseThrow(
              () ->
                  new IllegalArgumentException(
                      "its pixels are normalised by mean "
                          + metadata.get("mean")
                          + " and deviation "
                          + metadata.get("std")
                          + ", which has no name here; known are "
                          + String.join(", ", Normalisation.names())));
    }
    return wish.normalisation.isEmpty() ? "imagenet" : wish.normalisation;
  }

  private static double[] numbers(Map<String, String> metadata, String key) {
    try {
      return Arrays.stream(metadata.getOrDefault(key, "").split(",", -1))
          .mapToDouble(Double::parseDouble)
          .toArray();
    } catch (NumberFormatException e) {
      return new double[0];
    }
  }

  /** A warning where the caller wished for another normalisation than the one that is taken. */
  static List<String> unused(Wish wish, String taken) {
    return wish.normalisation.isEmpty() || wish.normalisation.equals(taken)
        ? List.of()
        : List.of(
            "says that its pixels are normalised as '"
                + taken
                + "', which is done; '"
                + wish.normalisation
                + "', which was asked for, is not");
  }
}
