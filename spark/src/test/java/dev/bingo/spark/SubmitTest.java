package dev.bingo.spark;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The job as a user starts it: an installation of Spark, and the one jar. */
class SubmitTest {
  private static final Path JAR = Path.of(System.getProperty("all.jar"));
  @TempDir static Path folder;
  private static Path home;
  private static Path model;
  private static Path photos;

  private record Ended(int code, String text) {}

  @BeforeAll
  static void write() throws IOException {
    home = SparkHome.make(folder.resolve("spark"));
    model = Files.write(folder.resolve("encoder.onnx"), TinyModel.bytes());
    photos = Files.createDirectories(folder.resolve("photos"));
    for (int i = 0; i < 12; i++) {
      Path sub = Files.createDirectories(photos.resolve("class " + i % 3));
      Files.write(sub.resolve(i + ".png"), Pictures.png(i * 0x050301));
    }
    Files.writeString(photos.resolve("notes.txt"), "no image");
  }

  private static Ended submit(String master, String... arguments) throws Exception {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(List.of(System.getProperty("spark.jvm").split(" ")));
    command.addAll(List.of("-Xmx512m", "-cp", home.resolve("jars") + "/" + "*"));
    command.addAll(List.of("org.apache.spark.deploy.SparkSubmit", "--master", master));
    command.addAll(List.of("--conf", "spark.ui.enabled=false"));
    command.addAll(List.of("--conf", "spark.executor.memory=512m"));
    command.addAll(List.of("--class", "dev.bingo.spark.EmbedJob", JAR.toString()));
    command.addAll(List.of(arguments));
    ProcessBuilder builder =
        new ProcessBuilder(command).directory(folder.toFile()).redirectErrorStream(true);
    builder.environment().put("SPARK_HOME", home.toString());
    Process process = builder.start();
    String text = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    return new Ended(process.waitFor(), text);
  }

  @Test
  void executorsOfAClusterEmbedAFolderAndTheDriverCounts() throws Exception {
    Path out = folder.resolve("vectors");
    String[] arguments = {
      "--model", model.toString(), "--images", photos.toString(), "--out", out.toString()
    };
    Ended first = submit("local-cluster[2,1,512]", arguments);
    assertThat(first.text()).contains("12 images embedded, 1 not").contains("notes.txt: ");
    assertThat(first.code()).as(first.text()).isZero();
    assertThat(out.resolve("_SUCCESS")).exists();
  }

  @Test
  void whatIsThereIsNotDeletedByMistake() throws Exception {
    Path out = Files.createDirectories(folder.resolve("other"));
    Path precious = Files.writeString(out.resolve("precious.txt"), "mine");
    String[] arguments = {
      "--model",
      model.toString(),
      "--images",
      photos.toString(),
      "--out",
      out.toString(),
      "--overwrite"
    };
    Ended refused = submit("local[1]", arguments);
    assertThat(refused.text()).contains("precious.txt").doesNotContain("\tat ");
    assertThat(refused.code()).as(refused.text()).isNotZero();
    assertThat(precious).hasContent("mine");
  }

  /** What Spark has too, in another version, would break one of the two. */
  @Test
  void theJarHoldsNothingThatSparkHasToo() throws IOException {
    List<String> packages;
    try (ZipFile jar = new ZipFile(JAR.toFile())) {
      packages =
          jar.stream()
              .map(ZipEntry::getName)
              .filter(name -> name.endsWith(".class"))
              .map(name -> name.replaceFirst("^([^/]+/[^/]+).*", "$1"))
              .distinct()
              .sorted()
              .toList();
    }
    assertThat(packages)
        .contains("dev/bingo", "ai/onnxruntime")
        .allMatch(name -> name.matches("dev/bingo|ai/onnxruntime|picocli/.*"));
  }
}
