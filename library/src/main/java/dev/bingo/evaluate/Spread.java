package dev.bingo.evaluate;

import java.util.Arrays;

/**
 * Values of one kind, as of several seeds or episodes.
 *
 * @param mean NaN of none
 * @param deviation standard deviation of a sample, by N − 1; 0 of fewer than two
 * @param count N
 */
public record Spread(double mean, double deviation, int count) {
  /** Of these. */
  public static Spread of(double... values) {
    double mean = Arrays.stream(values).average().orElse(Double.NaN);
    double squares = Arrays.stream(values).map(v -> (v - mean) * (v - mean)).sum();
    double deviation = values.length < 2 ? 0 : Math.sqrt(squares / (values.length - 1));
    return new Spread(mean, deviation, values.length);
  }
}
