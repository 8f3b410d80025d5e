package dev.bingo.run;

import dev.bingo.image.ImageSource;
import dev.bingo.recipe.Methods;
import dev.bingo.recipe.Recipe;
import dev.bingo.recipe.Recipes;
import dev.bingo.torch.Precision;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;

/**
 * What must be the same for a run to go on: all of the recipe but how it is watched and the other
 * methods' sections, and the data.
 */
final class RunIdentity {
  private RunIdentity() {}

  static String of(Recipe recipe, Precision precision, ImageSource train) {
    Recipe essence =
        recipe.with(
            images(recipe.data()),
            recipe.teacher().unchecked(),
            loop(recipe.train(), precision),
            Recipe.DEFAULT.evaluate());
    String own = Methods.section(recipe.method());
    List<String> others =
        Methods.names().stream().map(Methods::section).filter(s -> !s.equals(own)).toList();
    return sha256(Recipes.write(essence, others) + train.fingerprint());
  }

  private static Recipe.Data images(Recipe.Data d) {
    return new Recipe.Data(
        "",
        d.trainPrefix(),
        "",
        "",
        d.kind(),
        d.limit(),
        0,
        d.size(),
        d.normalise(),
        d.exif(),
        "auto",
        0);
  }

  private static Recipe.Train loop(Recipe.Train t, Precision precision) {
    Recipe.Train d = Recipe.DEFAULT.train();
    return new Recipe.Train(
        t.epochs(),
        t.batch(),
        t.accumulate(),
        t.clipNorm(),
        precision.name(),
        t.device(),
        t.seed(),
        0,
        0,
        d.logEvery(),
        0,
        1,
        d.keep(),
        d.watchdogSeconds());
  }

  private static String sha256(String text) {
    try {
      byte[] hash =
          MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8));
      return HexFormat.of().formatHex(hash);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }
}
