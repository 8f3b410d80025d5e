package dev.bingo.view;

import dev.bingo.torch.Tensors;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.ScalarType;

/**
 * The memory of one batch in the making, used for batch after batch. Threads write different rows
 * of it at the same time.
 */
final class Slot {
  private final List<Tensor> views = new ArrayList<>();
  private final ByteBuffer[] bytes;
  private final int[] sampleBytes;
  private final long[] indices;
  private final long[] shown;
  private final long[] mates;
  private final long[] labels;

  // Guarded by the epoch's lock.

  /** The batch in it. */
  int batch = -1;

  /** Rows of it not yet written. */
  int missing;

  /** Why it will never be complete. */
  RuntimeException failure;

  /**
   * @param sizes output side of each view
   */
  Slot(int batch, int[] sizes) {
    bytes = new ByteBuffer[sizes.length];
    sampleBytes = new int[sizes.length];
    indices = new long[batch];
    shown = new long[batch];
    mates = new long[batch];
    labels = new long[batch];
    try (var scope = new PointerScope()) {
      for (int v = 0; v < sizes.length; v++) {
        sampleBytes[v] = sizes[v] * sizes[v] * 3;
        long all = (long) batch * sampleBytes[v];
        if (all > Integer.MAX_VALUE) {
          throw new IllegalArgumentException(
              "a batch of "
                  + batch
                  + " views of "
                  + sizes[v]
                  + " pixels passes 2 GiB; make the batch smaller and accumulate gradients");
        }
        Tensor view = Tensors.empty(ScalarType.Byte, batch, sizes[v], sizes[v], 3);
        bytes[v] = new BytePointer(view.data_ptr()).capacity(all).asByteBuffer();
        views.add(view.retainReference());
      }
    }
  }

  /**
   * Says what a row is.
   *
   * @param index of the anchor
   * @param image whose pixels it has
   * @param label of those
   */
  void label(int row, int index, int image, int label) {
    indices[row] = index;
    shown[row] = image;
    labels[row] = label;
    mates[row] = -1;
  }

  void mate(int row, int index) {
    mates[row] = index;
  }

  /** Writes row {@code row} of view {@code v}. */
  void put(int v, int row, byte[] rgb) {
    bytes[v].put(row * sampleBytes[v], rgb, 0, sampleBytes[v]);
  }

  /**
   * The first {@code rows} rows; the tensors belong to the caller's scope and share this memory.
   */
  Batch batch(int rows) {
    List<Tensor> tensors = new ArrayList<>(views.size());
    for (Tensor view : views) {
      tensors.add(view.narrow(0, 0, rows));
    }
    return new Batch(
        List.copyOf(tensors),
        Arrays.copyOf(indices, rows),
        Arrays.copyOf(shown, rows),
        Arrays.copyOf(mates, rows),
        Tensors.of(Arrays.copyOf(labels, rows), rows));
  }

  /** Lets go of the memory; batches still held keep theirs. */
  void release() {
    views.forEach(Tensor::releaseReference);
    views.clear();
  }
}
