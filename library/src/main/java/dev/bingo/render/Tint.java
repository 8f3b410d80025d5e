package dev.bingo.render;

/** An operation on each pixel by itself. */
@FunctionalInterface
interface Tint {
  /** In place. */
  void apply(Planes image);
}
