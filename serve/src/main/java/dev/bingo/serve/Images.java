package dev.bingo.serve;

import java.io.IOException;

/** Pictures of a set's images, by their ids. */
public interface Images {
  /**
   * A JPEG whose longer side is at most {@code most} pixels.
   *
   * @throws IOException where it is not there, or can't be read as an image
   */
  byte[] jpeg(String id, int most) throws IOException;

  /** The class that the set itself gives it, or null. */
  String label(String id);
}
