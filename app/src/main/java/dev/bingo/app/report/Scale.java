package dev.bingo.app.report;

import java.util.Locale;

/**
 * One axis of a chart, with ticks at round steps.
 *
 * @param low start of the axis
 * @param high end of the axis
 * @param first tick, at or after {@code low}
 * @param step between ticks
 */
record Scale(double low, double high, double first, double step) {
  // Of a step: what lies this near to a tick is on it.
  private static final double NEAR = 1e-9;

  /**
   * From one round number to another, so that all of {@code least … most} is between them.
   *
   * @param steps about how many are wanted
   */
  static Scale around(double least, double most, int steps) {
    if (!(most > least)) {
      return around(least - room(least), least + room(least), steps);
    }
    double step = round((most - least) / steps);
    double low = Math.floor(least / step + NEAR) * step;
    return new Scale(low, Math.ceil(most / step - NEAR) * step, low, step);
  }

  /** Just {@code least … most}, with the round numbers that are in it as ticks. */
  static Scale within(double least, double most, int steps) {
    if (!(most > least)) {
      return around(least, most, steps);
    }
    double step = round((most - least) / steps);
    return new Scale(least, most, Math.ceil(least / step - NEAR) * step, step);
  }

  /** A single value gets some room about it. */
  private static double room(double value) {
    return value == 0 ? 1 : Math.abs(value) * .1;
  }

  /** 1, 2, 5 or 10 times a power of ten, near to what is wanted. */
  private static double round(double wanted) {
    double power = Math.pow(10, Math.floor(Math.log10(wanted)));
    double lead = wanted / power;
    return (lead <= 1.2 ? 1 : lead <= 2.5 ? 2 : lead <= 6 ? 5 : 10) * power;
  }

  int ticks() {
    return (int) Math.floor((high - first) / step + 1e-6) + 1;
  }

  double tick(int i) {
    double value = first + i * step;
    return Math.abs(value) < step * 1e-6 ? 0 : value;
  }

  String label(int i) {
    int decimals = (int) Math.max(0, -Math.floor(Math.log10(step) + NEAR));
    return String.format(Locale.ROOT, "%,." + decimals + "f", tick(i));
  }

  /** Where a value lies, between {@code from} and {@code to}. */
  double place(double value, double from, double to) {
    return from + (value - low) / (high - low) * (to - from);
  }
}
