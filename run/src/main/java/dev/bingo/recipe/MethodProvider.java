package dev.bingo.recipe;

/**
 * A method of somebody else's that recipes can name: found by {@link java.util.ServiceLoader}, in
 * {@code META-INF/services/dev.bingo.recipe.MethodProvider} of any jar on the class path.
 */
@FunctionalInterface
public interface MethodProvider {
  MethodEntry<?> entry();
}
