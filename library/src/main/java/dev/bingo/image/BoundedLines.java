package dev.bingo.image;

import java.io.FilterReader;
import java.io.IOException;
import java.io.Reader;
import java.nio.file.Path;

/** Text whose lines may not be endless: whoever reads them holds at most one. */
final class BoundedLines extends FilterReader {
  private static final int LONGEST = 1 << 20;

  private final Path file;
  private int length;

  BoundedLines(Reader in, Path file) {
    super(in);
    this.file = file;
  }

  @Override
  public int read(char[] buffer, int from, int count) throws IOException {
    int got = super.read(buffer, from, count);
    for (int i = from; i < from + got; i++) {
      length = buffer[i] == '\n' || buffer[i] == '\r' ? 0 : length + 1;
      if (length > LONGEST) {
        throw new ImageSetException(file + ": a line is longer than a million characters");
      }
    }
    return got;
  }

  @Override
  public int read() {
    throw new UnsupportedOperationException();
  }
}
