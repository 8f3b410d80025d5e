package dev.bingo.method;

import java.util.Map;

/**
 * What a method is told: a record, each component of which is a setting that a recipe can give, by
 * its name in snake_case, in a section of the method's. Two components are every method's and stand
 * outside of the section: {@code augmentation}, of its views, and {@code size}, their side in
 * pixels.
 *
 * <p>The constructor refuses what can't work, with the setting's name, the value and what was
 * expected.
 */
public interface MethodConfig {
  /** What the images must suffice for, beside the groups of a teacher's batch-norm. */
  default Demand demand() {
    return Demand.NONE;
  }

  /** Sides of views that are not of {@code size} pixels, by the setting's key in a recipe. */
  default Map<String, Integer> otherSizes() {
    return Map.of();
  }

  /**
   * The setting for which the teacher has to run beside the student; empty where keys may be old.
   */
  default String liveTeacher() {
    return "";
  }

  /** Settings that nothing reads because of another one, by key: each with that other. */
  default Map<String, String> unread() {
    return Map.of();
  }
}
