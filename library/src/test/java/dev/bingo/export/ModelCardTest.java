package dev.bingo.export;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ModelCardTest {
  @TempDir Path folder;

  private String card(Map<String, String> about) throws IOException {
    Path file = folder.resolve("encoder.onnx");
    ModelCard.write(file, about, "Use it.");
    return Files.readString(ModelCard.besides(file));
  }

  @Test
  void metadataStayTextOfOneCell() throws IOException {
    Map<String, String> about = new HashMap<>();
    for (String key :
        new String[] {
          "architecture", "stem", "method", "accuracy", "data", "width", "image_size"
        }) {
      about.put(
          key,
          "x | y\n\n# "
              + key
              + " <img src=http://evil> [a](https://evil) ![b](c) `d` \u202e\u001b[2J");
    }
    String card = card(about);
    assertThat(card).doesNotContain("\n# m", "\n# a", "\n# w", "\u202e", "\u001b");
    assertThat(card).doesNotContain(" <img", " [a]", "![b]", " `d`", "http:/", "https:/");
    assertThat(card).contains("\\<img src=http\\://evil\\> \\[a\\](https\\://evil) \\!\\[b\\](c)");
    assertThat(card.lines().filter(l -> l.startsWith("| trained by")).findFirst().orElseThrow())
        .startsWith("| trained by | x \\| y??\\# method");
  }

  @Test
  void aRecipeCannotLeaveItsBlock() throws IOException {
    String recipe = "name: a\n```\n# Heading\n````\n<script>";
    String card = card(Map.of("recipe", recipe, "mean", "1\n```\n# Heading"));
    assertThat(card).contains("`````yaml\n" + recipe + "\n`````\n");
    assertThat(card).contains("````\nmean = 1?```?# Heading\n");
  }

  @Test
  void whatPeopleWriteStaysReadable() throws IOException {
    assertThat(
            card(Map.of("architecture", "cifar_resnet20", "stem", "cifar", "accuracy", "91.5 %")))
        .contains("| architecture | cifar_resnet20, stem cifar |", "| accuracy | 91.5 % |");
  }
}
