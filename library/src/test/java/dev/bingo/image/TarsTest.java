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
    assertThat(source.describe()).contains("shards (2 shards): ");
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
  void keysWithDotsPairByTheWholeName() throws Exception {
    Path tar =
        new Tar()
            .add("run1.v2/22.05.png", png(1, 1, 1))
            .add("run1.v2/22.05.cls", "0")
            .add("run1.v2/22.06.png", png(2, 2, 2))
            .add("run1.v2/22.06.cls", "1")
            .add("run1.v2/22.07.png", png(3, 3, 3))
            .add("run1.v2/22.07.json", "{\"label\": 2}")
            .add("run1.v2/22.08.png", png(3, 3, 3))
            .write(root.resolve("x.tar"));
    ImageSource source = ImageSources.open(tar);
    assertThat(labels(source)).containsExactly(0, 1, 2, -1);
    assertThat(source.describe()).contains("3 classes, 1 without a label");
  }

  @Test
  void aLabelOfTheKeyIsForAllItsImages() throws Exception {
    Path tar =
        new Tar()
            .add("0001.left.jpg", png(1, 1, 1))
            .add("0001.right.jpg", png(1, 1, 1))
            .add("0001.cls", "1")
            .add("0002.jpg", png(1, 1, 1))
            .add("0002.meta.json", "{\"label\": 0}")
            .write(root.resolve("x.tar"));
    assertThat(labels(ImageSources.open(tar))).containsExactly(1, 1, 0);
  }

  @Test
  void labelsThatMayBeOfAnotherImageAreRefused() throws Exception {
    Path dotted =
        new Tar()
            .add("22.05.png", png(1, 1, 1))
            .add("22.05.cls", "0")
            .add("22.06.png", png(2, 2, 2))
            .add("22.07.cls", "1")
            .write(root.resolve("x.tar"));
    assertRefused(dotted, "not clear which label 22.06.png has; 22.07.cls says 1");
    Path several =
        new Tar()
            .add("1.jpg", png(1, 1, 1))
            .add("1.a.cls", "0")
            .add("1.b.cls", "1")
            .write(root.resolve("x.tar"));
    assertRefused(several, "not clear which label 1.jpg has");
    Path both =
        new Tar()
            .add("1.jpg", png(1, 1, 1))
            .add("1.cls", "0")
            .add("1.json", "{\"label\": 1}")
            .write(root.resolve("x.tar"));
    assertRefused(both, "1.cls says 0, 1.json says 1");
  }

  @Test
  void ofMembersWithOneNameTheLastCountsAndSoDoesItsLabel() throws Exception {
    Path tar =
        new Tar()
            .add("a.png", png(1, 1, 1))
            .add("a.cls", "0")
            .add("./a.png", png(2, 2, 2))
            .add("a.cls", "1")
            .add("b.png", png(3, 3, 3))
            .add("b.cls", "0")
            .write(root.resolve("x.tar"));
    ImageSource source = ImageSources.open(tar);
    assertThat(labels(source)).containsExactly(1, 0);
    assertThat(source.read(0, Reduction.NONE).rgb()).startsWith(2, 2, 2);
    assertThat(source.describe()).contains("left out: 1 replaced by a later one of its name");
  }

  @Test
  void labelsAreReadByOneRuleInCapitalsToo() throws Exception {
    Path tar =
        new Tar()
            .add("a.PNG", png(1, 1, 1))
            .add("a.CLS", "1")
            .add("b.png", png(1, 1, 1))
            .add("b.JSON", "{\"label\": \"0\"}")
            .add("c.png", png(1, 1, 1))
            .add("c.cls", "-1")
            .add("d.png", png(1, 1, 1))
            .add("d.json", "{\"label\": -1}")
            .add("e.png", png(1, 1, 1))
            .add("e.json", "{\"label\": null}")
            .write(root.resolve("x.tar"));
    assertThat(labels(ImageSources.open(tar))).containsExactly(1, 0, -1, -1, -1);
    for (String label : List.of("3.0", "true", "[1]", "{\"a\": 1}", "-2", "\"-7\"")) {
      new Tar()
          .add("a.png", png(1, 1, 1))
          .add("a.json", "{\"label\": " + label + "}")
          .write(root.resolve("x.tar"));
      assertRefused(root.resolve("x.tar"), "a.json: expected a label that is a name");
    }
  }

  @Test
  void linksInsideTheArchiveAreFollowedAndOthersCounted() throws Exception {
    Path tar =
        new Tar()
            .add("a/1.png", png(1, 1, 1))
            .link("b/hard.png", '1', "a/1.png")
            .link("b/soft.png", '2', "../a/1.png")
            .link("c/chain.png", '2', "../b/soft.png")
            .link("b/out.png", '2', "../../etc/passwd")
            .link("b/abs.png", '2', "/a/1.png")
            .link("b/none.png", '1', "a/9.png")
            .link("c/loop.png", '2', "pool.png")
            .link("c/pool.png", '2', "loop.png")
            .write(root.resolve("x.tar"));
    ImageSource source = ImageSources.open(tar);
    assertThat(ids(source)).containsExactly("a/1.png", "b/hard.png", "b/soft.png", "c/chain.png");
    assertThat(labels(source)).containsExactly(0, 1, 1, 2);
    for (int i = 0; i < 4; i++) {
      assertThat(source.read(i, Reduction.NONE).rgb()).startsWith(1, 1, 1);
    }
    assertThat(source.describe())
        .contains("left out: 5 whose link leads to no file in the archive");
  }

  @Test
  void archivesBehindOneAnotherAreReadAll() throws Exception {
    byte[] one = new Tar().add("a/1.png", png(1, 1, 1)).bytes();
    byte[] two = new Tar().add("b/2.png", png(2, 2, 2)).bytes();
    Path tar = root.resolve("x.tar");
    Files.write(tar, concat(one, new byte[7680], two));
    ImageSource source = ImageSources.open(tar);
    assertThat(ids(source)).containsExactly("a/1.png", "b/2.png");
    assertThat(source.read(1, Reduction.NONE).rgb()).startsWith(2, 2, 2);
    assertThat(source.describe()).doesNotContain("left out");

    byte[] junk = new byte[700];
    Arrays.fill(junk, (byte) 7);
    Files.write(tar, concat(one, junk));
    assertThat(ImageSources.open(tar).describe()).contains("700 bytes behind the end of x.tar");
    Files.write(tar, Arrays.copyOf(one, one.length - 1024));
    assertThat(ImageSources.open(tar).describe()).contains("x.tar has no end mark");
  }

  @Test
  void sparseMembersAreRefusedByName() throws Exception {
    Path old = new Tar().add("a/s.bmp", 'S', new byte[600]).write(root.resolve("x.tar"));
    assertRefused(old, "a/s.bmp is stored sparse");
    Path pax =
        new Tar()
            .add("PaxHeaders/x", 'x', paxRecords("GNU.sparse.major=1", "GNU.sparse.name=a/s.png"))
            .add("GNUSparseFile.1/s.png", png(1, 1, 1))
            .write(root.resolve("x.tar"));
    assertRefused(pax, "a/s.png is stored sparse");
    Path other =
        new Tar()
            .add("a/disk.img", 'S', new byte[600])
            .add("a/1.png", png(1, 1, 1))
            .write(root.resolve("x.tar"));
    assertThat(ids(ImageSources.open(other))).containsExactly("a/1.png");
  }

  private static byte[] paxRecords(String... records) {
    StringBuilder all = new StringBuilder();
    for (String record : records) {
      all.append(record.length() + 4).append(' ').append(record).append('\n');
    }
    return all.toString().getBytes(StandardCharsets.UTF_8);
  }

  @Test
  void whatIsNoImageIsCountedAndPartsOfASetRefused() throws Exception {
    Path tar =
        new Tar()
            .add("a/1.png", png(1, 1, 1))
            .add("a/1.txt", "a caption")
            .add("__MACOSX/a/1.png", png(1, 1, 1))
            .add("a/.ipynb_checkpoints/1.png", png(1, 1, 1))
            .write(root.resolve("x.tar"));
    ImageSource source = ImageSources.open(tar);
    assertThat(ids(source)).containsExactly("a/1.png");
    assertThat(source.classes()).containsExactly("a");
    assertThat(source.describe()).contains("left out: 1 .txt, 1 in __MACOSX");
    Path parts =
        new Tar()
            .add("Training/a/1.png", png(1, 1, 1))
            .add("Testing/a/1.png", png(1, 1, 1))
            .write(root.resolve("x.tar"));
    assertRefused(parts, "prefix=Training");
  }

  @Test
  void namesThatAreNoUtf8StayApart() throws Exception {
    byte[] latin = new Tar().add("a/X.png", png(1, 1, 1)).add("a/Y.png", png(2, 2, 2)).bytes();
    for (int at : new int[] {2, 1026}) {
      latin[at] = (byte) (at == 2 ? 0xE9 : 0xE8);
      // The sum of the header changes with it.
      Tar.sum(latin, at - 2);
    }
    Path tar = root.resolve("x.tar");
    Files.write(tar, latin);
    assertThat(ids(ImageSources.open(tar))).containsExactly("a/%E8.png", "a/%E9.png");
  }

  private static byte[] concat(byte[]... parts) {
    java.io.ByteArrayOutputStream out = new java.io.ByteArrayOutputStream();
    for (byte[] part : parts) {
      out.writeBytes(part);
    }
    return out.toByteArray();
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
    Files.write(tar, Arrays.copyOf(good, 1024 + 100));
    assertRefused(tar, "cut off inside the header at byte 1024");
    Files.write(
        tar, new Tar().add("name", 'L', "long.png".getBytes(StandardCharsets.UTF_8)).bytes());
    assertRefused(tar, "a name at its end has no file");
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
