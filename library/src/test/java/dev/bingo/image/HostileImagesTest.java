package dev.bingo.image;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.bingo.format.ImageLimits;
import dev.bingo.format.JpegScans;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.RandomAccessFile;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.zip.CRC32;
import java.util.zip.Deflater;
import java.util.zip.GZIPOutputStream;
import javax.imageio.IIOImage;
import javax.imageio.ImageIO;
import javax.imageio.ImageWriteParam;
import javax.imageio.ImageWriter;
import javax.imageio.stream.ImageOutputStream;
import javax.imageio.stream.MemoryCacheImageOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Images, folders and archives of strangers: each ends in an answer, soon and in little memory. */
@Timeout(value = 60, unit = TimeUnit.SECONDS, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class HostileImagesTest {
  @TempDir Path root;

  @Test
  void aFolderOfAllKindsOfTrashIsReadAsFarAsItCanBe() throws Exception {
    byte[] png = TestImages.encode("png", 8, 8);
    byte[] jpeg = TestImages.encode("jpg", 32, 32);
    Map<String, byte[]> bad = new TreeMap<>();
    bad.put("empty.png", new byte[0]);
    bad.put("zeros.png", new byte[4096]);
    bad.put("html.jpg", "<!DOCTYPE html><html><body>Forbidden".getBytes(UTF_8));
    bad.put("cut.jpg", Arrays.copyOf(jpeg, jpeg.length / 2));
    bad.put("cut.png", Arrays.copyOf(png, png.length / 2));
    bad.put("head.jpg", Arrays.copyOf(jpeg, 3));
    bad.put("huge.png", png(60_000, 60_000, 8, new byte[0]));
    bad.put("wide.png", png(65_501, 1, 8, new byte[0]));
    bad.put("svg.png", "<svg onload='alert(1)'/>".getBytes(UTF_8));
    Map<String, byte[]> good = new TreeMap<>();
    good.put("pixel.png", TestImages.encode("png", 1, 1));
    good.put("really-a-png.jpg", png);
    good.put("really-a-jpeg.PNG", jpeg);
    good.put("two\nlines.png", png);
    good.put("\u001b[31mred.png", png);
    for (Map<String, byte[]> all : java.util.List.of(bad, good)) {
      for (Map.Entry<String, byte[]> e : all.entrySet()) {
        TestImages.write(root.resolve(e.getKey()), e.getValue());
      }
    }
    Files.createSymbolicLink(root.resolve("loop"), root);
    Files.createSymbolicLink(root.resolve("self.png"), root.resolve("self.png"));
    Files.createDirectory(root.resolve("folder.png"));
    // A name that is no UTF-8; Java can't write it.
    String copy = "cp \"$0/really-a-png.jpg\" \"$0/\"$'latin-\\xe9.png'";
    assertThat(new ProcessBuilder("bash", "-c", copy, root.toString()).start().waitFor()).isZero();
    assertThat(new ProcessBuilder("mkfifo", root.resolve("pipe.png").toString()).start().waitFor())
        .isZero();
    try (ImageSource source = ImageSources.open(root)) {
      Map<String, Boolean> read = new TreeMap<>();
      for (int i = 0; i < source.size(); i++) {
        read.put(source.id(i), reads(source, i));
      }
      assertThat(read).hasSize(bad.size() + good.size() + 3).containsEntry("latin-%E9.png", true);
      good.keySet().forEach(id -> assertThat(read).containsEntry(id, true));
      bad.keySet().forEach(id -> assertThat(read).containsEntry(id, false));
      assertThat(read).containsEntry("pipe.png", false).containsEntry("self.png", false);
      assertThat(source.fingerprint()).hasSize(64);
    }
  }

  @Test
  void aJpegThatIsRefinedWithoutEndIsRefused() throws Exception {
    byte[] ordinary = refined(100, 100, 1);
    assertThat(JpegScans.count(ByteBuffer.wrap(ordinary), 1000)).isBetween(5L, 16L);
    Decoder decoder = new Decoder(new ImageLimits(1 << 30, 1000, 10_000), false);
    assertThat(decoder.decode("ordinary", ordinary, Reduction.NONE).width()).isEqualTo(100);
    byte[] often = refined(100, 100, 40);
    assertThatThrownBy(() -> decoder.decode("often", often, Reduction.NONE))
        .isInstanceOf(BadImageException.class)
        .hasMessageContaining("100x100 pixels are refined more than 16 times");
    byte[] small = refined(20, 20, 40);
    assertThat(decoder.decode("small", small, Reduction.NONE).width()).isEqualTo(20);
    // 30 MB that would keep a decoder busy for hours.
    byte[] huge = patchedSize(refined(100, 100, 20_000), 9_000, 9_000);
    Decoder usual = new Decoder(ImageLimits.DEFAULT, false);
    assertThatThrownBy(() -> usual.decode("huge", huge, Reduction.NONE))
        .hasMessageContaining("refined more than 8 times");
    assertThat(JpegScans.count(ByteBuffer.wrap(TestImages.encode("jpg", 32, 32)), 9)).isEqualTo(1);
    for (int cut = 0; cut < ordinary.length; cut += 7) {
      assertThat(JpegScans.count(ByteBuffer.wrap(ordinary, 0, cut).slice(), 99))
          .isLessThanOrEqualTo(16);
    }
  }

  private static byte[] patchedSize(byte[] jpeg, int width, int height) {
    int frame = 2;
    while (jpeg[frame + 1] != (byte) 0xC2) {
      frame += 2 + (((jpeg[frame + 2] & 0xFF) << 8) | (jpeg[frame + 3] & 0xFF));
    }
    ByteBuffer.wrap(jpeg).putShort(frame + 5, (short) height).putShort(frame + 7, (short) width);
    return jpeg;
  }

  /** A progressive JPEG of noise whose first scan comes {@code times} times. */
  private static byte[] refined(int width, int height, int times) throws IOException {
    BufferedImage image = new BufferedImage(width, height, BufferedImage.TYPE_INT_RGB);
    for (int i = 0; i < width * height; i++) {
      image.setRGB(i % width, i / width, i * 2654435);
    }
    ImageWriter writer = ImageIO.getImageWritersByFormatName("jpeg").next();
    ImageWriteParam options = writer.getDefaultWriteParam();
    options.setProgressiveMode(ImageWriteParam.MODE_DEFAULT);
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    try (ImageOutputStream stream = new MemoryCacheImageOutputStream(out)) {
      writer.setOutput(stream);
      writer.write(null, new IIOImage(image, null, null), options);
    }
    byte[] bytes = out.toByteArray();
    int scan = 2;
    while (bytes[scan + 1] != (byte) 0xDA) {
      scan += 2 + (((bytes[scan + 2] & 0xFF) << 8) | (bytes[scan + 3] & 0xFF));
    }
    int end = scan + 2;
    while (bytes[end] != (byte) 0xFF || bytes[end + 1] == 0) {
      end++;
    }
    ByteArrayOutputStream all = new ByteArrayOutputStream();
    all.write(bytes, 0, scan);
    for (int i = 0; i < times; i++) {
      all.write(bytes, scan, end - scan);
    }
    all.write(bytes, end, bytes.length - end);
    return all.toByteArray();
  }

  /** 65,000 × 1,376 pixels of zeros deflate to 0.3 MB: allowed, at three bytes a pixel. */
  @Test
  void aBombIsBoundByItsHeader() throws Exception {
    byte[] within = png(65_000, 1_376, 1, deflated(1_376L * (65_000 / 8 + 1)));
    assertThat(within.length).isLessThan(100_000);
    Pixels pixels = decode(within);
    assertThat(pixels.rgb()).hasSize(65_000 * 1_376 * 3);
    byte[] beyond = png(65_000, 1_377, 1, deflated(1_377L * (65_000 / 8 + 1)));
    assertThatThrownBy(() -> decode(beyond))
        .isInstanceOf(BadImageException.class)
        .hasMessageContaining("65000x1377");
    // More rows than the header says: what follows is not read.
    byte[] longer = png(8, 8, 1, deflated(1L << 28));
    assertThat(decode(longer).rgb()).hasSize(8 * 8 * 3);
  }

  @Test
  void textChunksThatInflateToGigabytesAreNotKept() throws Exception {
    ByteArrayOutputStream text = new ByteArrayOutputStream();
    text.write("Comment\0\0".getBytes(UTF_8));
    text.write(deflated(1L << 28));
    byte[] plain = png(8, 8, 1, deflated(8 * 2));
    int afterHeader = 8 + 25;
    ByteArrayOutputStream bomb = new ByteArrayOutputStream();
    bomb.write(plain, 0, afterHeader);
    chunk(bomb, "zTXt", text.toByteArray());
    bomb.write(plain, afterHeader, plain.length - afterHeader);
    assertThat(decode(bomb.toByteArray()).width()).isEqualTo(8);
  }

  @Test
  void archivesThatClaimMuchAreRefusedByWhatTheyHold() throws Exception {
    Path tar = root.resolve("a/huge.tar");
    byte[] header = TestImages.Tar.header("huge.png", '0', 1L << 40);
    TestImages.write(tar, header);
    // A hole of a terabyte takes no room, and is no image.
    try (RandomAccessFile file = new RandomAccessFile(tar.toFile(), "rw")) {
      file.setLength((1L << 40) + 1024);
    }
    try (ImageSource source = ImageSources.open(tar)) {
      assertThatThrownBy(() -> source.read(0, Reduction.NONE))
          .isInstanceOf(BadImageException.class)
          .hasMessageContaining("allowed are");
      assertThat(source.fingerprint()).hasSize(64);
    }
  }

  @Test
  void manyMembersOfNothingAreListedInTheirOwnSize() throws Exception {
    Path tar = root.resolve("many.tar");
    byte[] header = TestImages.Tar.header("x", '5', 0);
    try (OutputStream out = new java.io.BufferedOutputStream(Files.newOutputStream(tar))) {
      for (int i = 0; i < 100_000; i++) {
        out.write(header);
      }
    }
    assertThatThrownBy(() -> ImageSources.open(tar))
        .isInstanceOf(ImageSetException.class)
        .hasMessageContaining("No images");
  }

  @Test
  void pipesWhereFilesAreExpectedDoNotHang() throws Exception {
    for (String name :
        new String[] {"a.tar", "data_batch_1.bin", "train-images-idx3-ubyte", "list.csv"}) {
      Path folder = Files.createDirectory(root.resolve("with-" + name));
      Path pipe = folder.resolve(name);
      assertThat(new ProcessBuilder("mkfifo", pipe.toString()).start().waitFor()).isZero();
      assertThatThrownBy(() -> ImageSources.open(folder)).isInstanceOf(ImageSetException.class);
      assertThatThrownBy(() -> ImageSources.open(pipe)).isInstanceOf(ImageSetException.class);
    }
  }

  @Test
  void idxHeadersAllocateNothing() throws Exception {
    ByteBuffer header = ByteBuffer.allocate(16).putInt(0x803).putInt(1_400_000_000);
    header.putInt(1).putInt(1);
    TestImages.write(root.resolve("train-images-idx3-ubyte"), header.array());
    assertThatThrownBy(() -> ImageSources.open(root))
        .isInstanceOf(ImageSetException.class)
        .hasMessageContaining("cut off");
  }

  @Test
  void cifarFilesOfTerabytesAreNotLoaded() throws Exception {
    try (RandomAccessFile file =
        new RandomAccessFile(root.resolve("data_batch_1.bin").toFile(), "rw")) {
      file.setLength(3073L << 30);
    }
    assertThatThrownBy(() -> ImageSources.open(root))
        .isInstanceOf(ImageSetException.class)
        .hasMessageContaining("1 GiB at most");
  }

  @Test
  void endlessLinesOfAManifestAreRefused() throws Exception {
    Path line = root.resolve("line.jsonl");
    Files.writeString(line, "{\"path\": \"" + "x".repeat(3_000_000) + "\"}\n");
    assertThatThrownBy(() -> ImageSources.open(line)).hasMessageContaining("a line is longer");
    Path quote = root.resolve("quote.csv");
    Files.writeString(quote, "path\n\"" + "x\n".repeat(1_500_000));
    assertThatThrownBy(() -> ImageSources.open(quote)).hasMessageContaining("quote is not closed");
    Path nested = root.resolve("nested.jsonl");
    Files.writeString(nested, "{\"path\":" + "[".repeat(100_000) + "\n");
    assertThatThrownBy(() -> ImageSources.open(nested)).isInstanceOf(ImageSetException.class);
    Path binary = root.resolve("binary.csv");
    Files.write(binary, new byte[] {'p', 'a', 't', 'h', '\n', (byte) 0xff, 0, '\n'});
    assertThatThrownBy(() -> ImageSources.open(binary)).hasMessageContaining("UTF-8");
  }

  @Test
  void gzipBombsEndWhereTheirHeaderSays() throws Exception {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (DataOutputStream out = new DataOutputStream(new GZIPOutputStream(bytes))) {
      for (int word : new int[] {0x803, 2, 4, 4}) {
        out.writeInt(word);
      }
      out.write(new byte[1 << 28]);
    }
    assertThat(bytes.size()).isLessThan(1 << 19);
    TestImages.write(root.resolve("train-images-idx3-ubyte.gz"), bytes.toByteArray());
    try (ImageSource source = ImageSources.open(root)) {
      assertThat(source.size()).isEqualTo(2);
    }
  }

  @Test
  void aNameOfTwoLinesIsDescribedInOne() throws Exception {
    Path file = root.resolve("two\nlines\u001b[31m.png");
    TestImages.write(file, TestImages.encode("png", 8, 8));
    try (ImageSource source = ImageSources.open(file)) {
      assertThat(source.describe()).contains("two?lines?[31m.png: 1 image").doesNotContain("\n");
    }
  }

  @Test
  void memoryOfACodecIsInProportionToTheFile() throws Exception {
    Decoder decoder = new Decoder(new ImageLimits(1 << 30, 2_000, 1_000_000), true);
    for (String format : new String[] {"jpg", "webp"}) {
      byte[] flat = TestImages.encode(format, 1_000, 1_000, new byte[3_000_000]);
      assertThat(flat.length).isLessThan(20_000);
      assertThatThrownBy(() -> decoder.decode("flat", flat, Reduction.NONE))
          .isInstanceOf(BadImageException.class)
          .hasMessageMatching(".*1000x1000 pixels in \\d+ bytes would take [89] MB to decode.*");
      byte[] smaller = TestImages.encode(format, 700, 700, new byte[3 * 700 * 700]);
      assertThat(decoder.decode("smaller", smaller, Reduction.NONE).width()).isEqualTo(700);
      byte[] noise = new byte[3_000_000];
      new java.util.Random(7).nextBytes(noise);
      byte[] photo = TestImages.encode(format, 1_000, 1_000, noise);
      assertThat(decoder.decode("photo", photo, Reduction.NONE).width()).isEqualTo(1_000);
    }
    byte[] animated = animation(700, 700, TestImages.encode("webp", 1, 1));
    assertThatThrownBy(() -> decoder.decode("animated", animated, Reduction.NONE))
        .hasMessageContaining("would take 6 MB to decode");
    byte[] small = animation(500, 500, TestImages.encode("webp", 1, 1));
    assertThat(decoder.decode("animated", small, Reduction.NONE).width()).isEqualTo(500);
  }

  @Test
  void whatAProgressiveJpegKeepsUntilItsLastScanCounts() throws Exception {
    Decoder decoder = new Decoder(new ImageLimits(1 << 30, 2_000, 1_000_000), true);
    byte[] within = patchedSize(refined(24, 24, 1), 590, 590);
    byte[] beyond = patchedSize(refined(24, 24, 1), 610, 610);
    assertThat(decoder.decode("within", within, Reduction.NONE).width()).isEqualTo(590);
    assertThatThrownBy(() -> decoder.decode("beyond", beyond, Reduction.NONE))
        .hasMessageContaining("would take 5 MB to decode");
  }

  /** One small frame on a large canvas. */
  private static byte[] animation(int width, int height, byte[] frame) {
    byte[] pixels = Arrays.copyOfRange(frame, 12, frame.length);
    ByteBuffer out = ByteBuffer.allocate(12 + 18 + 14 + 24 + pixels.length);
    out.order(java.nio.ByteOrder.LITTLE_ENDIAN);
    out.put("RIFF".getBytes(UTF_8)).putInt(out.capacity() - 8).put("WEBP".getBytes(UTF_8));
    out.put("VP8X".getBytes(UTF_8)).putInt(10).putInt(2);
    out.put(three(width - 1)).put(three(height - 1));
    out.put("ANIM".getBytes(UTF_8)).putInt(6).putInt(0).putShort((short) 0);
    out.put("ANMF".getBytes(UTF_8)).putInt(16 + pixels.length).put(new byte[12]);
    out.put(three(100)).put((byte) 0).put(pixels);
    return out.array();
  }

  private static byte[] three(int value) {
    return new byte[] {(byte) value, (byte) (value >> 8), (byte) (value >> 16)};
  }

  private static boolean reads(ImageSource source, int i) {
    try {
      return source.read(i, Reduction.NONE).rgb().length > 0;
    } catch (BadImageException e) {
      assertThat(e.reason()).isNotBlank();
      return false;
    }
  }

  private static Pixels decode(byte[] bytes) throws BadImageException {
    return new Decoder(ImageLimits.DEFAULT, false).decode("x", bytes, Reduction.NONE);
  }

  /** A grey PNG with this compressed data. */
  private static byte[] png(int width, int height, int bits, byte[] data) throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    out.write(new byte[] {(byte) 0x89, 'P', 'N', 'G', 13, 10, 26, 10});
    chunk(
        out, "IHDR", ByteBuffer.allocate(13).putInt(width).putInt(height).put((byte) bits).array());
    chunk(out, "IDAT", data);
    chunk(out, "IEND", new byte[0]);
    return out.toByteArray();
  }

  private static void chunk(ByteArrayOutputStream out, String type, byte[] data) {
    byte[] typed = ByteBuffer.allocate(4 + data.length).put(type.getBytes(UTF_8)).put(data).array();
    CRC32 crc = new CRC32();
    crc.update(typed);
    out.writeBytes(ByteBuffer.allocate(4).putInt(data.length).array());
    out.writeBytes(typed);
    out.writeBytes(ByteBuffer.allocate(4).putInt((int) crc.getValue()).array());
  }

  /** So many zeros, compressed. */
  private static byte[] deflated(long zeros) {
    Deflater deflater = new Deflater(9);
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    byte[] in = new byte[1 << 16];
    byte[] buffer = new byte[1 << 16];
    long left = zeros;
    while (!deflater.finished()) {
      if (deflater.needsInput() && left > 0) {
        int n = (int) Math.min(in.length, left);
        deflater.setInput(in, 0, n);
        left -= n;
      }
      if (left == 0) {
        deflater.finish();
      }
      out.write(buffer, 0, deflater.deflate(buffer));
    }
    deflater.end();
    return out.toByteArray();
  }
}
