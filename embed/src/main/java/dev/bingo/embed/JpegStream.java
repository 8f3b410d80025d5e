package dev.bingo.embed;

import dev.bingo.format.BadBytes;
import dev.bingo.format.Deadline;
import java.io.IOException;
import java.util.List;
import javax.imageio.stream.ImageInputStreamImpl;

/**
 * Feeds the JDK's decoder, which can't be interrupted, in pieces and no scan beyond the one that it
 * is at, and ends where the time is over.
 */
final class JpegStream extends ImageInputStreamImpl {
  private static final int PIECE = 1 << 14;

  private final byte[] data;
  private final List<Integer> scans;
  private final Deadline deadline;
  private int scan;

  /**
   * @param scans where they begin, ascending
   */
  JpegStream(byte[] data, List<Integer> scans, Deadline deadline) {
    this.data = data;
    this.scans = scans;
    this.deadline = deadline;
  }

  @Override
  public int read() throws IOException {
    byte[] one = new byte[1];
    return read(one, 0, 1) < 0 ? -1 : one[0] & 0xFF;
  }

  @Override
  public int read(byte[] into, int offset, int length) throws IOException {
    try {
      deadline.check();
    } catch (BadBytes e) {
      throw new IOException(e);
    }
    bitOffset = 0;
    int from = (int) streamPos;
    if (from >= data.length) {
      return -1;
    }
    while (scan < scans.size() && scans.get(scan) <= from) {
      scan++;
    }
    int end = scan < scans.size() ? scans.get(scan) : data.length;
    int count = Math.min(Math.min(length, PIECE), end - from);
    System.arraycopy(data, from, into, offset, count);
    streamPos += count;
    return count;
  }

  @Override
  public void seek(long position) throws IOException {
    super.seek(position);
    scan = 0;
  }

  @Override
  public long length() {
    return data.length;
  }
}
