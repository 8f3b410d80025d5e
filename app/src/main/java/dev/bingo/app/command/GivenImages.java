package dev.bingo.app.command;

import dev.bingo.image.BadImages;
import dev.bingo.image.ImageSource;
import dev.bingo.run.Console;
import dev.bingo.weights.WholeFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Map;

/**
 * Images that a command was given. Those that can't be read are counted aloud, at the latest when
 * this is closed, and named with their reasons in a file; the first on the console where that can't
 * be written.
 */
final class GivenImages implements AutoCloseable {
  private final ImageSource source;
  private final BadImages bad;
  private final String name;
  private final Path list;
  private final Console console;
  private int told;

  /**
   * @param name for people: images, train, val
   * @param list where to name the bad ones; written only where there are any
   */
  GivenImages(ImageSource source, BadImages bad, String name, Path list, Console console) {
    this.source = source;
    this.bad = bad;
    this.name = name;
    this.list = list;
    this.console = console;
  }

  ImageSource source() {
    return source;
  }

  /** Those found so far that can't be read, id to reason. */
  Map<String, String> bad() {
    return bad.reasons();
  }

  /** Says that images were left out, where that is news. */
  void tell() {
    tell("left out, and ");
  }

  private void tell(String what) {
    int count = bad.count();
    if (count == told) {
      return;
    }
    told = count;
    console.say(
        String.format(
            Locale.ROOT,
            "%s: %,d of %,d can't be read: %s%s",
            name,
            count,
            source.size(),
            what,
            named()));
  }

  private String named() {
    try {
      Path folder = list.toAbsolutePath().getParent();
      Files.createDirectories(folder);
      WholeFile.write(list, bad.table());
      return "listed in " + list;
    } catch (IOException e) {
      return "their list " + list + " can't be written:\n  " + String.join("\n  ", bad.first());
    }
  }

  @Override
  public void close() {
    try (source) {
      tell(""); // where a command ended before it could leave them out
    }
  }
}
