package dev.bingo.spark;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** A Spark installation as its distribution lays it out: its own jars, and none of ours. */
final class SparkHome {
  private static final List<String> OURS =
      List.of("bingo", "onnxruntime", "picocli", "junit", "assertj", "surefire", "opentest4j");

  private SparkHome() {}

  /** Links to Spark's jars of this class path, in a folder that the caller deletes. */
  static Path make(Path folder) throws IOException {
    Path jars = Files.createDirectories(folder.resolve("jars"));
    for (String entry : System.getProperty("java.class.path").split(File.pathSeparator, -1)) {
      Path jar = Path.of(entry);
      String name = jar.getFileName().toString();
      if (name.endsWith(".jar") && OURS.stream().noneMatch(name::startsWith)) {
        Files.createSymbolicLink(jars.resolve(name), jar);
      }
    }
    return folder;
  }
}
