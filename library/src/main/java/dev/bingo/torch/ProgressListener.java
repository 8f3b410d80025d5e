package dev.bingo.torch;

/** Is told how work gets on. To be quick: the work waits. */
@FunctionalInterface
public interface ProgressListener {
  /** Nothing is to be told. */
  ProgressListener NONE = (done, total) -> {};

  /** So much of it is done, of so much: images, steps. */
  void progressed(long done, long total);
}
