package dev.bingo.recipe;

import dev.bingo.encoder.Backbone;
import dev.bingo.method.Keys;
import dev.bingo.method.Method;
import dev.bingo.method.MethodConfig;
import dev.bingo.view.View;
import java.io.IOException;
import java.util.List;
import java.util.Set;

/**
 * A method as recipes know it.
 *
 * @param <C> what it is told
 * @param name what a recipe's {@code method} is for it
 * @param section the group of a recipe's settings that are its own: the components of {@code C}
 * @param what it is, in a few words
 * @param defaults what holds where a recipe is silent
 * @param uses what else of a recipe it uses
 * @param maker makes it, at its start
 */
public record MethodEntry<C extends MethodConfig>(
    String name, String section, String what, C defaults, Set<Use> uses, Maker<C> maker) {

  /** Groups of a recipe's settings that only some methods use. */
  public enum Use {
    TEACHER,
    BAGS
  }

  /** What a run has for methods; each part is made when it is asked for. */
  public interface Parts {
    /** Another of the recipe's networks, at its start: all are alike. */
    Backbone student();

    /** What the recipe's teacher gives behind its head for a method's views. */
    Keys teacherEmbeddings(List<View> views) throws IOException;

    /** What the recipe's teacher gives before its head. */
    Keys teacherFeatures(List<View> views) throws IOException;

    /** Images to train with. */
    int images();

    /** Classes of their labels; 0 without labels. */
    int classes();
  }

  /** Makes a method, on the CPU. */
  @FunctionalInterface
  public interface Maker<C> {
    Method make(C config, Parts parts, long seed) throws IOException;
  }

  /** An entry whose section has its name. */
  public static <C extends MethodConfig> MethodEntry<C> of(
      String name, String what, C defaults, Maker<C> maker, Use... uses) {
    return new MethodEntry<>(name, name, what, defaults, Set.of(uses), maker);
  }

  MethodEntry<C> inSection(String other) {
    return new MethodEntry<>(name, other, what, defaults, uses, maker);
  }

  @SuppressWarnings("unchecked") // a recipe holds what its method's entry read
  Method make(MethodConfig config, Parts parts, long seed) throws IOException {
    return maker.make((C) config, parts, seed);
  }
}
