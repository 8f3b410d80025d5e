package dev.bingo.weights;

import java.util.concurrent.ThreadLocalRandom;

/**
 * A number as the key of a dict: 1 and 1.0 are one key, as in Python. All numbers have one class,
 * whose hashes nobody can foresee: a map of several classes is slow where somebody chose keys of
 * one hash.
 *
 * @param text as it is printed
 */
record NumberKey(String text) implements Comparable<NumberKey> {
  private static final int SALT = ThreadLocalRandom.current().nextInt() | 1;

  static NumberKey of(Number number) {
    double value = number.doubleValue();
    boolean whole = number instanceof Double && value == (long) value;
    return new NumberKey(whole ? Long.toString((long) value) : number.toString());
  }

  @Override
  public int compareTo(NumberKey other) {
    return text.compareTo(other.text);
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof NumberKey key && text.equals(key.text);
  }

  @Override
  public int hashCode() {
    int mixed = (text.hashCode() ^ SALT) * 0x9e3779b1;
    return (mixed ^ (mixed >>> 15)) * SALT;
  }

  @Override
  public String toString() {
    return text;
  }
}
