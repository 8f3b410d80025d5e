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

class LookCommandTest {
  private static final String HOSTILE = "<script>alert(1)<b>\"'&.png";

  @TempDir Path folder;
  private Path photos;

  @BeforeEach
  void prepare() throws IOException {
    photos = folder.resolve("photos");
    for (int i = 0; i < 12; i++) {
      picture(photos.resolve(i % 2 == 0 ? "red" : "blue").resolve("p" + i + ".png"), i);
    }
    picture(photos.resolve("red").resolve(HOSTILE), 0);
    Files.write(photos.resolve("red/bad.png"), new byte[0]);
  }

  private static void picture(Path file, int i) throws IOException {
    BufferedImage image = new BufferedImage(16, 16, BufferedImage.TYPE_INT_RGB);
    for (int p = 0; p < 256; p++) {
      image.setRGB(p % 16, p / 16, p < 4 * i ? 0x808080 : i % 2 == 0 ? 0xD00000 : 0x0000D0);
    }
    Files.createDirectories(file.getParent());
    ImageIO.write(image, "png", file.toFile());
  }

  private Ran look(Object... more) {
    List<String> words = new ArrayList<>(List.of("look", "" + photos));
    for (Object word : more) {
      words.add("" + word);
    }
    Ran ran = run(words.toArray(String[]::new));
    assertThat(ran.code()).as(ran.err()).isZero();
    return ran;
  }

  @Test
  void withoutAnEncoderItSaysWhatItLeftOut() {
    Ran ran = look();
    assertThat(ran.out())
        .contains("14 images", "2 classes of 6 to 7 images", "1 of 14 can't be read")
        .contains("red/bad.png: the file is empty", "1 file is a copy of another")
        .contains("left out", "--encoder");
    assertThat(ran.out().lines()).allMatch(line -> line.codePointCount(0, line.length()) <= 80);
    assertThat(ran.err()).contains("--bad-images 0.08");
    assertThat(folder.resolve(".photos.similar")).doesNotExist();
  }

  @Test
  void withAnEncoderItFindsWhatResemblesWhat() throws IOException {
    Path encoder = TinyRun.encoder(folder.resolve("encoder.safetensors"));
    Path page = folder.resolve("look.html");
    Ran ran = look("--encoder", encoder, "--html", page, "--alike", "0.5");
    assertThat(ran.out())
        .contains("with a cosine of at least 0.5", "outliers", "clusters", "suspects, not facts");
    assertThat(ran.out().lines()).allMatch(line -> line.codePointCount(0, line.length()) <= 80);
    assertThat(Files.readString(page))
        .contains("&lt;script&gt;alert(1)", "data:image/jpeg;base64,", "Suspects, not facts")
        .contains("the file is empty")
        .doesNotContain("<script", "http://", "https://");
    assertThat(run("look", "" + photos, "--html", "" + page).err()).contains("is there already");
    JsonNode json = new ObjectMapper().readTree(look("--encoder", encoder, "--json").out());
    assertThat(json.at("/bad/red~1bad.png").asText()).contains("empty");
    assertThat(json.get("classes").get("red").asInt()).isEqualTo(7);
    assertThat(json.get("alike_from_measured").asBoolean()).isTrue();
    assertThat(json.get("copies").get(0)).hasSize(2);
    int clustered = 0;
    for (JsonNode cluster : json.get("clusters")) {
      clustered += cluster.size();
    }
    assertThat(clustered).isEqualTo(13);
  }
}
