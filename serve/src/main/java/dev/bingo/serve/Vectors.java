package dev.bingo.serve;

import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.PriorityQueue;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Vectors of length 1, in blocks of rows that are stored a number after the other: all first
 * numbers of the block, all second ones. So the products of a query with a block's rows are sums
 * that don't wait for each other, which the JVM makes into vector instructions.
 */
final class Vectors {
  private static final int BLOCK = 256;
  private static final long MOST_BYTES = 8L << 30;
  private static final int LONGEST_HEADER = 1 << 16;
  private static final Pattern HEADER =
      Pattern.compile(
          "\\{'descr': '<f4', 'fortran_order': False, 'shape': \\((\\d{1,9}), (\\d{1,6}),?\\), \\}\\s*");

  private final int size;
  private final int width;
  private final float[][] blocks;

  private Vectors(int size, int width) {
    this.size = size;
    this.width = width;
    blocks = new float[(size + BLOCK - 1) / BLOCK][];
  }

  /** Of rows in memory, made length 1. */
  static Vectors of(float[][] rows) {
    Vectors vectors = new Vectors(rows.length, rows[0].length);
    for (int row = 0; row < rows.length; row++) {
      vectors.set(row, FloatBuffer.wrap(unit(rows[row])));
    }
    return vectors;
  }

