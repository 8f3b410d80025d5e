package dev.bingo.image;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;

/** What lies in a folder, at its top level. */
final class Listing {
  private static final int SHOWN = 5;

  private Listing() {}

  /** The regular files directly in a folder, hidden ones left out, sorted. */
  static List<Path> files(Path folder) throws IOException {
    List<Path> files = new ArrayList<>();
    try (DirectoryStream<Path> entries = Files.newDirectoryStream(folder)) {
      for (Path entry : entries) {
        if (!Names.isHidden(entry.getFileName().toString()) && Files.isRegularFile(entry)) {
          files.add(entry);
        }
      }
    }
    files.sort(
        (a, b) -> Names.ORDER.compare(a.getFileName().toString(), b.getFileName().toString()));
    return files;
  }

  /** Says in a few words what is there: {@code 2 folders, 3 .txt, 1 .zip}. */
  static String of(Path folder) {
    TreeMap<String, Integer> kinds = new TreeMap<>();
    try (DirectoryStream<Path> entries = Files.newDirectoryStream(folder)) {
      for (Path entry : entries) {
        String name = entry.getFileName().toString();
        int dot = name.lastIndexOf('.');
        String kind =
            Files.isDirectory(entry)
                ? "folders"
                : dot > 0 ? name.substring(dot) : "without extension";
        kinds.merge(kind, 1, Integer::sum);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    if (kinds.isEmpty()) {
      return "nothing at all";
    }
    List<String> words =
        kinds.entrySet().stream().limit(SHOWN).map(e -> e.getValue() + " " + e.getKey()).toList();
    return String.join(", ", words) + (kinds.size() > SHOWN ? ", …" : "");
  }
}
