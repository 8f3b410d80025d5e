package dev.bingo.similar;

import dev.bingo.file.Printable;
import dev.bingo.image.ImageSource;
import dev.bingo.similar.IndexUpdate.Embedder;
import dev.bingo.torch.Tensors;
import dev.bingo.weights.Npy;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.LongConsumer;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.ScalarTypeOptional;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;

/** Vectors of images that are embedded, in a file: a row each, of length 1, or of NaN for none. */
final class NewRows {
  /** A vector that is shorter has no direction. */
  private static final float TINY = 1e-12f;

  private final boolean[] made;
  private final Map<String, String> leftOut = new HashMap<>();

  /** Of so many images. */
  NewRows(int images) {
    made = new boolean[images];
  }

  /** Whether image {@code i} has a vector. */
  boolean has(int i) {
    return made[i];
  }

  /** Ids of those that have none, and why. */
  Map<String, String> leftOut() {
    return leftOut;
  }

  /**
   * Embeds images.
   *
   * @param entries of them
   * @throws IllegalStateException where the encoder gives one numbers that are not finite
   */
  void write(
      Path file, Entry[] entries, ImageSource images, Embedder embedder, LongConsumer progress)
      throws IOException {
    Npy.write(
        file,
        ScalarType.Float,
        new long[] {made.length, embedder.width()},
        blocks -> {
          int[] next = {0};
          embedder.embed(
              images,
              (positions, features) -> {
                if (positions.length > 0) {
                  next[0] = take(entries, positions, features, next[0], blocks);
                }
              },
              (done, total) -> progress.accept(done));
          blocks.accept(nothing(made.length - next[0], embedder.width()));
        });
    for (int i = 0; i < made.length; i++) {
      if (!made[i]) {
        leftOut.putIfAbsent(entries[i].id(), "it can't be read");
      }
    }
  }

  /** Writes some, and NaN for those between that are missing; returns the next position. */
  private int take(
      Entry[] entries, int[] positions, Tensor features, int next, Consumer<Tensor> blocks) {
    float[] lengths = Tensors.toFloats(lengths(features));
    for (int i = 0; i < positions.length; i++) {
      Entry entry = entries[positions[i]];
      if (!Float.isFinite(lengths[i])) {
        throw new IllegalStateException(
            Printable.line(entry.id()) + ": the encoder gives it features that are not finite");
      }
      // One that couldn't be read a moment ago is not known well enough to be found again.
      made[positions[i]] = lengths[i] > TINY && !entry.digest().isEmpty();
      if (lengths[i] <= TINY) {
        leftOut.put(entry.id(), "the encoder gives it nothing but zeros, which resemble nothing");
      }
    }
    int last = positions[positions.length - 1];
    Tensor rows = nothing(last + 1 - next, features.size(1));
    long[] at = Arrays.stream(positions).mapToLong(p -> p - next).toArray();
    rows.index_copy_(0, Tensors.of(at, at.length), torch.normalize(features));
    blocks.accept(rows);
    return last + 1;
  }

  private static Tensor nothing(long rows, long width) {
    return torch.zeros(new long[] {rows, width}).fill_(new Scalar(Double.NaN));
  }

  /** Of each row. */
  static Tensor lengths(Tensor rows) {
    return rows.square().sum(new long[] {1}, false, new ScalarTypeOptional()).sqrt();
  }
}
