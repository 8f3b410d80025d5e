package dev.bingo.app.command;

import dev.bingo.image.BadImages;
import dev.bingo.image.ImageSource;
import dev.bingo.image.ImageSources;
import dev.bingo.image.SourceOptions;
import dev.bingo.image.SourceOptions.Kind;
import dev.bingo.image.SourceOptions.Split;
import dev.bingo.image.Subset;
import dev.bingo.image.Tolerant;
import dev.bingo.run.Console;
import java.io.IOException;
import java.nio.file.Path;
import picocli.CommandLine.Option;

/** Options of commands that read images. */
final class ImageArguments {
  @Option(
      names = "--kind",
      description = "What the path holds: ${COMPLETION-CANDIDATES} (default: auto).")
  Kind kind = Kind.AUTO;

  @Option(names = "--prefix", description = "Sub-folder to take, of a folder or inside tar shards.")
  String prefix = "";

  @Option(names = "--limit", description = "Take so many images at random (default: all).")
  int limit;

  @Option(names = "--exif", description = "Turn photographs as their EXIF orientation says.")
  boolean exif;

  @Option(
      names = "--bad-images",
      description = "Share of unreadable images to put up with (default: ${DEFAULT-VALUE}).")
  double badImages = BadImages.DEFAULT_SHARE;

  /**
   * Opens images and says what they are.
   *
   * @param name for people
   * @param list where to name those that can't be read
   */
  GivenImages open(
      Path path, Split split, String givenPrefix, int most, String name, Path list, Console console)
      throws IOException {
    BadImages bad = new BadImages(badImages, null);
    ImageSource some = some(path, split, givenPrefix, most);
    console.say(name + ": " + some.describe());
    return new GivenImages(new Tolerant(some, bad), bad, name, list, console);
  }

  /**
   * The only images of a command.
   *
   * @param list where to name those that can't be read
   */
  GivenImages open(Path path, Path list, Console console) throws IOException {
    return open(path, Split.TRAIN, prefix, limit, "images", list, console);
  }

  /** Some of the only images of a command. */
  GivenImages open(Path path, int[] positions, Path list, Console console) throws IOException {
    BadImages bad = new BadImages(badImages, null);
    Subset some = Subset.of(some(path), positions);
    console.say("images: " + some.describe());
    return new GivenImages(new Tolerant(some, bad), bad, "images", list, console);
  }

  /** The only images of a command that looks at bad ones too. */
  ImageSource some(Path path) throws IOException {
    return some(path, Split.TRAIN, prefix, limit);
  }

  private ImageSource some(Path path, Split split, String givenPrefix, int most)
      throws IOException {
    SourceOptions options =
        SourceOptions.DEFAULT
            .withKind(kind)
            .withSplit(split)
            .withPrefix(givenPrefix)
            .withExif(exif);
    ImageSource all = ImageSources.open(path, options);
    return most > 0 && most < all.size() ? Subset.random(all, most, 0) : all;
  }
}
