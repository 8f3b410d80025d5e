package dev.bingo.app;

import java.util.ArrayList;
import java.util.List;

/**
 * SIGTERM and Ctrl-C while a training runs: the first asks it to stop after its step, with a
 * checkpoint; a Ctrl-C after it ends the process at once, which costs the steps since the last
 * checkpoint. Before and after a training there is nothing to save, and the system ends the
 * process.
 *
 * <p>The second Ctrl-C is the system's from the moment on that the first signal is seen: no code of
 * this process runs, whatever its threads are at. Even {@link Runtime#halt} runs the C library's
 * exit handlers, LibTorch's destructors among them, under threads that are still in a kernel.
 */
final class StopSignals implements AutoCloseable {
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
      Signals.leaveToSystem("INT");
      console.say(
          "stopping: finishing the step, then a checkpoint (Ctrl-C again ends at once, without)");
      stop.run();
    } else if (name.equals("INT")) {
      // It came before the system had it.
      Signals.die(number);
    }
  }

  /** 128 + the signal that came first, as shells count; 0 where none did. */
  synchronized int exitCode() {
    return first == 0 ? 0 : Signals.SHELL_BASE + first;
  }

  @Override
  public void close() {
    restore.forEach(Runnable::run);
  }
}
