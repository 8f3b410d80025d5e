package dev.bingo.method.part;

/** Bounds of settings, refused with the setting's name. */
public final class Check {
  private Check() {}

  public static void positive(String name, double value) {
    if (!(value > 0) || Double.isInfinite(value)) {
      throw new IllegalArgumentException(name + ": expected a number above 0, got " + value);
    }
  }

  public static void atLeast(String name, long value, long least) {
    if (value < least) {
      throw new IllegalArgumentException(name + ": expected at least " + least + ", got " + value);
    }
  }

  public static void range(String name, double value, double low, double high) {
    if (!(value >= low && value <= high)) {
      throw new IllegalArgumentException(
          name
              + ": expected a number from "
              + shown(low)
              + " to "
              + shown(high)
              + ", got "
              + shown(value));
    }
  }

  private static String shown(double number) {
    return number == Math.rint(number) && Math.abs(number) < 1e15
        ? String.valueOf((long) number)
        : String.valueOf(number);
  }
}
