package dev.bingo.image;

import dev.bingo.image.SourceOptions.Kind;
import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** Opens whatever holds images. */
public final class ImageSources {
  private ImageSources() {}

  /** Guesses all. */
  public static ImageSource open(Path path) throws IOException {
    return open(path, SourceOptions.DEFAULT);
  }

  /**
   * Opens a folder of images or one image, CIFAR or IDX files, tar shards or a manifest.
   *
   * <p>Nothing is decoded yet, but for CIFAR and IDX, which are read into memory here.
   *
   * @throws ImageSetException where the path holds no such thing; says what was expected and what
   *     is there
   */
  public static ImageSource open(Path path, SourceOptions options) throws IOException {
    if (!Files.exists(path)) {
      throw new ImageSetException(missing(path));
    }
    Path inside = Names.resolve(path, options.prefix());
    boolean subFolder = !options.prefix().isEmpty() && Files.isDirectory(inside);
    Path root = subFolder ? inside : path;
    SourceOptions rest = subFolder ? options.withPrefix("") : options;
    try {
      Kind kind = rest.kind() == Kind.AUTO ? guess(root) : rest.kind();
      if (kind != Kind.TAR && !rest.prefix().isEmpty()) {
        throw new ImageSetException(
            "No sub-folder " + rest.prefix() + " in " + path + "; found " + found(path) + ".");
      }
      checkShape(root, kind);
      return open(root, kind, rest, options.prefix());
    } catch (AccessDeniedException e) {
      throw new ImageSetException("No permission to read " + e.getFile(), e);
    }
  }

  /**
   * The tar shards of a folder, in their order, each of which is a set of its own; none where the
   * path holds another kind of set.
   */
  public static List<Path> shards(Path path, Kind kind) throws IOException {
    boolean tars =
        Files.isDirectory(path)
            && (kind == Kind.TAR || (kind == Kind.AUTO && guess(path) == Kind.TAR));
    return tars ? Tars.shardsIn(path) : List.of();
  }

  /**
   * Keeps a small set's images once they were decoded, and has those of a large one decoded again
   * each time.
   *
   * @param source wrap it in {@link Tolerant} before, where bad images are to be replaced
   * @param bytes most RGB bytes to hold ({@link MemorySource#DEFAULT_BYTES}); 0: none
   */
  public static ImageSource keptWhereSmall(ImageSource source, long bytes) {
    boolean keep = !(source instanceof MemorySource) && MemorySource.fits(source, bytes);
    return keep ? new KeptSource(source) : source;
  }

  private static ImageSource open(Path root, Kind kind, SourceOptions options, String prefix)
      throws IOException {
    return switch (kind) {
      case FOLDER -> Folders.open(root, prefix, options);
      case CIFAR10 -> Cifar.open10(root, options);
      case CIFAR100 -> Cifar.open100(root, options);
      case IDX -> Idx.open(root, options);
      case TAR -> Tars.open(root, options);
      case MANIFEST -> Manifests.open(root, options);
      case AUTO -> throw new AssertionError("guessed before");
    };
  }

  private static Kind guess(Path path) throws IOException {
    String name = Names.lower(path);
    if (!Files.isDirectory(path)) {
      return guessFile(path, name);
    }
    if (Cifar.is10(path)) {
      return Kind.CIFAR10;
    }
    if (Cifar.is100(path)) {
      return Kind.CIFAR100;
    }
    if (Cifar.isPickled(path)) {
      throw new ImageSetException(
          path + " holds CIFAR's Python version. Get the binary version (…-binary.tar.gz).");
    }
    if (Idx.is(path)) {
      return Kind.IDX;
    }
    return holdsOnlyTars(path) ? Kind.TAR : Kind.FOLDER;
  }

  private static Kind guessFile(Path path, String name) {
    if (name.endsWith(".tar")) {
      return Kind.TAR;
    }
    if (name.endsWith(".csv") || name.endsWith(".jsonl")) {
      return Kind.MANIFEST;
    }
    if (Names.isImage(name)) {
      return Kind.FOLDER;
    }
    String advice =
        name.matches(".*\\.(tgz|zip|7z|gz|bz2|xz|zst)")
            ? "It is compressed or an archive of another kind: unpack it and give the folder."
            : name.endsWith(".bin") || Idx.isImages(name)
                ? "Give the folder that holds it."
                : "Expected a folder, an image, a .tar, a .csv or a .jsonl.";
    throw new ImageSetException(path + " is no set of images that we know. " + advice);
  }

  private static boolean holdsOnlyTars(Path folder) throws IOException {
    boolean tars = false;
    try (DirectoryStream<Path> entries = Files.newDirectoryStream(folder)) {
      for (Path entry : entries) {
        String name = Names.lower(entry);
        boolean hidden = Names.isHidden(name);
        boolean classFolder = Files.isDirectory(entry) && !Names.isJunk(name);
        if (!hidden && (classFolder || Names.isImage(name))) {
          return false;
        }
        tars |= !hidden && name.endsWith(".tar");
      }
    }
    return tars;
  }

  private static void checkShape(Path path, Kind kind) {
    boolean folder = Files.isDirectory(path);
    boolean fine =
        switch (kind) {
          case TAR -> folder || Files.isRegularFile(path);
          case MANIFEST -> Files.isRegularFile(path);
          case FOLDER -> folder || Names.isImage(Names.lower(path));
          default -> folder;
        };
    if (!fine) {
      throw new ImageSetException(
          "kind="
              + kind
              + " expects "
              + (kind == Kind.MANIFEST ? "a file" : "a folder")
              + ", but "
              + path
              + " is "
              + (folder ? "a folder" : "none")
              + ".");
    }
  }

  private static String missing(Path path) {
    Path parent = path.toAbsolutePath().getParent();
    while (parent != null && !Files.isDirectory(parent)) {
      parent = parent.getParent();
    }
    return "No images at "
        + path
        + ": there is no such file or folder"
        + (parent == null ? "." : "; " + parent + " exists.");
  }

  private static String found(Path path) {
    return Files.isDirectory(path) ? Listing.of(path) : "a file";
  }
}
