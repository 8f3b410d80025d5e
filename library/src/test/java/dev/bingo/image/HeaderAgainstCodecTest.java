package dev.bingo.image;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.bingo.format.BadBytes;
import dev.bingo.format.ImageHeader;
import dev.bingo.format.ImageLimits;
import dev.bingo.format.JpegScans;
import dev.bingo.torch.Draws;
import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import javax.imageio.IIOImage;
import javax.imageio.ImageIO;
import javax.imageio.ImageWriteParam;
import javax.imageio.ImageWriter;
import javax.imageio.stream.ImageOutputStream;
import javax.imageio.stream.MemoryCacheImageOutputStream;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.opencv.global.opencv_core;
import org.bytedeco.opencv.global.opencv_imgcodecs;
import org.bytedeco.opencv.opencv_core.Mat;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The size that the header's walk finds is the size that OpenCV's codec decodes. */
class HeaderAgainstCodecTest {
  private static final long SECONDS = Long.getLong("fuzz.seconds", 0);
  private static final long SEED = Long.getLong("fuzz.seed", 1);
  private static final int AT_LEAST = 1_000;
  private static final ImageLimits LIMITS = new ImageLimits(1 << 20, 1_000, 40_000);
  private static final int[] TELLING = {
    0, 1, 2, 0x7F, 0x80, 0xC0, 0xC2, 0xC4, 0xD0, 0xD8, 0xD9, 0xDA, 0xE0, 0xFE, 0xFF, 0xFF, 0xFF
  };

  /** Other bytes stand between the segments of many a JPEG, and every reader passes over them. */
  @ParameterizedTest
  @ValueSource(
      strings = {"00", "123456", "FF00", "FF000010", "FFFFFFFF", "FF01", "FFD0FFD7", "41FF0042FF"})
  void junkBetweenSegmentsIsPassedOver(String hex) throws Exception {
    byte[] junk = java.util.HexFormat.of().parseHex(hex);
    byte[] good = TestImages.encode("jpg", 40, 30);
    byte[] rgb = decode(good).rgb();
    for (int at : segments(good).subList(1, segments(good).size())) {
      byte[] bytes = inserted(good, at, junk);
      assertThat(decode(bytes).rgb()).as("at %d", at).isEqualTo(rgb);
    }
  }

  @Test
  void whatStandsBehindNoMarkerHidesNoFrame() {
    byte[] good = TestImages.encode("jpg", 40, 30);
    int frame = frame(good);
    // As a segment it would reach over the true frame header to a smaller one.
    byte[] small = Arrays.copyOfRange(good, frame, frame + 19);
    ByteBuffer.wrap(small).putShort(5, (short) 8).putShort(7, (short) 8);
    byte[] hiding = {(byte) 0xFF, 0, 0, 21};
    byte[] bytes = inserted(inserted(good, frame + 19, small), frame, hiding);
    assertThat(header(bytes)).isEqualTo(new ImageHeader(ImageHeader.Format.JPEG, 40, 30));
    assertThatThrownBy(() -> decode(bytes)).isInstanceOf(BadImageException.class);
  }

  @Test
  void scansBehindNoMarkerAreCounted() throws Exception {
    byte[] good = progressive(40, 30);
    long scans = JpegScans.count(ByteBuffer.wrap(good), 99);
    int scan = 0;
    while (good[scan] != (byte) 0xFF || good[scan + 1] != (byte) 0xDA) {
      scan++;
    }
    byte[] hidden = inserted(good, scan, new byte[] {(byte) 0xFF, 0, 0x7F, 0x7F});
    assertThat(JpegScans.count(ByteBuffer.wrap(hidden), 99)).isEqualTo(scans).isGreaterThan(3);
  }

  @ParameterizedTest
  @ValueSource(ints = {0x02, 0xBF, 0xC8, 0xD8, 0xF0})
  void markersAtWhichLibjpegEndsAreRefused(int marker) {
    byte[] good = TestImages.encode("jpg", 40, 30);
    byte[] bytes = inserted(good, frame(good), new byte[] {(byte) 0xFF, (byte) marker, 0, 2});
    assertThatThrownBy(() -> decode(bytes))
        .isInstanceOf(BadImageException.class)
        .hasMessageContaining(String.format("marker FF %02X", marker));
    assertThat(codec(bytes)).isNull();
  }

