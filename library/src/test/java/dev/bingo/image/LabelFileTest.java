package dev.bingo.image;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class LabelFileTest {
  @TempDir Path folder;

  private Path file(String name, String text) throws IOException {
    return Files.writeString(folder.resolve(name), text);
  }

  @Test
  void aTableIsReadByItsColumnsWhereverTheyAre() throws IOException {
    String text =
        "\uFEFFscore,label, image \n0.5,cat,\"a,1.jpg\"\n0.4,,b.jpg\n\n1,-1,c.jpg\n2, 7 ,d\n";
    assertThat(LabelFile.read(file("a.csv", text)))
        .containsExactly(Map.entry("a,1.jpg", "cat"), Map.entry("d", "7"));
  }

  @Test
  void jsonLinesMayNameThePath() throws IOException {
    String text =
        "{\"image\":\"a\",\"label\":\"x\"}\n{\"path\":\"b\",\"label\":3}\n{\"id\":\"c\"}\n";
    assertThat(LabelFile.read(file("a.jsonl", text)))
        .containsExactly(Map.entry("a", "x"), Map.entry("b", "3"));
  }

  @Test
  void ofLabelStudioAnnotationsCountAndPredictionsAndSkippedTasksDoNot() throws IOException {
    String chosen = "{\"type\":\"choices\",\"value\":{\"choices\":[\"%s\"]}}";
    String text =
        ("[{\"data\":{\"image\":\"/data/local-files/?d=a%20b.jpg\"},\"annotations\":[{\"result\":["
            + chosen.formatted("cat")
            + "]}],\"predictions\":[{\"result\":["
            + chosen.formatted("dog")
            + "]}]},{\"data\":{\"image\":\"x\",\"image_id\":\"b.jpg\"},\"annotations\":[{\"was_cancelled\":true,\"result\":["
            + chosen.formatted("dog")
            + "]}]},{\"data\":{\"image\":\"c.jpg\"},\"predictions\":[{\"result\":["
            + chosen.formatted("dog")
            + "]}]},{\"image\":\"d.jpg\",\"label\":\"dog\"}]");
    assertThat(LabelFile.read(file("export.json", text)))
        .containsExactly(Map.entry("a b.jpg", "cat"), Map.entry("d.jpg", "dog"));
  }

  @Test
  void cocosCategoriesAreNames() throws IOException {
    String text =
        "{\"images\":[{\"id\":5,\"file_name\":\"a.jpg\"},{\"id\":6,\"file_name\":\"b.jpg\"}],"
            + "\"annotations\":[{\"image_id\":6,\"category_id\":2}],"
            + "\"categories\":[{\"id\":2,\"name\":\"cat\"}]}";
    assertThat(LabelFile.read(file("a.json", text))).containsExactly(Map.entry("b.jpg", "cat"));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "a.csv | `image,label\na,cat\na,dog\n` | line 3: 'a' is both 'cat' and 'dog'",
        "a.csv | `name,class\na,cat\n` | expected a header row with the columns image,label",
        "a.csv | `` | expected a header row",
        "a.csv | `image,label,label\na,x,y\n` | line 1: two columns have one name",
        "a.json | `[{\"data\":{\"image\":\"a\"},\"annotations\":[{\"result\":[{\"type\":\"rectanglelabels\",\"value\":{}}]}]}]` | is annotated by rectanglelabels",
        "a.csv | `image,label\na\n` | line 2: expected 2 columns, got 1",
        "a.csv | `image,label\n,cat\n` | the image's id is empty",
        "a.jsonl | `{\"image\":\"a\",\"label\":2.5}` | line 1: expected a label that is a name",
        "a.jsonl | `{\"label\":\"a\"}` | line 1: expected an object with \"image\"",
        "a.jsonl | `nonsense` | no valid JSON",
        "a.json | `{\"a\":1}` | expected Label Studio's export",
        "a.json | `[{\"data\":{}}]` | task 1: expected \"image_id\" or \"image\"",
        "a.json | `[{\"data\":{\"image\":\"a\"},\"annotations\":[{\"result\":[{\"value\":{\"choices\":[\"x\",\"y\"]}}]}]}]` | several choices",
        "a.json | `{\"images\":[],\"annotations\":[{\"image_id\":1,\"category_id\":1}]}` | annotation 1: is of an image or a category that is not in the file",
        "a.txt | `image,label` | .csv, .jsonl or .json"
      })
  void whatIsNoListOfLabelsIsRefused(String name, String text, String message) throws IOException {
    Path file = file(name, text);
    assertThatThrownBy(() -> LabelFile.read(file))
        .isInstanceOf(ImageSetException.class)
        .hasMessageContaining(message)
        .hasMessageContaining(name);
  }

  @Test
  void bytesThatAreNoTextAreRefused() throws IOException {
    Path file = folder.resolve("a.csv");
    Files.write(file, "image,label\n\u00e9,x\n".getBytes(StandardCharsets.ISO_8859_1));
    assertThatThrownBy(() -> LabelFile.read(file)).hasMessageContaining("UTF-8");
  }

  @Test
  void whatIsNoFileIsRefusedAndWhatIsNotThereIsNamed() throws IOException {
    Path directory = Files.createDirectory(folder.resolve("a.csv"));
    assertThatThrownBy(() -> LabelFile.read(directory)).hasMessageContaining("a folder");
    assertThatThrownBy(() -> LabelFile.read(folder.resolve("none.csv")))
        .isInstanceOf(NoSuchFileException.class);
  }

  @Test
  void labelsOfNoImageAreRefusedAndASpreadsheetsApostropheIsNone() throws IOException {
    Files.write(Files.createDirectories(folder.resolve("set")).resolve("=a.png"), png());
    Files.write(folder.resolve("set").resolve("b.png"), png());
    try (ImageSource images = ImageSources.open(folder.resolve("set"), SourceOptions.DEFAULT)) {
      assertThat(LabelFile.of(images, Map.of("'=a.png", "x"))).containsExactly("x", null);
      assertThatThrownBy(() -> LabelFile.of(images, Map.of("c.png", "x", "b.png", "y")))
          .isInstanceOf(ImageSetException.class)
          .hasMessageContaining("1 label is of no image")
          .hasMessageContaining("'c.png'");
    }
    Path one = file("one.csv", "image,label\na,x\n");
    Path two = file("two.csv", "image,label\na,y\n");
    assertThatThrownBy(() -> LabelFile.readAll(List.of(one, two)))
        .hasMessageContaining("two.csv: 'a' is 'y', in a file before it 'x'");
  }

  private static byte[] png() {
    return TestImages.encode("png", 8, 8);
  }
}
