package dev.bingo.select;

/**
 * Where a share lies with 95 % confidence, when so many of so many were counted (Wilson, 1927): it
 * holds for few, and for none or all.
 *
 * @param right that counted
 * @param of how many
 * @param low end, 0 to 1
 * @param high end
 */
public record Wilson(int right, int of, double low, double high) {
  private static final double Z = 1.959963984540054;

  /** The interval. */
  public static Wilson of(int right, int of) {
    if (of < 1 || right < 0 || right > of) {
      throw new IllegalArgumentException(
          "expected a count out of at least 1, got " + right + " of " + of);
    }
    double p = (double) right / of;
    double z2 = Z * Z / of;
    double middle = (p + z2 / 2) / (1 + z2);
    double half = Z / (1 + z2) * Math.sqrt(p * (1 - p) / of + z2 / (4 * of));
    return new Wilson(right, of, right == 0 ? 0 : middle - half, right == of ? 1 : middle + half);
  }

  /** The share that was counted. */
  public double share() {
    return (double) right / of;
  }

  /** From end to end. */
  public double width() {
    return high - low;
  }
}
