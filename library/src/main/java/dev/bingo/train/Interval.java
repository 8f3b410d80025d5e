package dev.bingo.train;

/** What happened between two reports. */
final class Interval {
  private long start = System.nanoTime();
  private long waitStart;
  private int steps;
  private long images;

  record Summary(double loss, double imagesPerSecond, double waitShare) {}

  Interval(long waitNanos) {
    waitStart = waitNanos;
  }

  void add(int count) {
    steps++;
    images += count;
  }

  /** Sums up, and begins anew; {@code losses} is the sum over its steps. */
  Summary close(double losses, long waitNanos) {
    long now = System.nanoTime();
    double nanos = Math.max(1, now - start);
    Summary summary =
        new Summary(losses / steps, images / nanos * 1e9, (waitNanos - waitStart) / nanos);
    start = now;
    waitStart = waitNanos;
    steps = 0;
    images = 0;
    return summary;
  }
}
