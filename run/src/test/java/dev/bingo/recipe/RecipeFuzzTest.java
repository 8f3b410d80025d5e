package dev.bingo.recipe;

import static org.assertj.core.api.Assertions.assertThat;

import dev.bingo.torch.Draws;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Recipes damaged at random: read, or refused as recipes are, soon; and never one that lets code
 * run. The suite tries some; {@code -Dfuzz.seconds=3600 -Dfuzz.seed=1} many.
 */
class RecipeFuzzTest {
  private static final long SECONDS = Long.getLong("fuzz.seconds", 0);
  private static final long SEED = Long.getLong("fuzz.seed", 1);
  private static final int TRIES = 300;
  private static final long SLOW_NANOS = TimeUnit.SECONDS.toNanos(10);
  private static final String[] TELLING = {
    "yes",
    "true",
    "~",
    "-1",
    "1e999",
    ".nan",
    "9999999999999999999",
    "\"",
    "'",
    "[",
    "{",
    "- ",
    ": ",
    "&a ",
    "*a",
    "!!java/object ",
    "\n",
    "\n---\n",
    "../../x",
    "\u202e",
    "\u0000",
    "  ",
    "#",
    "|",
    "<<: "
  };

  @TempDir Path folder;

  @Test
  void damagedRecipesAreReadOrRefused() throws IOException {
    List<String> seeds = new ArrayList<>();
    for (String name : Recipes.SHIPPED) {
      seeds.add(Recipes.text(name));
      seeds.add(Recipes.write(Recipes.read(name, List.of())));
    }
    Path file = folder.resolve("recipe.yaml");
    List<String> findings = new ArrayList<>();
    long tried = 0;
    int read = 0;
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(SECONDS);
    for (; tried < TRIES || System.nanoTime() < end; tried++) {
      Draws draws = Draws.of(SEED, tried);
      String text = damaged(seeds.get(draws.below(seeds.size())), draws);
      Files.write(file, text.getBytes(StandardCharsets.UTF_8));
      long start = System.nanoTime();
      try {
        Recipe recipe = Recipes.read(file.toString(), List.of());
        read++;
        if (!recipe.teacher().allowCode().equals("no") || recipe.name().contains("/")) {
          findings.add(tried + ": " + recipe);
        }
      } catch (RecipeException e) {
        // As it should be.
      } catch (RuntimeException | Error e) {
        findings.add(tried + ": " + e);
      }
      if (System.nanoTime() - start > SLOW_NANOS) {
        findings.add(tried + ": slow");
      }
    }
    Path kept = Files.createDirectories(Path.of("target", "fuzz"));
    Files.writeString(
        kept.resolve("recipes.txt"), SECONDS + " s, " + tried + " recipes\n" + findings + "\n");
    assertThat(findings).isEmpty();
    assertThat(read).as("some damage does no harm").isPositive();
  }

  private static String damaged(String good, Draws draws) {
    StringBuilder text = new StringBuilder(good);
    for (int c = draws.below(4); c >= 0; c--) {
      int at = draws.below(text.length());
      int to = Math.min(text.length(), at + draws.below(12));
      text.replace(at, draws.chance(0.5) ? at : to, TELLING[draws.below(TELLING.length)]);
    }
    return text.toString();
  }
}
