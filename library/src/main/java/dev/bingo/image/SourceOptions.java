package dev.bingo.image;

import dev.bingo.format.ImageLimits;
import java.util.List;
import java.util.Locale;
import java.util.Objects;

/**
 * How {@link ImageSources#open} reads a path. Start from {@link #DEFAULT}.
 *
 * @param kind what the path holds; {@link Kind#AUTO} guesses
 * @param split which part of a set that comes in two (CIFAR, IDX)
 * @param prefix sub-folder to take, of a folder or inside tar shards ({@code train}); empty: all
 * @param exif whether a photograph is turned as its EXIF orientation says. Off, as PIL and
 *     torchvision's ImageFolder leave it
 * @param coarse CIFAR-100: the 20 superclasses in place of the 100 classes
 * @param classNames names in label order for sets whose labels are numbers; empty: the format's own
 * @param limits bounds on size, checked before decoding
 */
public record SourceOptions(
    Kind kind,
    Split split,
    String prefix,
    boolean exif,
    boolean coarse,
    List<String> classNames,
    ImageLimits limits) {

  /** What a path holds. */
  public enum Kind {
    AUTO,
    FOLDER,
    CIFAR10,
    CIFAR100,
    IDX,
    TAR,
    MANIFEST;

    @Override
    public String toString() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  /** The two parts that CIFAR and IDX sets come in. */
  public enum Split {
    TRAIN,
    TEST;

    @Override
    public String toString() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  /** Guess the kind, training split, everything, EXIF orientation left alone. */
  public static final SourceOptions DEFAULT =
      new SourceOptions(Kind.AUTO, Split.TRAIN, "", false, false, List.of(), ImageLimits.DEFAULT);

  public SourceOptions {
    Objects.requireNonNull(kind, "kind");
    Objects.requireNonNull(split, "split");
    Objects.requireNonNull(limits, "limits");
    classNames = List.copyOf(classNames);
    prefix = trimSlashes(prefix);
    for (String part : prefix.split("/", -1)) {
      if (part.equals("..") || part.equals(".")) {
        throw new IllegalArgumentException(
            "prefix: expected a sub-folder such as train, got '" + prefix + "'");
      }
    }
  }

  public SourceOptions withKind(Kind kind) {
    return new SourceOptions(kind, split, prefix, exif, coarse, classNames, limits);
  }

  public SourceOptions withSplit(Split split) {
    return new SourceOptions(kind, split, prefix, exif, coarse, classNames, limits);
  }

  public SourceOptions withPrefix(String prefix) {
    return new SourceOptions(kind, split, prefix, exif, coarse, classNames, limits);
  }

  public SourceOptions withExif(boolean exif) {
    return new SourceOptions(kind, split, prefix, exif, coarse, classNames, limits);
  }

  public SourceOptions withCoarse(boolean coarse) {
    return new SourceOptions(kind, split, prefix, exif, coarse, classNames, limits);
  }

  public SourceOptions withClassNames(List<String> classNames) {
    return new SourceOptions(kind, split, prefix, exif, coarse, classNames, limits);
  }

  public SourceOptions withLimits(ImageLimits limits) {
    return new SourceOptions(kind, split, prefix, exif, coarse, classNames, limits);
  }

  private static String trimSlashes(String path) {
    int from = 0;
    int to = path.length();
    while (from < to && path.charAt(from) == '/') {
      from++;
    }
    while (to > from && path.charAt(to - 1) == '/') {
      to--;
    }
    return path.substring(from, to);
  }
}
