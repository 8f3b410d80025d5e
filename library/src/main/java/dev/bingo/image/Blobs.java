package dev.bingo.image;

import dev.bingo.format.BadBytes;
import dev.bingo.format.ImageLimits;
import java.io.IOException;
import java.nio.ByteBuffer;

/** Encoded images by position, from any number of threads at once. */
interface Blobs extends AutoCloseable {
  /** Encoded size of blob {@code i}, bytes. */
  long length(int i) throws IOException, BadBytes;

  /** When what holds blob {@code i} was last changed, milliseconds since 1970. */
  long modified(int i) throws IOException;

  /** The bytes from {@code offset}, as many as there are up to {@code count}. */
  byte[] read(int i, long offset, int count) throws IOException, BadBytes;

  /**
   * All of blob {@code i}, from 0 to the limit.
   *
   * @param buffer holds it until the next read with it
   * @throws BadBytes where it is larger than the limits allow, or no regular file
   */
  ByteBuffer read(int i, ImageLimits limits, PixelBuffer buffer) throws IOException, BadBytes;

  @Override
  default void close() {}
}
