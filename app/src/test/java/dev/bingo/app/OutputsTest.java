package dev.bingo.app;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.bingo.file.FolderLock;
import dev.bingo.file.PlainFolder;
import dev.bingo.run.TinyRun;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What commands do with files that lie where they are to write. */
class OutputsTest {
  @TempDir Path folder;
  private Path data;
  private Path encoder;

  @BeforeEach
  void prepare() throws IOException {
    data = TinyRun.data(folder.resolve("data"), 20, 10);
    encoder = TinyRun.encoder(folder.resolve("encoder.safetensors"));
  }

  @Test
  void rowsOfOthersAreNotReplacedUnasked() throws IOException {
    Path out = folder.resolve("rows");
    assertThat(bingo("embed", out)).isEmpty();
    byte[] before = Files.readAllBytes(out.resolve("features.npy"));
    assertThat(bingo("embed", out, "--limit", "5"))
        .contains(out + "/features.npy: is there already");
    Files.delete(out.resolve("index.json"));
    assertThat(bingo("embed", out, "--limit", "5")).contains("--overwrite");
    assertThat(out.resolve("features.npy")).hasBinaryContent(before);
    assertThat(bingo("embed", out, "--limit", "5", "--overwrite")).isEmpty();
    assertThat(Files.size(out.resolve("features.npy"))).isLessThan(before.length);
  }

  @Test
  void rowsComeInTheFormatsOfSearchEnginesToo() throws IOException {
    Path out = folder.resolve("rows");
    assertThat(bingo("embed", out, "--also", "csv,jsonl,opensearch,pgvector", "--unit")).isEmpty();
    for (String ending : List.of("csv", "jsonl", "ndjson", "copy")) {
      long extra = ending.equals("csv") ? 1 : ending.equals("ndjson") ? 20 : 0;
      assertThat(Files.readAllLines(out.resolve("features." + ending))).hasSize((int) (20 + extra));
    }
    double length = 0;
    String first = Files.readAllLines(out.resolve("features.copy")).get(0);
    for (String number : first.replaceAll(".*\\[|\\]", "").split(",", -1)) {
      length += Math.pow(Double.parseDouble(number), 2);
    }
    assertThat(length).isCloseTo(1, within(1e-5));
    Files.delete(out.resolve("features.npy"));
    Files.delete(out.resolve("labels.npy"));
    Files.delete(out.resolve("index.json"));
    assertThat(bingo("embed", out, "--also", "pgvector")).contains("features.copy: is there");
    assertThat(bingo("embed", out, "--also", "parquet")).contains("OPENSEARCH");
  }

  @Test
  void oneProcessAtATimeWritesRows() throws IOException {
    Path out = Files.createDirectory(folder.resolve("rows"));
    try (FolderLock lock = FolderLock.take(new PlainFolder(out), "")) {
      assertThat(bingo("embed", out)).contains("another process is writing here");
    }
    assertThat(bingo("embed", out)).isEmpty();
  }

  @Test
  void nothingIsWrittenThroughALinkThatWaitsInASharedFolder() throws IOException {
    Path victim = Files.writeString(folder.resolve("victim"), "precious");
    Path out = Files.createDirectory(folder.resolve("rows"));
    for (String name : List.of("features.npy", "labels.npy", "index.json", "bad-images.tsv")) {
      Files.createSymbolicLink(out.resolve(name), victim);
      // As a name of a temporary used to be: with the number of a process.
      for (int pid = 1; pid < 200; pid++) {
        Files.createSymbolicLink(out.resolve("." + name + "." + pid + ".tmp"), victim);
      }
    }
    assertThat(bingo("embed", out)).contains("is there already");
    assertThat(bingo("embed", out, "--overwrite")).isEmpty();
    assertThat(out.resolve("features.npy")).isRegularFile();
    assertThat(Files.isSymbolicLink(out.resolve("features.npy"))).isFalse();
    assertThat(victim).hasContent("precious");
  }

  @Test
  void bagsAndExportsAskToo() throws IOException {
    Path bags = folder.resolve("bags.npy");
    Files.writeString(folder.resolve("bags.npy.ids"), "mine");
    assertThat(bingo("bags", bags, "--k", "2")).contains("bags.npy.ids: is there already");
    assertThat(bingo("bags", bags, "--k", "2", "--overwrite")).isEmpty();
    Path card = Files.writeString(folder.resolve("student.pth.md"), "my notes");
    assertThat(export("--out", "" + folder.resolve("student.pth")))
        .contains("student.pth.md: is there");
    assertThat(card).hasContent("my notes");
  }

  private String export(String... more) {
    List<String> words = new ArrayList<>(List.of("export", "" + encoder, "--format", "pth"));
    words.addAll(List.of(more));
    return error(words);
  }

  private String bingo(String command, Path out, String... more) {
    List<String> words = new ArrayList<>(List.of(command, "" + encoder, "" + data));
    words.addAll(List.of("--kind", "idx", "--out", "" + out));
    words.addAll(List.of(more));
    return error(words);
  }

  /** Empty where it ended well. */
  private static String error(List<String> words) {
    PrintStream err = System.err;
    ByteArrayOutputStream said = new ByteArrayOutputStream();
    System.setErr(new PrintStream(said, true, StandardCharsets.UTF_8));
    try {
      int code = Bingo.run(words.toArray(String[]::new));
      return code == 0 ? "" : said.toString(StandardCharsets.UTF_8);
    } finally {
      System.setErr(err);
    }
  }
}
