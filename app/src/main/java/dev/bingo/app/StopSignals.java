package dev.bingo.app;

import java.util.ArrayList;
import java.util.List;

/**
 * SIGTERM and Ctrl-C while a training runs: the first asks it to stop after its step, with a
 * checkpoint; a second Ctrl-C ends the process at once, which costs the steps since the last
 * checkpoint. Before and after a training there is nothing to save, and the system ends the
 * process.
 */
final class StopSignals implements AutoCloseable {
  private static final int BASE = 128;

  private final Runnable stop;
  private final Console console;
  private final List<Runnable> restore = new ArrayList<>();
  private int first;

  private StopSignals(Runnable stop, Console console) {
    this.stop = stop;
    this.console = console;
  }

  /** Listens until closed. */
  static StopSignals listen(Runnable stop, Console console) {
    StopSignals signals = new StopSignals(stop, console);
    signals.handle("TERM");
    signals.handle("INT");
    return signals;
  }

  private void handle(String name) {
    Object before = Signals.handle(name, number -> received(name, number));
    if (before != null) {
      restore.add(() -> Signals.restore(name, before));
    }
  }

  private synchronized void received(String name, int number) {
    if (first == 0) {
      first = number;
      console.say(
          "stopping: finishing the step, then a checkpoint (Ctrl-C again ends at once, without)");
      stop.run();
    } else if (name.equals("INT")) {
      console.say("ended at once; the run goes on from its last checkpoint");
      Runtime.getRuntime().halt(BASE + number);
    }
  }

  /** 128 + the signal that came first, as shells count; 0 where none did. */
  synchronized int exitCode() {
    return first == 0 ? 0 : BASE + first;
  }

  @Override
  public void close() {
    restore.forEach(Runnable::run);
  }
}
