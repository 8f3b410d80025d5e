package dev.bingo.bench;

import dev.bingo.format.ImageLimits;
import dev.bingo.image.Decoder;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;

/** The JPEGs of a folder, encoded, in the order of their names. */
final class Photos {
  static final Decoder DECODER = new Decoder(ImageLimits.DEFAULT, false);

  private Photos() {}

  /** Reads them all. */
  static List<byte[]> of(Path folder) throws IOException {
    List<Path> files;
    try (Stream<Path> all = Files.list(folder)) {
      files = all.filter(Photos::isJpeg).sorted().toList();
    }
    if (files.isEmpty()) {
      throw new IOException("no JPEGs in " + folder);
    }
    List<byte[]> photos = new ArrayList<>();
    for (Path file : files) {
      photos.add(Files.readAllBytes(file));
    }
    return photos;
  }

  private static boolean isJpeg(Path file) {
    String name = file.toString().toLowerCase(Locale.ROOT);
    return name.endsWith(".jpeg") || name.endsWith(".jpg");
  }
}
