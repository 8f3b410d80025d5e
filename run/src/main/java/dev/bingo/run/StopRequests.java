package dev.bingo.run;

/** Where requests come from to stop a training after its step, with a checkpoint. */
@FunctionalInterface
public interface StopRequests {
  /** Nobody asks. */
  StopRequests NONE = stop -> () -> {};

  /** Whoever of these asks. */
  static StopRequests any(StopRequests one, StopRequests other) {
    return stop -> {
      Listening first = one.listen(stop);
      Listening second = other.listen(stop);
      return () -> {
        first.close();
        second.close();
      };
    };
  }

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
