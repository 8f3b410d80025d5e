package dev.bingo.embed;

/**
 * A kind of image, and what is to become of it.
 *
 * @param name says in what it is odd
 */
record Kind(String name, byte[] bytes, Fate fate) {
  enum Fate {
    /** The trainer's pixels, to the bit. */
    SAME,
    /** Neither reads it. */
    REFUSED,
    /** The trainer reads it, or past its damage; here it is refused. */
    NOT_READ
  }

  static Kind same(String name, byte[] bytes) {
    return new Kind(name, bytes, Fate.SAME);
  }

  static Kind refused(String name, byte[] bytes) {
    return new Kind(name, bytes, Fate.REFUSED);
  }

  static Kind notRead(String name, byte[] bytes) {
    return new Kind(name, bytes, Fate.NOT_READ);
  }

  @Override
  public String toString() {
    return name;
  }
}
