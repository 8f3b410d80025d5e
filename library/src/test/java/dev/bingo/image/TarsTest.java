package dev.bingo.image;

import static dev.bingo.image.FoldersTest.ids;
import static dev.bingo.image.TestImages.png;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.bingo.image.TestImages.Tar;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.FutureTask;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TarsTest {
  @TempDir Path root;

  @Test
  void foldersInTheArchiveAreClasses() throws Exception {
    Path tar =
        new Tar()
            .add("train/b/2.png", png(2, 2, 2))
            .add("train/", '5', new byte[0])
            .add("./train/a/1.png", png(1, 1, 1))
            .add("train/a/._1.png", new byte[3])
            .add("val/a/3.png", png(3, 3, 3))
            .write(root.resolve("set.tar"));
    try (ImageSource train = ImageSources.open(tar, SourceOptions.DEFAULT.withPrefix("train"))) {
      assertThat(ids(train)).containsExactly("a/1.png", "b/2.png");
      assertThat(train.classes()).containsExactly("a", "b");
      assertThat(train.label(1)).isEqualTo(1);
      assertThat(train.read(0, Reduction.NONE).rgb()).startsWith(1, 1, 1);
      assertThat(train.read(1, Reduction.NONE).rgb()).startsWith(2, 2, 2);
      assertThat(train.dimensions(1)).isEqualTo(new Dimensions(8, 8));
    }
    assertThatThrownBy(() -> ImageSources.open(tar)).hasMessageContaining("prefix=train");
    assertThatThrownBy(() -> ImageSources.open(tar, SourceOptions.DEFAULT.withPrefix("test")))
        .isInstanceOf(ImageSetException.class)
        .hasMessageContaining("its folders: train, val");
  }

  @Test
  void anArchiveAndItsUnpackedFolderAreTheSameSet() throws Exception {
    Path tar =
        new Tar()
            .add("b/2.png", png(2, 2, 2))
            .add("a/1.png", png(1, 1, 1))
            .write(root.resolve("set.tar"));
    TestImages.write(root.resolve("set/a/1.png"), png(1, 1, 1));
    TestImages.write(root.resolve("set/b/2.png"), png(2, 2, 2));
    assertThat(ImageSources.open(tar).fingerprint())
        .isEqualTo(ImageSources.open(root.resolve("set")).fingerprint());
  }

  @Test
  void webDatasetLabelsLieBesideTheImages() throws Exception {
    new Tar()
        .add("0001.jpg", TestImages.encode("jpg", 8, 8))
        .add("0001.cls", "2\n")
        .add("0002.png", png(1, 1, 1))
        .add("0002.json", "{\"label\": 0, \"caption\": \"x\"}")
        .write(root.resolve("shards/s-000.tar"));
    new Tar()
        .add("0001.cls", "1")
        .add("0001.png", png(5, 5, 5))
        .add("0003.png", png(6, 6, 6))
        .write(root.resolve("shards/s-001.tar"));
    ImageSource source = ImageSources.open(root.resolve("shards"));
    assertThat(ids(source))
        .containsExactly(
            "s-000.tar#0001.jpg", "s-000.tar#0002.png", "s-001.tar#0001.png", "s-001.tar#0003.png");
    assertThat(source.classes()).containsExactly("0", "1", "2");
    assertThat(labels(source)).containsExactly(2, 0, 1, -1);
    assertThat(source.read(2, Reduction.NONE).rgb()).startsWith(5, 5, 5);
  }

  @Test
  void labelsMayBeNames() throws Exception {
    Path tar =
        new Tar()
            .add("1.png", png(1, 1, 1))
            .add("1.cls", "dog")
            .add("2.png", png(2, 2, 2))
            .add("2.json", "{\"class\": \"cat\"}")
            .write(root.resolve("x.tar"));
    ImageSource source = ImageSources.open(tar);
    assertThat(source.classes()).containsExactly("cat", "dog");
    assertThat(labels(source)).containsExactly(1, 0);
  }

  @Test
  void hostileNamesAreOnlyNames() throws Exception {
    Path outside = root.resolve("victim.png");
    TestImages.write(outside, png(9, 9, 9));
    Path tar =
        new Tar()
            .add("../victim.png", png(1, 1, 1))
            .add(outside.toString(), png(2, 2, 2))
            .add("link.png", '2', new byte[0])
            .write(root.resolve("sub/evil.tar"));
    ImageSource source = ImageSources.open(tar);
    assertThat(ids(source)).containsExactly("../victim.png", outside.toString());
    assertThat(source.read(0, Reduction.NONE).rgb()).startsWith(1, 1, 1);
    assertThat(source.read(1, Reduction.NONE).rgb()).startsWith(2, 2, 2);
    assertThat(Files.readAllBytes(outside)).isEqualTo(png(9, 9, 9));
  }

  @Test
  void longNamesOfGnuAndPaxAreRead() throws Exception {
    String folder = "class/" + "x".repeat(200) + "/";
    String pax = " path=" + folder + "é.png\n";
    int length = pax.getBytes(StandardCharsets.UTF_8).length + 3;
    Path tar =
        new Tar()
            .add("././@LongLink", 'L', (folder + "a.png\0").getBytes(StandardCharsets.UTF_8))
            .add("short", png(1, 1, 1))
            .add("PaxHeaders/x", 'x', (length + pax).getBytes(StandardCharsets.UTF_8))
            .add("short", png(2, 2, 2))
            .add("class/plain.png", png(3, 3, 3))
            .write(root.resolve("long.tar"));
    ImageSource source = ImageSources.open(tar);
    assertThat(ids(source)).containsExactly("class/plain.png", folder + "a.png", folder + "é.png");
    assertThat(source.read(2, Reduction.NONE).rgb()).startsWith(2, 2, 2);
  }

  @Test
  void theLastOfMembersWithOneNameCounts() throws Exception {
    Path tar =
        new Tar()
            .add("a.png", png(1, 1, 1))
            .add("a.png", png(2, 2, 2))
            .write(root.resolve("x.tar"));
    ImageSource source = ImageSources.open(tar);
    assertThat(source.size()).isOne();
    assertThat(source.read(0, Reduction.NONE).rgb()).startsWith(2, 2, 2);
  }

  @Test
  void brokenArchivesAreRefusedWithAReason() throws Exception {
    byte[] good = new Tar().add("a.png", png(1, 1, 1)).add("b.png", png(1, 1, 2)).bytes();
    Path tar = root.resolve("x.tar");

    Files.write(tar, Arrays.copyOf(good, 600));
    assertRefused(tar, "is cut off");
    byte[] flipped = good.clone();
    flipped[5] ^= 1;
    Files.write(tar, flipped);
    assertRefused(tar, "wrong checksum at byte 0");
    Files.write(tar, new byte[100]);
    assertRefused(tar, "100 bytes");
    Files.write(tar, Tar.header("huge.png", '0', 077777777777L));
    assertRefused(tar, "is cut off");
    Files.write(tar, Tar.header("name", 'L', 1 << 30));
    assertRefused(tar, "is cut off");
    Files.write(tar, new byte[10240]);
    assertRefused(tar, "No images");
  }

  @Test
  void anInterruptedReaderDoesNotSpoilTheArchiveForOthers() throws Exception {
    Path tar = new Tar().add("a.png", png(1, 2, 3)).write(root.resolve("x.tar"));
    ImageSource source = ImageSources.open(tar);
    FutureTask<Pixels> task =
        new FutureTask<>(
            () -> {
              Thread.currentThread().interrupt();
              return source.read(0, Reduction.NONE);
            });
    Thread thread = new Thread(task);
    thread.start();
    thread.join();
    assertThatThrownBy(task::get).hasCauseInstanceOf(UncheckedIOException.class);
    assertThat(source.read(0, Reduction.NONE).rgb()).startsWith(1, 2, 3);
    source.close();
    assertThatThrownBy(() -> source.read(0, Reduction.NONE)).isInstanceOf(BadImageException.class);
  }

  private static void assertRefused(Path tar, String why) {
    assertThatThrownBy(() -> ImageSources.open(tar))
        .isInstanceOf(ImageSetException.class)
        .hasMessageContaining("x.tar")
        .hasMessageContaining(why);
  }

  private static List<Integer> labels(ImageSource source) {
    return java.util.stream.IntStream.range(0, source.size()).mapToObj(source::label).toList();
  }
}
