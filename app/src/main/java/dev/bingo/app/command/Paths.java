package dev.bingo.app.command;

import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;

/** Where images of a set are, for people and programs that want to open them. */
final class Paths {
  private final Path root;

  /**
   * Of a set.
   *
   * @param prefix of the images that were taken; may be empty
   */
  Paths(Path data, String prefix) {
    root = prefix.isEmpty() ? data : data.resolve(prefix);
  }

  /** The file of an image; its id where it has none of its own, as in archives. */
  String of(String id) {
    try {
      Path file = root.resolve(id);
      return Files.exists(file) ? file.toString() : id;
    } catch (InvalidPathException e) {
      return id;
    }
  }
}
