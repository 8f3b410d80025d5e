package dev.bingo.image;

import static dev.bingo.image.FoldersTest.ids;
import static dev.bingo.image.TestImages.png;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ManifestsTest {
  @TempDir Path root;

  @BeforeEach
  void images() throws Exception {
    TestImages.write(root.resolve("pics/z.png"), png(1, 1, 1));
    TestImages.write(root.resolve("pics/a, \"b\".png"), png(2, 2, 2));
  }

  @Test
  void csvKeepsItsOrderAndUnderstandsQuotes() throws Exception {
    ImageSource source =
        open(
            "m.csv", "\uFEFFlabel,path\r\nsea,pics/z.png\r\n\r\nair,\"pics/a, \"\"b\"\".png\"\r\n");
    assertThat(ids(source)).containsExactly("pics/z.png", "pics/a, \"b\".png");
    assertThat(source.classes()).containsExactly("air", "sea");
    assertThat(source.label(0)).isEqualTo(1);
    assertThat(source.read(1, Reduction.NONE).rgb()).startsWith(2, 2, 2);
  }

  @Test
  void csvMayLackLabels() throws Exception {
    assertThat(open("m.csv", "path\npics/z.png\n").labelled()).isFalse();
    ImageSource partly = open("m.csv", "path,label\npics/z.png,\npics/q.png,3\n");
    assertThat(partly.label(0)).isEqualTo(ImageSource.UNLABELLED);
    assertThat(partly.label(1)).isEqualTo(3);
    assertThat(partly.classes()).containsExactly("0", "1", "2", "3");
  }

  @Test
  void jsonLinesAreRead() throws Exception {
    ImageSource source =
        open("m.jsonl", "{\"path\": \"pics/z.png\", \"label\": 1}\n\n{\"path\":\"q.png\"}\n");
    assertThat(ids(source)).containsExactly("pics/z.png", "q.png");
    assertThat(source.label(0)).isEqualTo(1);
    assertThat(source.read(0, Reduction.NONE).rgb()).startsWith(1, 1, 1);
    assertThatThrownBy(() -> source.read(1, Reduction.NONE)).hasMessage("q.png: no such file");
  }

  @Test
  void faultsNameTheLine() {
    assertFault("m.csv", "file,label\npics/z.png,1\n", "line 1: expected a header row");
    assertFault("m.csv", "path,label\npics/z.png\n", "line 2: expected 2 columns, got 1");
    assertFault(
        "m.csv", "path\npics/z.png\nb\npics/z.png\n", "line 4: 'pics/z.png' is already in line 2");
    assertFault("m.csv", "path\n\"pics\n", "line 2: a quote is not closed");
    assertFault("m.csv", "path\n", "lists no images");
    assertFault("m.csv", "", "lists no images");
    assertFault("m.jsonl", "{\"path\":\"pics/z.png\"}\n{oops\n", "line 2: no valid JSON");
    assertFault(
        "m.jsonl", "{\"file\":\"pics/z.png\"}\n", "line 1: expected an object with \"path\"");
    assertFault(
        "m.jsonl", "{\"path\":\"pics/z.png\",\"label\":[1]}\n", "line 1: expected a label that is");
    assertFault("m.csv", "path\nz.png\n", "Paths are relative to the manifest's folder");
  }

  @Test
  void aByteOrderMarkIsNoPartOfTheText() throws Exception {
    ImageSource json = open("m.jsonl", "\uFEFF{\"path\": \"pics/z.png\", \"label\": \"sea\"}\r\n");
    assertThat(ids(json)).containsExactly("pics/z.png");
    assertThat(json.classes()).containsExactly("sea");
  }

  @Test
  void minusOneIsNoLabel() throws Exception {
    ImageSource csv = open("m.csv", "path,label\npics/z.png,-1\npics/q.png, 1\npics/r.png,0\n");
    assertThat(csv.classes()).containsExactly("0", "1");
    assertThat(csv.label(0)).isEqualTo(ImageSource.UNLABELLED);
    ImageSource json = open("m.jsonl", "{\"path\": \"pics/z.png\", \"label\": -1}\n");
    assertThat(json.labelled()).isFalse();
  }

  @Test
  void labelsThatWouldHaveToBeGuessedAreRefused() {
    for (String label : new String[] {"3.0", "true", "{}", "-2"}) {
      assertFault(
          "m.jsonl",
          "{\"path\":\"pics/z.png\",\"label\":" + label + "}\n",
          "line 1: expected a label that is");
    }
    assertFault("m.csv", "path,label\npics/z.png,-2\n", "line 2: expected a label that is");
    assertFault("m.csv", "path,label,label\npics/z.png,1,2\n", "two columns have one name");
  }

  @Test
  void oneImageUnderSeveralSpellingsIsADuplicate() {
    for (String other :
        new String[] {"./pics/z.png", "pics/../pics/z.png", "pics//z.png", root + "/pics/z.png"}) {
      assertFault(
          "m.csv",
          "path,label\npics/z.png,1\n" + other + ",2\n",
          "line 3: '" + other + "' is already in line 2");
    }
  }

  @Test
  void accentsThatAreComposedOtherwiseAreTheSameFile() throws Exception {
    TestImages.write(Names.resolve(root, "pics/e\u0301.png"), png(3, 3, 3));
    ImageSource source = open("m.csv", "path\npics/\u00e9.png\n");
    assertThat(source.read(0, Reduction.NONE).rgb()).startsWith(3, 3, 3);
    assertFault("m.csv", "path\npics/\u00e9.png\npics/e\u0301.png\n", "is already in line 2");
  }

  @Test
  void largeNumbersAreNamesAndCostNothing() throws Exception {
    ImageSource source =
        open("m.csv", "path,label\npics/z.png,999999999\npics/q.png,7\npics/r.png,20000\n");
    assertThat(source.classes()).containsExactly("7", "20000", "999999999");
    assertThat(source.label(0)).isEqualTo(2);
    assertThat(source.label(1)).isZero();
  }

  private ImageSource open(String name, String text) throws Exception {
    Path manifest = root.resolve(name);
    Files.writeString(manifest, text);
    return ImageSources.open(manifest);
  }

  private void assertFault(String name, String text, String message) {
    assertThatThrownBy(() -> open(name, text))
        .isInstanceOf(ImageSetException.class)
        .hasMessageContaining(name)
        .hasMessageContaining(message);
  }
}
