package dev.bingo.app.command;

import static dev.bingo.app.Ran.run;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.bingo.app.Ran;
import dev.bingo.run.TinyRun;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SimilarCommandTest {
  private static final ObjectMapper JSON = new ObjectMapper();

  @TempDir Path folder;
  private Path encoder;
  private Path photos;

  @BeforeEach
  void prepare() throws IOException {
    encoder = TinyRun.encoder(folder.resolve("encoder.safetensors"));
    photos = Files.createDirectory(folder.resolve("photos"));
    for (int i = 0; i < 6; i++) {
      picture(photos.resolve("p" + i + ".png"), i < 3 ? 0xC00000 : 0x0000C0, 10 * i);
    }
  }

  private static Path picture(Path file, int colour, int pixels) throws IOException {
    BufferedImage image = new BufferedImage(16, 16, BufferedImage.TYPE_INT_RGB);
    for (int p = 0; p < 256; p++) {
      image.setRGB(p % 16, p / 16, p < pixels ? 0x808080 : colour);
    }
    ImageIO.write(image, "png", file.toFile());
    return file;
  }

  private Ran similar(Object... more) {
    List<String> words = new ArrayList<>(List.of("similar", "" + encoder, "" + photos));
    for (Object word : more) {
      words.add("" + word);
    }
    return run(words.toArray(String[]::new));
  }

  @Test
  void ranksImagesAndKeepsTheirVectors() throws IOException {
    Path query = Files.copy(photos.resolve("p1.png"), folder.resolve("query.png"));
    Ran ran = similar(query, "--k", "4");
    assertThat(ran.code()).as(ran.err()).isZero();
    assertThat(ran.err()).contains(".photos.similar: 6 new");
    assertThat(ran.out()).containsPattern("1  1\\.0000    0\\.0000  .*p1\\.png  \\(same bytes\\)");
    assertThat(ran.out().lines()).allMatch(line -> line.codePointCount(0, line.length()) <= 80);
    assertThat(ran.out().lines()).hasSize(6);
    assertThat(similar(query).err()).contains("6 as before");

    JsonNode found = JSON.readTree(similar(query, "--json", "--pairs", "0.5").out());
    JsonNode first = found.at("/queries/0/found/0");
    assertThat(first.get("id").asText()).isEqualTo("p1.png");
    assertThat(first.get("path").asText()).isEqualTo(photos.resolve("p1.png").toString());
    assertThat(first.get("same_bytes").asBoolean()).isTrue();
    assertThat(found.get("queries").get(0).get("found")).hasSize(6);
    assertThat(found.get("pairs")).isNotEmpty();
    assertThat(similar(query, "--csv", "--k", "1").out().lines())
        .containsExactly(
            "query,rank,image,cosine,distance,same_bytes",
            query + ",1," + photos.resolve("p1.png") + ",1.000000,0.000000,true");
    Path vectors = folder.resolve("v.jsonl");
    assertThat(similar("--vectors", vectors).code()).isZero();
    assertThat(Files.readAllLines(vectors)).hasSize(6).allMatch(l -> l.contains("\"label\":null"));
    assertThat(similar("--vectors", folder.resolve("v.txt")).err()).contains("ends in .csv");
    assertThat(similar().out()).contains("images  6 of 6, 64 numbers each", "search  exact");
  }

  @Test
  void whatCannotWorkIsToldBeforeTheWork() throws IOException {
    Path text = Files.writeString(folder.resolve("text.png"), "no picture");
    Path empty = Files.createDirectory(folder.resolve("empty"));
    Path query = photos.resolve("p0.png");
    for (Object[][] given :
        new Object[][][] {
          {{text}, {"query " + text + ": can't be read"}},
          {{folder.resolve("none.png")}, {"no such file"}},
          {{empty}, {"is a folder; a query is one image"}},
          {{query, "--json", "--csv"}, {"choose one"}},
          {{query, "--k", "0"}, {"--k: expected 1"}},
          {{"--pairs", "2"}, {"--pairs: expected a cosine"}},
          {{"--gallery", folder.resolve("g.html")}, {"name images"}},
          {{query, "--gallery", text}, {"is there already"}},
          {{query, "--index", text}, {"the index can't be written there"}},
        }) {
      Ran ran = similar(given[0]);
      assertThat(ran.code()).as(ran.err()).isEqualTo(2);
      assertThat(ran.err()).contains((String) given[1][0]).doesNotContain("embedding");
      assertThat(folder.resolve(".photos.similar")).doesNotExist();
    }
    photos = empty;
    assertThat(similar().err()).contains("No images in");
    picture(empty.resolve("one.png"), 0xC0C0C0, 5);
    assertThat(similar().err()).contains("holds one image");
  }

  @Test
  void theIndexOfAnotherEncoderIsRefused() throws IOException {
    assertThat(similar().code()).isZero();
    byte[] bytes = Files.readAllBytes(encoder);
    bytes[bytes.length - 1] ^= 1;
    Files.write(encoder, bytes);
    Ran ran = similar();
    assertThat(ran.code()).isEqualTo(2);
    assertThat(ran.err()).contains("another encoder").contains("--rebuild");
    assertThat(similar("--rebuild").err()).contains("6 new");
    assertThat(similar("--exif").err()).contains("was made with exif 'false', not 'true'");
    assertThat(similar("--dict", "teacher").err()).contains("dict '', not 'teacher'");
    assertThat(similar("--limit", "3").err()).contains("limit '0', not '3'");
  }

  @Test
  void badImagesAreCountedAndNeverFound() throws IOException {
    Files.write(photos.resolve("p2.png"), new byte[0]);
    assertThat(similar().err()).contains("1 of 6 images can't be read; at most 1 %");
    Ran ran = similar(photos.resolve("p1.png"), "--bad-images", "0.2");
    assertThat(ran.code()).as(ran.err()).isZero();
    assertThat(ran.err()).contains("images: 1 of 6 can't be read: left out, and listed in");
    assertThat(ran.out()).doesNotContain("p2.png").contains("There are no more.");
  }

  @Test
  void theGalleryIsOneFileThatNamesCannotBreak() throws IOException {
    String hostile = "<script>alert(1)<b>\"'&.png";
    picture(photos.resolve(hostile), 0xC00000, 7);
    Path page = folder.resolve("found.html");
    Ran ran = similar(photos.resolve("p0.png"), "--gallery", page, "--pairs", "0.1");
    assertThat(ran.code()).as(ran.err()).isZero();
    String html = Files.readString(page);
    assertThat(html)
        .contains("default-src 'none'", "data:image/jpeg;base64,", "prefers-color-scheme: dark")
        .contains("&lt;script&gt;alert(1)")
        .doesNotContain("<script", "http://", "https://");
  }
}
