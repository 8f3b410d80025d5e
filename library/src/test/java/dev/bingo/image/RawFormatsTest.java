package dev.bingo.image;

import static dev.bingo.image.FoldersTest.ids;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.bingo.image.SourceOptions.Kind;
import dev.bingo.image.SourceOptions.Split;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RawFormatsTest {
  @TempDir Path root;

  @Test
  void cifar10HasPlanesAndOneLabel() throws Exception {
    Path home = root.resolve("cifar-10-batches-bin");
    TestImages.write(home.resolve("data_batch_2.bin"), record(new int[] {9}, 4));
    TestImages.write(
        home.resolve("data_batch_1.bin"),
        concat(record(new int[] {3}, 1), record(new int[] {0}, 2)));
    TestImages.write(home.resolve("test_batch.bin"), record(new int[] {5}, 7));
    for (Path path : List.of(root, home)) {
      ImageSource train = ImageSources.open(path);
      assertThat(ids(train))
          .containsExactly("data_batch_1.bin#0", "data_batch_1.bin#1", "data_batch_2.bin#0");
      assertThat(train.label(0)).isEqualTo(3);
      assertThat(train.classes()).hasSize(10).startsWith("airplane").endsWith("truck");
      Pixels pixels = train.read(0, Reduction.NONE);
      assertThat(pixels.width()).isEqualTo(32);
      // Red is the seed, green the column, blue the row.
      assertThat(Arrays.copyOfRange(pixels.rgb(), 3 * (5 * 32 + 9), 3 * (5 * 32 + 9) + 3))
          .containsExactly(1, 9, 5);
    }
    ImageSource test = ImageSources.open(root, SourceOptions.DEFAULT.withSplit(Split.TEST));
    assertThat(test.size()).isOne();
    assertThat(test.label(0)).isEqualTo(5);
    Files.writeString(home.resolve("batches.meta.txt"), "a\nb\nc\nd\ne\nf\ng\nh\ni\nj\n\n");
    assertThat(ImageSources.open(root).classes()).startsWith("a").hasSize(10);
  }

  @Test
  void cifar100HasCoarseAndFineLabels() throws Exception {
    TestImages.write(root.resolve("train.bin"), record(new int[] {4, 77}, 1));
    Files.writeString(root.resolve("fine_label_names.txt"), lines("fine", 100));
    ImageSource fine = ImageSources.open(root);
    assertThat(fine.classes()).hasSize(100);
    assertThat(fine.classes().get(fine.label(0))).isEqualTo("fine77");
    ImageSource coarse = ImageSources.open(root, SourceOptions.DEFAULT.withCoarse(true));
    assertThat(coarse.label(0)).isEqualTo(4);
    assertThat(coarse.classes()).hasSize(20);
    assertThatThrownBy(() -> ImageSources.open(root, SourceOptions.DEFAULT.withSplit(Split.TEST)))
        .isInstanceOf(ImageSetException.class)
        .hasMessageContaining("expected test.bin");
  }

  @Test
  void brokenCifarIsRefused() throws Exception {
    Path batch = root.resolve("data_batch_1.bin");
    TestImages.write(batch, Arrays.copyOf(record(new int[] {1}, 1), 3000));
    assertThatThrownBy(() -> ImageSources.open(root)).hasMessageContaining("multiple of 3073");
    TestImages.write(batch, record(new int[] {10}, 1));
    assertThatThrownBy(() -> ImageSources.open(root)).hasMessageContaining("label 10 of 10");
    Files.delete(batch);
    TestImages.write(root.resolve("cifar-10-batches-py/data_batch_1"), new byte[3]);
    assertThatThrownBy(() -> ImageSources.open(root)).hasMessageContaining("Python version");
    assertThatThrownBy(() -> ImageSources.open(root, SourceOptions.DEFAULT.withKind(Kind.CIFAR10)))
        .hasMessageContaining("expected data_batch_1.bin")
        .hasMessageContaining("found 1 folder");
  }

  @Test
  void idxBecomesRgbPlainOrGzipped() throws Exception {
    byte[] images = idxImages(2, 3, 4);
    TestImages.write(root.resolve("plain/train-images-idx3-ubyte"), images);
    TestImages.write(root.resolve("plain/train-labels-idx1-ubyte"), idxLabels(7, 2));
    TestImages.write(root.resolve("gz/train-images-idx3-ubyte.gz"), gzip(images));
    TestImages.write(root.resolve("gz/train-labels-idx1-ubyte.gz"), gzip(idxLabels(7, 2)));
    ImageSource plain = ImageSources.open(root.resolve("plain"));
    ImageSource gz = ImageSources.open(root.resolve("gz"));
    assertThat(plain.size()).isEqualTo(2);
    assertThat(plain.label(0)).isEqualTo(7);
    assertThat(plain.classes()).containsExactly("0", "1", "2", "3", "4", "5", "6", "7");
    Pixels second = plain.read(1, Reduction.NONE);
    assertThat(second.width()).isEqualTo(4);
    assertThat(second.height()).isEqualTo(3);
    assertThat(second.rgb()).startsWith(12, 12, 12, 13, 13, 13);
    assertThat(gz.fingerprint()).isEqualTo(plain.fingerprint());
    assertThat(gz.id(1)).isEqualTo("train-images-idx3-ubyte#1");
  }

  @Test
  void fashionMnistKnowsItsClasses() throws Exception {
    Path folder = root.resolve("Fashion-MNIST");
    TestImages.write(folder.resolve("t10k-images-idx3-ubyte"), idxImages(1, 2, 2));
    TestImages.write(folder.resolve("t10k-labels-idx1-ubyte"), idxLabels(9));
    SourceOptions test = SourceOptions.DEFAULT.withSplit(Split.TEST);
    ImageSource source = ImageSources.open(folder, test);
    assertThat(source.classes().get(source.label(0))).isEqualTo("Ankle boot");
    assertThat(ImageSources.open(folder, test.withClassNames(Labels.digits(10))).classes().get(9))
        .isEqualTo("9");
    assertThatThrownBy(() -> ImageSources.open(folder, test.withClassNames(List.of("a", "b"))))
        .hasMessageContaining("found label 9");
    assertThatThrownBy(() -> ImageSources.open(folder))
        .hasMessageContaining("expected train-images-idx3-ubyte");
  }

  @Test
  void fewBytesThatClaimToBeManyImagesAreRefused() throws Exception {
    Path folder = root.resolve("zeros");
    int n = 80_000_000;
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    try (OutputStream gz = new GZIPOutputStream(out)) {
      gz.write(ByteBuffer.allocate(16).putInt(0x803).putInt(n).putInt(1).putInt(1).array());
    }
    TestImages.write(folder.resolve("train-images-idx3-ubyte.gz"), out.toByteArray());
    assertThatThrownBy(() -> ImageSources.open(folder))
        .isInstanceOf(ImageSetException.class)
        .hasMessageContaining("80,000,000 images of 1 pixels in a file of")
        .hasMessageContaining("gunzip");
    Path plain = root.resolve("plain/train-images-idx3-ubyte");
    Files.createDirectories(plain.getParent());
    try (var file = new java.io.RandomAccessFile(plain.toFile(), "rw")) {
      file.writeInt(0x803);
      file.writeInt(2_000_000_000);
      file.writeInt(1);
      file.writeInt(1);
      file.setLength(16 + 2_000_000_000L);
    }
    assertThatThrownBy(() -> ImageSources.open(plain.getParent()))
        .isInstanceOf(ImageSetException.class)
        .hasMessageContaining("2,000,000,000 images take")
        .hasMessageContaining("JAVA_OPTS=-Xmx");
  }

  @Test
  void brokenIdxIsRefused() throws Exception {
    Path file = root.resolve("train-images-idx3-ubyte");
    TestImages.write(file, Arrays.copyOf(idxImages(2, 3, 4), 30));
    assertThatThrownBy(() -> ImageSources.open(root)).hasMessageContaining("cut off");
    TestImages.write(
        file,
        ByteBuffer.allocate(16).putInt(0x803).putInt(1 << 30).putInt(5000).putInt(5000).array());
    assertThatThrownBy(() -> ImageSources.open(root)).hasMessageContaining("5000x5000");
    TestImages.write(file, idxLabels(1));
    assertThatThrownBy(() -> ImageSources.open(root)).hasMessageContaining("00000801");
    TestImages.write(file, idxImages(2, 3, 4));
    TestImages.write(root.resolve("train-labels-idx1-ubyte"), idxLabels(1));
    assertThatThrownBy(() -> ImageSources.open(root)).hasMessageContaining("1 labels for 2 images");
    TestImages.write(root.resolve("g/train-images-idx3-ubyte.gz"), "no gzip".getBytes(UTF_8));
    assertThatThrownBy(() -> ImageSources.open(root.resolve("g"))).hasMessageContaining("cut off");
  }

  private static byte[] record(int[] labels, int seed) {
    byte[] out = new byte[labels.length + 3072];
    for (int i = 0; i < labels.length; i++) {
      out[i] = (byte) labels[i];
    }
    for (int p = 0; p < 1024; p++) {
      out[labels.length + p] = (byte) seed;
      out[labels.length + 1024 + p] = (byte) (p % 32);
      out[labels.length + 2048 + p] = (byte) (p / 32);
    }
    return out;
  }

  private static byte[] idxImages(int n, int height, int width) {
    ByteBuffer out = ByteBuffer.allocate(16 + n * height * width);
    out.putInt(0x803).putInt(n).putInt(height).putInt(width);
    for (int i = 0; i < n * height * width; i++) {
      out.put((byte) i);
    }
    return out.array();
  }

  private static byte[] idxLabels(int... labels) {
    ByteBuffer out = ByteBuffer.allocate(8 + labels.length).putInt(0x801).putInt(labels.length);
    for (int label : labels) {
      out.put((byte) label);
    }
    return out.array();
  }

  private static byte[] gzip(byte[] bytes) throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    try (OutputStream gz = new GZIPOutputStream(out)) {
      gz.write(bytes);
    }
    return out.toByteArray();
  }

  private static byte[] concat(byte[] a, byte[] b) {
    byte[] out = Arrays.copyOf(a, a.length + b.length);
    System.arraycopy(b, 0, out, a.length, b.length);
    return out;
  }

  private static String lines(String stem, int n) {
    StringBuilder text = new StringBuilder();
    for (int i = 0; i < n; i++) {
      text.append(stem).append(i).append('\n');
    }
    return text.toString();
  }
}
