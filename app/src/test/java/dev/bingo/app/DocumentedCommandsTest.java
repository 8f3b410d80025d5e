package dev.bingo.app;

import static org.assertj.core.api.Assertions.assertThat;

import dev.bingo.app.DocumentedCommands.Shown;
import dev.bingo.recipe.Recipes;
import java.util.List;
import java.util.Locale;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import picocli.CommandLine;
import picocli.CommandLine.ParameterException;

/** What the documentation shows is what the command line takes. */
class DocumentedCommandsTest {
  static List<Shown> blocks() throws Exception {
    return DocumentedCommands.blocks();
  }

  static List<Shown> inSentences() throws Exception {
    return DocumentedCommands.inSentences();
  }

  @ParameterizedTest
  @MethodSource("blocks")
  void commandsInBlocksAreTakenAsTheyStand(Shown shown) {
    List<String> words = shown.words();
    try {
      Bingo.commandLine().parseArgs(words.toArray(String[]::new));
    } catch (ParameterException e) {
      throw new AssertionError(shown + ": " + e.getMessage(), e);
    }
    if (words.get(0).equals("train") && words.size() > 1 && isShipped(words.get(1))) {
      List<String> settings =
          words.subList(2, words.size()).stream().filter(w -> w.matches("[a-z_.0-9]+=.*")).toList();
      assertThat(Recipes.ignored(words.get(1), settings)).as(shown.toString()).isEmpty();
    }
  }

  @ParameterizedTest
  @MethodSource("inSentences")
  void commandsInSentencesNameCommandsAndOptionsThatThereAre(Shown shown) {
    CommandLine command = Bingo.commandLine();
    for (String word : shown.words()) {
      if (word.startsWith("-")) {
        String option = word.replaceAll("[=,.].*", "");
        assertThat(command.getCommandSpec().optionsMap()).as(shown.toString()).containsKey(option);
      } else if (command.getSubcommands().containsKey(word)) {
        command = command.getSubcommands().get(word);
      } else {
        boolean placeholder = word.equals(word.toUpperCase(Locale.ROOT));
        assertThat(command.getCommandSpec().parent() != null || placeholder)
            .as("%s: no command '%s'", shown, word)
            .isTrue();
      }
    }
  }

  @Test
  void everyCommandIsShown() throws Exception {
    List<String> shown =
        blocks().stream().filter(s -> !s.words().isEmpty()).map(s -> s.words().get(0)).toList();
    assertThat(shown).containsAll(Bingo.commandLine().getSubcommands().keySet());
  }

  private static boolean isShipped(String recipe) {
    return Recipes.SHIPPED.contains(recipe);
  }
}
