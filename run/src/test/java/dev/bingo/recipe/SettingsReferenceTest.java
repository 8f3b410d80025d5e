package dev.bingo.recipe;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

class SettingsReferenceTest {
  private static final Path PAGE = Path.of("..", "docs", "settings.md");

  @Test
  void thePageOfSettingsIsWhatTheirDeclarationsSay() throws IOException {
    String page = SettingsReference.markdown();
    if (Boolean.getBoolean("settings.write")) {
      Files.writeString(PAGE, page);
    }
    assertThat(PAGE).hasContent(page);
  }

  @Test
  void everySettingOfEveryMethodStandsOnThePage() throws IOException {
    String page = Files.readString(PAGE);
    for (String method : Methods.names()) {
      if (!method.equals("byol")) {
        assertThat(Recipes.usual(method).keySet())
            .as(method)
            .allSatisfy(key -> assertThat(page).contains("| `" + key + "` |"));
      }
    }
  }
}