  @Test
  void mutatedHeadersAreReadAsTheCodecReadsThem() throws Exception {
    Map<String, byte[]> seeds = seeds();
    List<String> names = new ArrayList<>(seeds.keySet());
    List<String> findings = new ArrayList<>();
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(SECONDS);
    int agreed = 0;
    long n = 0;
    while (n < AT_LEAST || System.nanoTime() < end) {
      Draws draws = Draws.of(SEED, n);
      String name = names.get(draws.below(names.size()));
      byte[] bytes = mutated(seeds.get(name), draws);
      ImageHeader header = header(bytes);
      int[] size = header == null ? null : codec(bytes);
      if (size != null) {
        agreed++;
        if (size[0] != header.width() || size[1] != header.height()) {
          findings.add(n + " " + name + ": " + header + ", decoded " + Arrays.toString(size));
        }
      }
      n++;
    }
    assertThat(findings).as("of %d", n).isEmpty();
    assertThat(agreed).isGreaterThan((int) (n / 20));
  }

  private static Map<String, byte[]> seeds() throws IOException {
    Map<String, byte[]> seeds = new LinkedHashMap<>();
    seeds.put("jpeg", TestImages.encode("jpg", 40, 30));
    seeds.put("progressive", progressive(40, 30));
    seeds.put("webp", TestImages.encode("webp", 40, 30));
    return seeds;
  }

  /** Bytes set, removed, put in; mostly where the header is. */
  private static byte[] mutated(byte[] good, Draws draws) {
    byte[] bytes = good;
    for (int c = 1 + draws.below(5); c > 0; c--) {
      int at = 2 + draws.below(Math.min(bytes.length, draws.chance(0.8) ? 300 : 4000) - 2);
      byte[] some = new byte[1 + draws.below(6)];
      for (int i = 0; i < some.length; i++) {
        int telling = TELLING[draws.below(TELLING.length)];
        some[i] = (byte) (draws.chance(0.7) ? telling : draws.below(256));
      }
      int removed = draws.below(3) == 0 ? 0 : Math.min(some.length, bytes.length - at);
      bytes = inserted(without(bytes, at, removed), at, some);
    }
    return bytes;
  }

  private static byte[] without(byte[] bytes, int at, int count) {
    byte[] out = Arrays.copyOf(bytes, bytes.length - count);
    System.arraycopy(bytes, at + count, out, at, out.length - at);
    return out;
  }

  private static byte[] inserted(byte[] bytes, int at, byte[] some) {
    byte[] out = Arrays.copyOf(bytes, bytes.length + some.length);
    System.arraycopy(some, 0, out, at, some.length);
    System.arraycopy(bytes, at, out, at + some.length, bytes.length - at);
    return out;
  }

  /** Where each segment before the pixels begins. */
  private static List<Integer> segments(byte[] jpeg) {
    List<Integer> starts = new ArrayList<>();
    int at = 2;
    while (jpeg[at + 1] != (byte) 0xDA) {
      starts.add(at);
      at += 2 + (((jpeg[at + 2] & 0xFF) << 8) | (jpeg[at + 3] & 0xFF));
    }
    starts.add(at);
    return starts;
  }

  private static int frame(byte[] jpeg) {
    return segments(jpeg).stream().filter(at -> jpeg[at + 1] == (byte) 0xC0).findFirst().get();
  }

  static byte[] progressive(int width, int height) throws IOException {
    BufferedImage image =
        ImageIO.read(new ByteArrayInputStream(TestImages.encode("png", width, height)));
    ImageWriter writer = ImageIO.getImageWritersByFormatName("jpeg").next();
    ImageWriteParam options = writer.getDefaultWriteParam();
    options.setProgressiveMode(ImageWriteParam.MODE_DEFAULT);
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    try (ImageOutputStream stream = new MemoryCacheImageOutputStream(out)) {
      writer.setOutput(stream);
      writer.write(null, new IIOImage(image, null, null), options);
    }
    writer.dispose();
    return out.toByteArray();
  }

  private static Pixels decode(byte[] bytes) throws BadImageException {
    return new Decoder(LIMITS, false).decode("x", bytes, Reduction.NONE);
  }

  /** What our walk says, null where it refuses. */
  private static ImageHeader header(byte[] bytes) {
    try {
      return ImageHeader.parse(ByteBuffer.wrap(bytes), LIMITS);
    } catch (BadBytes e) {
      return null;
    }
  }

  /** Width and height that OpenCV alone decodes to, null where it refuses. */
  private static int[] codec(byte[] bytes) {
    try (PointerScope scope = new PointerScope()) {
      Mat encoded = new Mat(1, bytes.length, opencv_core.CV_8UC1, new BytePointer(bytes));
      int flags = opencv_imgcodecs.IMREAD_COLOR_RGB | opencv_imgcodecs.IMREAD_IGNORE_ORIENTATION;
      Mat decoded = opencv_imgcodecs.imdecode(encoded, flags);
      return decoded == null || decoded.empty() ? null : new int[] {decoded.cols(), decoded.rows()};
    } catch (RuntimeException e) {
      return null;
    }
  }
}
