package dev.bingo.export;

/** The least and the largest of some numbers, and zero. */
record Range(float least, float largest) {
  static final Range ZERO = new Range(0, 0);

  /** Levels of a byte. */
  private static final int LEVELS = 255;

  /** Not a number stays. */
  Range and(float value) {
    return new Range(Math.min(least, value), Math.max(largest, value));
  }

  Range and(Range other) {
    return and(other.least).and(other.largest);
  }

  boolean finite() {
    return Float.isFinite(least) && Float.isFinite(largest);
  }

  /** The step between two bytes: least → 0, largest → 255. */
  float scale() {
    return largest == least ? 1 : (float) (((double) largest - least) / LEVELS);
  }

  /** The byte that stands for zero. */
  int zero() {
    return Math.max(0, Math.min(LEVELS, (int) Math.rint(-least / scale())));
  }
}
