package dev.bingo.example;

import dev.bingo.recipe.MethodEntry;
import dev.bingo.recipe.MethodProvider;

/** BYOL, for recipes. */
public final class ByolProvider implements MethodProvider {
  @Override
  public MethodEntry<Byol.Config> entry() {
    return MethodEntry.of(
        "byol",
        "learns what a slow copy of itself says of another view",
        Byol.Config.PAPER,
        (c, p, seed) -> new Byol(c, p::student, seed));
  }
}
