package dev.bingo.app.terminal;

import java.util.ArrayDeque;
import java.util.Deque;

/**
 * How fast work goes now: by the last two minutes of it and by no more than its latter half, for
 * the first pieces wait for all that is slow but once.
 */
final class Pace {
  private static final double WINDOW_NANOS = 120e9;
  private static final double APART_NANOS = 0.2e9;

  private final Deque<Sample> samples = new ArrayDeque<>();
  private Sample last;
  private long begun;

  private record Sample(long nanos, long done) {}

  /** So much is done at this time. */
  void at(long nanos, long done) {
    if (last == null) {
      begun = nanos;
    }
    last = new Sample(nanos, done);
    if (samples.isEmpty() || nanos - samples.getLast().nanos >= APART_NANOS) {
      samples.addLast(last);
    }
    double window = Math.min(WINDOW_NANOS, (nanos - begun) / 2.0);
    while (samples.size() > 2 && nanos - samples.getFirst().nanos > window) {
      samples.removeFirst();
    }
  }

  /** Pieces a second; NaN while only the first is known. */
  double perSecond() {
    if (samples.isEmpty() || last.done <= samples.getFirst().done) {
      return Double.NaN;
    }
    Sample first = samples.getFirst();
    return (last.done - first.done) * 1e9 / Math.max(1, last.nanos - first.nanos);
  }

  /** {@code "left 1:15"}, or nothing while the pace is unknown. */
  String left(long pieces) {
    double rate = perSecond();
    return Double.isNaN(rate) ? "" : "left " + TerminalConsole.time(pieces / rate);
  }
}
