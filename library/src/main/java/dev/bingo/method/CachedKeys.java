package dev.bingo.method;

import dev.bingo.method.Method.Images;
import dev.bingo.torch.Tensors;
import dev.bingo.view.View.Source;
import dev.bingo.weights.Npy;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.MappedByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.ScalarType;

/**
 * A teacher's keys, read from a {@link KeyCache}'s folder; memory-mapped, so that what is resident
 * is what the system likes to keep.
 *
 * <p>In epoch e an anchor has its recorded view e mod V, and its mate the one after it.
 */
public final class CachedKeys implements Keys {
  private final List<List<MappedByteBuffer>> views = new ArrayList<>();
  private final int groups;
  private final int width;
  private final long rows;
  private final int rowsAPart;

  /**
   * Opens a folder.
   *
   * @param views recorded views V to use; all must be there
   * @param images N that there must be keys of
   * @param groups batch-norm groups of the student
   * @throws IOException where a file is missing, damaged or of other images
   */
  public CachedKeys(Path folder, int views, int images, int groups) throws IOException {
    this.groups = groups;
    rows = images;
    Npy.Header first = Npy.header(KeyCache.file(folder, 0));
    width = first.shape().length == 2 ? Math.toIntExact(first.shape()[1]) : 0;
    rowsAPart = Math.max(1, (1 << 30) / Math.max(1, rowBytes()));
    for (int v = 0; v < views; v++) {
      this.views.add(map(KeyCache.file(folder, v)));
    }
  }

  private int rowBytes() {
    return width * 2;
  }

  private List<MappedByteBuffer> map(Path file) throws IOException {
    Npy.Header header = Npy.header(file);
    if (header.type() != ScalarType.Half
        || header.columnMajor()
        || !Arrays.equals(header.shape(), new long[] {rows, width})) {
      throw new IOException(
          "%s: expected keys float16 [%d, %d], got %s %s"
              .formatted(file, rows, width, header.type(), Arrays.toString(header.shape())));
    }
    List<MappedByteBuffer> parts = new ArrayList<>();
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
      for (long row = 0; row < rows; row += rowsAPart) {
        long bytes = Math.min(rowsAPart, rows - row) * rowBytes();
        long at = header.start() + row * rowBytes();
        parts.add(channel.map(FileChannel.MapMode.READ_ONLY, at, bytes));
      }
    }
    return parts;
  }

  @Override
  public boolean fromViews() {
    return false;
  }

  @Override
  public int width() {
    return width;
  }

  @Override
  public int groups() {
    return groups;
  }

  @Override
  public List<Tensor> keys(Images images, List<Wanted> wanted, Progress progress) {
    List<Tensor> keys = new ArrayList<>();
    for (Wanted w : wanted) {
      boolean mate = w.source() == Source.MATE;
      int view = (progress.epoch() + (mate ? 1 : 0)) % views.size();
      Tensor of = mate ? images.mates() : images.indices();
      Tensor half = gather(views.get(view), Tensors.toLongs(of));
      keys.add(half.to(of.device(), ScalarType.Float));
    }
    return keys;
  }

  private Tensor gather(List<MappedByteBuffer> parts, long[] indices) {
    Tensor half = Tensors.empty(ScalarType.Half, indices.length, width);
    ByteBuffer into =
        new BytePointer(half.data_ptr())
            .capacity((long) indices.length * rowBytes())
            .asByteBuffer();
    for (int i = 0; i < indices.length; i++) {
      int part = Math.toIntExact(indices[i] / rowsAPart);
      int at = Math.toIntExact(indices[i] % rowsAPart) * rowBytes();
      into.put(i * rowBytes(), parts.get(part), at, rowBytes());
    }
    return half;
  }
}
