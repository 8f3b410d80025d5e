package dev.bingo.train;

/** What happened between two reports. */
final class Interval {
  private long start = System.nanoTime();
  private long waitStart;
  private double losses;
  private int steps;
  private long images;

  record Summary(double loss, double imagesPerSecond, double waitShare) {}

  Interval(long waitNanos) {
    waitStart = waitNanos;
  }

  void add(double loss, int count) {
    losses += loss;
    steps++;
    images += count;
  }

  /** Sums up, and begins anew. */
  Summary close(long waitNanos) {
    long now = System.nanoTime();
    double nanos = Math.max(1, now - start);
    Summary summary =
        new Summary(losses / steps, images / nanos * 1e9, (waitNanos - waitStart) / nanos);
    start = now;
    waitStart = waitNanos;
    losses = 0;
    steps = 0;
    images = 0;
    return summary;
  }
}
