package dev.bingo.app.terminal;

import java.util.concurrent.CompletableFuture;

/**
 * SIGTERM or Ctrl-C for a command that runs until it is told to end. The first lets it end in good
 * order; a Ctrl-C after it ends the process at once.
 */
public final class EndSignal {
  private final CompletableFuture<Integer> first = new CompletableFuture<>();

  /** Listens from now on. */
  public EndSignal() {
    Signals.handle("TERM", this::received);
    Signals.handle("INT", this::received);
  }

  private void received(int number) {
    Signals.leaveToSystem("INT");
    first.complete(number);
  }

  /** Waits for it; returns the exit code, 128 and the signal's number as shells count. */
  public int await() {
    return Signals.SHELL_BASE + first.join();
  }
}
