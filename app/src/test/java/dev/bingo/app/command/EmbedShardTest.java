package dev.bingo.app.command;

import static dev.bingo.app.Ran.run;
import static org.assertj.core.api.Assertions.assertThat;

import dev.bingo.app.Ran;
import dev.bingo.evaluate.Features;
import dev.bingo.run.TinyRun;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class EmbedShardTest {
  @TempDir Path folder;
  private Path encoder;
  private Path tars;
  private Path out;

  @BeforeEach
  void prepare() throws IOException {
    encoder = TinyRun.encoder(folder.resolve("encoder.safetensors"));
    tars = Files.createDirectory(folder.resolve("tars"));
    out = folder.resolve("out");
    for (int i = 0; i < 3; i++) {
      tar(tars.resolve("s" + i + ".tar"), i);
    }
  }

  private static byte[] picture(int colour) throws IOException {
    BufferedImage image = new BufferedImage(16, 16, BufferedImage.TYPE_INT_RGB);
    for (int p = 0; p < 256; p++) {
      image.setRGB(p % 16, p / 16, colour + p);
    }
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    ImageIO.write(image, "png", bytes);
    return bytes.toByteArray();
  }

  private static void tar(Path file, int seed) throws IOException {
    try (OutputStream to = Files.newOutputStream(file)) {
      for (int i = 0; i < 2; i++) {
        byte[] data = picture(seed * 0x300000 + i * 0x3000);
        byte[] header = new byte[512];
        put(header, 0, "a" + i + ".png");
        put(header, 100, "0000644");
        put(header, 124, String.format(Locale.ROOT, "%011o", data.length));
        put(header, 136, "00000000000");
        put(header, 148, "        ");
        put(header, 156, "0");
        put(header, 257, "ustar");
        put(header, 263, "00");
        int sum = 0;
        for (byte b : header) {
          sum += b & 0xFF;
        }
        put(header, 148, String.format(Locale.ROOT, "%06o\0 ", sum));
        to.write(header);
        to.write(Arrays.copyOf(data, (data.length + 511) / 512 * 512));
      }
      to.write(new byte[1024]);
    }
  }

  private static void put(byte[] header, int at, String text) {
    byte[] bytes = text.getBytes(StandardCharsets.US_ASCII);
    System.arraycopy(bytes, 0, header, at, bytes.length);
  }

  private Ran embed(Path data, String... more) {
    List<String> words = new ArrayList<>(List.of("embed", "" + encoder, "" + data, "--out"));
    words.add("" + out);
    words.addAll(List.of(more));
    return run(words.toArray(String[]::new));
  }

  @Test
  void eachTarShardHasAnOutputOfItsOwnAndOfTheirIdsNoneIsTwice() throws IOException {
    assertThat(embed(tars, "--shard", "0/2").code()).isZero();
    assertThat(out.resolve("s0.tar")).exists();
    assertThat(out.resolve("s1.tar")).doesNotExist();
    assertThat(embed(tars, "--shard", "1/2").code()).isZero();
    List<String> ids = new ArrayList<>();
    for (int i = 0; i < 3; i++) {
      ids.addAll(Features.index(out.resolve("s" + i + ".tar")).ids());
    }
    assertThat(ids)
        .containsExactly(
            "s0.tar#a0.png",
            "s0.tar#a1.png",
            "s1.tar#a0.png",
            "s1.tar#a1.png",
            "s2.tar#a0.png",
            "s2.tar#a1.png");
  }

  @Test
  void wholeOutputsAreKeptAndWhatIsMissingIsMadeAgain() throws IOException {
    embed(tars, "--shard", "0/1");
    Path kept = out.resolve("s0.tar/features.npy");
    Files.setLastModifiedTime(kept, FileTime.fromMillis(0));
    Files.delete(out.resolve("s1.tar/index.json"));
    Ran again = embed(tars, "--shard", "0/1");
    assertThat(again.code()).as(again.err()).isZero();
    assertThat(again.err() + again.out()).contains("1 made, 2 kept");
    assertThat(Files.getLastModifiedTime(kept).toMillis()).isZero();
    assertThat(out.resolve("s1.tar/index.json")).exists();
    Ran other = embed(tars, "--shard", "0/1", "--unit");
    assertThat(other.code()).isNotZero();
    assertThat(other.err()).contains("s0.tar").contains("--overwrite");
    Files.delete(tars.resolve("s0.tar"));
    tar(tars.resolve("s0.tar"), 7);
    assertThat(embed(tars, "--shard", "0/1").err()).contains("is there already");
    assertThat(embed(tars, "--shard", "0/1", "--overwrite").code()).isZero();
  }

  @Test
  void imagesOfAFolderAreTakenInTurns() throws IOException {
    Path photos = Files.createDirectory(folder.resolve("photos"));
    for (int i = 0; i < 3; i++) {
      Files.write(photos.resolve("p" + i + ".png"), picture(i * 0x101010));
    }
    for (int i = 0; i < 4; i++) {
      Ran ran = embed(photos, "--shard", i + "/4");
      assertThat(ran.code()).as(ran.err()).isZero();
      Path part = out.resolve("part-00000" + i + "-of-000004");
      if (i < 3) {
        assertThat(Features.index(part).ids()).containsExactly("p" + i + ".png");
      } else {
        assertThat(part).doesNotExist();
        assertThat(ran.err() + ran.out()).contains("nothing to do");
      }
    }
  }

  @Test
  void numbersOutOfRangeAreRefused() {
    for (String wrong : List.of("4/4", "-1/4", "0/0", "1", "a/b", "1/2/3", "99999999/4")) {
      Ran ran = embed(tars, "--shard", wrong);
      assertThat(ran.code()).as(wrong).isNotZero();
      assertThat(ran.err()).as(wrong).contains("0/4 to 3/4");
    }
    assertThat(embed(tars, "--shard", "0/2", "--limit", "1").err()).contains("--limit");
  }
}