  /**
   * Reads a {@code .npy} of {@code float32 [N, D]}.
   *
   * @throws IOException where it is another file, or its numbers are no unit vectors
   */
  static Vectors read(Path file) throws IOException {
    try (FileChannel channel =
        FileChannel.open(file, Set.of(StandardOpenOption.READ, LinkOption.NOFOLLOW_LINKS))) {
      Matcher header = HEADER.matcher(header(channel));
      if (!header.matches()) {
        throw new IOException(file.getFileName() + " holds no float32 [N, D] vectors");
      }
      int size = Integer.parseInt(header.group(1));
      int width = Integer.parseInt(header.group(2));
      long bytes = (long) size * width * Float.BYTES;
      if (width == 0 || channel.size() - channel.position() != bytes) {
        throw new IOException(file.getFileName() + " is longer or shorter than its header says");
      }
      if (bytes > Math.min(MOST_BYTES, Runtime.getRuntime().maxMemory() / 4 * 3)) {
        throw new IOException(
            "its vectors take %,d MB, more than three quarters of the heap: start with JAVA_OPTS=-Xmx%dm"
                .formatted(bytes >> 20, (bytes >> 20) * 3 / 2 + 256));
      }
      Vectors vectors = new Vectors(size, width);
      ByteBuffer row =
          ByteBuffer.allocateDirect(width * Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
      ByteBuffer some = ByteBuffer.allocateDirect(Math.max(1 << 20, row.capacity()));
      some.limit(0);
      for (int r = 0; r < size; r++) {
        row.clear();
        fill(channel, some, row);
        vectors.set(r, row.flip().asFloatBuffer());
      }
      return vectors;
    }
  }

  private static String header(FileChannel channel) throws IOException {
    ByteBuffer start = read(channel, 10).order(ByteOrder.LITTLE_ENDIAN);
    byte[] magic = new byte[6];
    start.get(magic);
    int version = start.get();
    if (!new String(magic, StandardCharsets.ISO_8859_1).equals("\u0093NUMPY")
        || version < 1
        || version > 3) {
      return "";
    }
    start.get();
    int length = start.getShort() & 0xffff;
    if (version > 1) {
      ByteBuffer rest = read(channel, 2).order(ByteOrder.LITTLE_ENDIAN);
      length |= (rest.getShort() & 0xffff) << 16;
    }
    return length < 0 || length > LONGEST_HEADER
        ? ""
        : StandardCharsets.ISO_8859_1.decode(read(channel, length)).toString();
  }

  private static ByteBuffer read(FileChannel channel, int bytes) throws IOException {
    ByteBuffer buffer = ByteBuffer.allocate(bytes);
    while (buffer.hasRemaining()) {
      if (channel.read(buffer) < 0) {
        throw new EOFException("its vectors are cut off");
      }
    }
    return buffer.flip();
  }

  private static void fill(FileChannel channel, ByteBuffer some, ByteBuffer row)
      throws IOException {
    while (row.hasRemaining()) {
      if (!some.hasRemaining()) {
        some.clear();
        if (channel.read(some) < 0) {
          throw new EOFException("its vectors are cut off");
        }
        some.flip();
      }
      int count = Math.min(some.remaining(), row.remaining());
      row.put(some.slice(some.position(), count));
      some.position(some.position() + count);
    }
  }

  private void set(int row, FloatBuffer values) {
    int block = row / BLOCK;
    int rows = Math.min(BLOCK, size - block * BLOCK);
    if (blocks[block] == null) {
      blocks[block] = new float[rows * width];
    }
    double squares = 0;
    for (int d = 0; d < width; d++) {
      float value = values.get(d);
      squares += (double) value * value;
      blocks[block][d * rows + row % BLOCK] = value;
    }
    if (!(Math.abs(squares - 1) < 1e-3)) {
      throw new IllegalArgumentException("row " + row + " is no vector of length 1");
    }
  }

  int size() {
    return size;
  }

  int width() {
    return width;
  }

  float[] vector(int row) {
    float[] block = blocks[row / BLOCK];
    int rows = block.length / width;
    float[] vector = new float[width];
    for (int d = 0; d < width; d++) {
      vector[d] = block[d * rows + row % BLOCK];
    }
    return vector;
  }

  /** Products of a vector with the rows of a block. */
  private float[] products(float[] vector, float[] block) {
    int rows = block.length / width;
    float[] sums = new float[rows];
    for (int d = 0; d < width; d++) {
      float factor = vector[d];
      int at = d * rows;
      for (int r = 0; r < rows; r++) {
        sums[r] += factor * block[at + r];
      }
    }
    return sums;
  }

  /** Products of a vector with all rows. */
  float[] products(float[] vector) {
    float[] all = new float[size];
    for (int b = 0; b < blocks.length; b++) {
      float[] some = products(vector, blocks[b]);
      System.arraycopy(some, 0, all, b * BLOCK, some.length);
    }
    return all;
  }

  /** See {@link VectorIndex#search}. */
  List<VectorIndex.Hit> search(float[] vector, int k) {
    if (vector.length != width) {
      throw new IllegalArgumentException(
          "expected a vector of " + width + " numbers, got " + vector.length);
    }
    float[] query = unit(vector);
    int most = Math.min(k, size);
    // The last of the best lies on top.
    Comparator<VectorIndex.Hit> worst =
        Comparator.comparingDouble(VectorIndex.Hit::cosine)
            .thenComparing(Comparator.comparingInt(VectorIndex.Hit::row).reversed());
    PriorityQueue<VectorIndex.Hit> best = new PriorityQueue<>(most + 1, worst);
    for (int b = 0; b < blocks.length; b++) {
      float[] cosines = products(query, blocks[b]);
      for (int r = 0; r < cosines.length; r++) {
        if (best.size() < most || cosines[r] > best.peek().cosine()) {
          best.add(new VectorIndex.Hit(b * BLOCK + r, Math.min(1, cosines[r])));
          if (best.size() > most) {
            best.poll();
          }
        }
      }
    }
    List<VectorIndex.Hit> hits = new ArrayList<>(best);
    hits.sort(worst.reversed());
    return hits;
  }

  /** The same direction with length 1. */
  static float[] unit(float[] vector) {
    double squares = 0;
    for (float value : vector) {
      squares += (double) value * value;
    }
    double length = Math.sqrt(squares);
    if (!(length > 0) || Double.isInfinite(length)) {
      throw new IllegalArgumentException("a vector without a direction: its length is 0 or NaN");
    }
    float[] unit = new float[vector.length];
    for (int d = 0; d < unit.length; d++) {
      unit[d] = (float) (vector[d] / length);
    }
    return unit;
  }
}
