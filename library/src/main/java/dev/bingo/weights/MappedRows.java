package dev.bingo.weights;

import dev.bingo.torch.Tensors;
import java.io.EOFException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.MappedByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptions;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;

/**
 * A {@code .npy} of rows {@code [N, D]}, memory-mapped: what is resident is what the system likes
 * to keep. The file must not be cut short while it is open. Threads may share it.
 */
public final class MappedRows {
  private final Path file;
  private final long start;
  private final List<MappedByteBuffer> parts = new ArrayList<>();
  private final ScalarType type;
  private final int rows;
  private final int width;
  private final int rowBytes;
  private final int rowsAPart;

  private MappedRows(Path file, Npy.Header header) {
    this.file = file;
    start = header.start();
    type = header.type();
    rows = Math.toIntExact(header.shape()[0]);
    width = Math.toIntExact(header.shape()[1]);
    rowBytes = Math.toIntExact(width * torch.elementSize(type));
    rowsAPart = Math.max(1, (1 << 30) / Math.max(1, rowBytes));
  }

  /**
   * Opens a file.
   *
   * @throws IOException where it is no whole {@code .npy} of rows
   */
  public static MappedRows open(Path file) throws IOException {
    Npy.Header header = Npy.header(file);
    if (header.shape().length != 2 || header.columnMajor()) {
      throw new IOException(file + ": expected rows [N, D], one after the other");
    }
    long rowBytes = header.shape()[1] * torch.elementSize(header.type());
    if (header.shape()[0] > Integer.MAX_VALUE || rowBytes > Integer.MAX_VALUE) {
      throw new IOException(
          file + ": has more or longer rows than are read: " + Arrays.toString(header.shape()));
    }
    MappedRows mapped = new MappedRows(file, header);
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
      for (long row = 0; row < mapped.rows; row += mapped.rowsAPart) {
        long bytes = Math.min(mapped.rowsAPart, mapped.rows - row) * mapped.rowBytes;
        mapped.parts.add(channel.map(FileChannel.MapMode.READ_ONLY, mapped.at(row), bytes));
      }
    }
    return mapped;
  }

  /** N. */
  public int size() {
    return rows;
  }

  /** D. */
  public int width() {
    return width;
  }

  /** Of the numbers. */
  public ScalarType type() {
    return type;
  }

  /** A copy of the rows from {@code from} on, {@code [count, D]}. */
  public Tensor block(int from, int count) {
    Tensor copy = Tensors.empty(type, count, width);
    ByteBuffer into = bytes(copy);
    for (int done = 0; done < count; ) {
      int part = (from + done) / rowsAPart;
      int at = (from + done) % rowsAPart;
      int some = Math.min(count - done, rowsAPart - at);
      into.put(done * rowBytes, parts.get(part), at * rowBytes, some * rowBytes);
      done += some;
    }
    return copy;
  }

  /** Is given some rows, in order. */
  @FunctionalInterface
  public interface Stretch {
    /**
     * Takes some.
     *
     * @param first position of the first of them
     * @param rows {@code [count, D]}, good as long as the call
     */
    void take(int first, Tensor rows);
  }

  /** The rows from {@code from} on as they lie in the file, without a copy, in a few stretches. */
  public void visit(int from, int count, Stretch stretch) {
    for (int done = 0; done < count; ) {
      int part = (from + done) / rowsAPart;
      int at = (from + done) % rowsAPart;
      int some = Math.min(count - done, rowsAPart - at);
      try (PointerScope scope = new PointerScope()) {
        BytePointer bytes =
            new BytePointer(parts.get(part).duplicate().position(at * rowBytes).slice());
        stretch.take(
            from + done, torch.from_blob(bytes, new long[] {some, width}, new TensorOptions(type)));
      }
      done += some;
    }
  }

  /** A copy of these rows, {@code [positions, D]}. */
  public Tensor gather(long[] positions) {
    Tensor copy = Tensors.empty(type, positions.length, width);
    ByteBuffer into = bytes(copy);
    for (int i = 0; i < positions.length; i++) {
      int part = Math.toIntExact(positions[i] / rowsAPart);
      int at = Math.toIntExact(positions[i] % rowsAPart);
      into.put(i * rowBytes, parts.get(part), at * rowBytes, rowBytes);
    }
    return copy;
  }

  /**
   * As {@link #gather}, for rows that lie far apart in a file that memory doesn't hold: read and
   * not mapped, since a page that is missing in a mapping brings in all that the system reads
   * ahead, up to 8 MiB for a row. Opens the file anew: ask for many at a time.
   *
   * @throws UncheckedIOException where the file can't be read, or has become too short
   */
  public Tensor read(long[] positions) {
    Tensor copy = Tensors.empty(type, positions.length, width);
    ByteBuffer into = bytes(copy);
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
      for (long position : positions) {
        into.limit(into.position() + rowBytes);
        for (long end = at(position + 1); into.hasRemaining(); ) {
          if (channel.read(into, end - into.remaining()) < 0) {
            throw new EOFException(file + ": ends before row " + position + " of " + rows);
          }
        }
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return copy;
  }

  private long at(long row) {
    return start + row * rowBytes;
  }

  private static ByteBuffer bytes(Tensor of) {
    return new BytePointer(of.data_ptr()).capacity(of.nbytes()).asByteBuffer();
  }
}
