package dev.bingo.app.terminal;

import dev.bingo.run.Console;
import dev.bingo.run.StopRequests;
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
public final class StopSignals implements StopRequests {
  private final Console console;
  private final List<Runnable> restore = new ArrayList<>();
  private int first;

  public StopSignals(Console console) {
    this.console = console;
  }

  @Override
  public Listening listen(Runnable stop) {
    handle("TERM", stop);
    handle("INT", stop);
    return () -> {
      restore.forEach(Runnable::run);
      restore.clear();
    };
  }

  private void handle(String name, Runnable stop) {
    Object before = Signals.handle(name, number -> received(name, number, stop));
    if (before != null) {
      restore.add(() -> Signals.restore(name, before));
    }
  }

  private synchronized void received(String name, int number, Runnable stop) {
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
  public synchronized int exitCode() {
    return first == 0 ? 0 : Signals.SHELL_BASE + first;
  }
}
