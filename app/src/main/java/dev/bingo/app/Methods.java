package dev.bingo.app;

import dev.bingo.app.recipe.Recipe;
import dev.bingo.app.recipe.Settings;
import dev.bingo.encoder.Backbone;
import dev.bingo.image.ImageSource;
import dev.bingo.method.Bingo;
import dev.bingo.method.Compress;
import dev.bingo.method.Method;
import dev.bingo.method.MocoV2;
import dev.bingo.method.Msvq;
import dev.bingo.method.Seed;
import java.io.IOException;
import java.util.function.Supplier;

/** From a recipe's name of a method to the method: the one place that knows them all. */
final class Methods {
  private Methods() {}

  /**
   * A method at its start, on the CPU.
   *
   * @param backbone makes the recipe's network, from the recipe's seed
   * @param teacher gives the keys of the recipe's teacher
   */
  static Method create(
      Recipe recipe, ImageSource train, Supplier<Backbone> backbone, TeacherKeys teacher)
      throws IOException {
    long seed = recipe.train().seed();
    return switch (recipe.method()) {
      case "bingo" ->
          new Bingo(Settings.bingo(recipe), backbone.get(), teacher.embeddings(train), seed);
      case "seed" ->
          new Seed(Settings.seed(recipe), backbone.get(), teacher.embeddings(train), seed);
      case "compress" ->
          new Compress(Settings.compress(recipe), backbone, teacher.features(train), seed);
      case "moco-v2" -> new MocoV2(Settings.moco(recipe), backbone, seed);
      case "msvq" -> new Msvq(Settings.msvq(recipe), backbone, seed);
      default -> throw new IllegalArgumentException("unknown method '" + recipe.method() + "'");
    };
  }
}
