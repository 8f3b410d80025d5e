package dev.bingo.run;

/** Where requests come from to stop a training after its step, with a checkpoint. */
@FunctionalInterface
public interface StopRequests {
  /** Nobody asks. */
  StopRequests NONE = stop -> () -> {};

  /**
   * Listens until the result is closed, which a run does when its training has ended.
   *
   * @param stop asks the training; may be called from any thread, and more than once
   */
  Listening listen(Runnable stop);

  /** Ends the listening when closed. */
  interface Listening extends AutoCloseable {
    @Override
    void close();
  }
}
