package dev.bingo.method;

import dev.bingo.method.Method.Images;
import dev.bingo.torch.Tensors;
import dev.bingo.view.Recording;
import dev.bingo.view.View;
import dev.bingo.weights.Npy;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.MappedByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.ScalarType;

/**
 * A teacher's keys, read from a {@link KeyCache}'s folder; memory-mapped, so that what is resident
 * is what the system likes to keep.
 *
 * <p>In a recorded epoch they are what the teacher would give beside the student, to half
 * precision. Later epochs repeat the recorded ones: {@link #recording()}.
 */
public final class CachedKeys implements Keys {
  // By recorded epoch, then by position of the view.
  private final List<Map<Integer, List<MappedByteBuffer>>> epochs = new ArrayList<>();
  private final Recording recording;
  private final int groups;
  private final int width;
  private final long rows;
  private final int rowsAPart;

  /**
   * Opens a folder.
   *
   * @param views of the method, of which those that its teacher sees have keys
   * @param recording its epochs must all be there
   * @param images N that there must be rows for
   * @param groups batch-norm groups of the student
   * @throws IOException where a file is missing, damaged or of other images
   */
  public CachedKeys(Path folder, List<View> views, Recording recording, int images, int groups)
      throws IOException {
    this.recording = recording;
    this.groups = groups;
    rows = images;
    int[] seen = IntStream.range(0, views.size()).filter(v -> views.get(v).hasKeys()).toArray();
    Npy.Header first = Npy.header(KeyCache.file(folder, 0, views.get(seen[0])));
    width = first.shape().length == 2 ? Math.toIntExact(first.shape()[1]) : 0;
    rowsAPart = Math.max(1, (1 << 30) / Math.max(1, rowBytes()));
    for (int e = 0; e < recording.epochs(); e++) {
      Map<Integer, List<MappedByteBuffer>> epoch = new HashMap<>();
      for (int v : seen) {
        epoch.put(v, map(KeyCache.file(folder, e, views.get(v))));
      }
      epochs.add(epoch);
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
  public Recording recording() {
    return recording;
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
  public List<Tensor> keys(Images images, Progress progress, int... views) {
    Map<Integer, List<MappedByteBuffer>> epoch = epochs.get(recording.of(progress.epoch()));
    long[] anchors = Tensors.toLongs(images.indices());
    List<Tensor> keys = new ArrayList<>();
    for (int view : views) {
      keys.add(gather(epoch.get(view), anchors).to(images.indices().device(), ScalarType.Float));
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
