package dev.bingo.neighbour;

import dev.bingo.torch.Tensors;
import dev.bingo.weights.MappedRows;
import java.util.Arrays;
import java.util.LongSummaryStatistics;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;

/** Features to search, wherever they are: N rows of width D; those to search are of length 1. */
public interface Rows {
  /** Rows of a file that lie so close together are copied as one block with those between. */
  long DENSE = 4;

  /** N. */
  int size();

  /** D. */
  int width();

  /** The rows from {@code from} on, {@code float32 [count, D]}. */
  Tensor block(int from, int count);

  /** Any rows, {@code float32 [ids, D]}. */
  Tensor gather(long[] ids);

  /**
   * Some of these rows, as if there were no others.
   *
   * @param positions ascending; most of those there are
   */
  default Rows at(long[] positions) {
    Rows all = this;
    return new Rows() {
      @Override
      public int size() {
        return positions.length;
      }

      @Override
      public int width() {
        return all.width();
      }

      @Override
      public Tensor block(int from, int count) {
        if (count == 0) {
          return all.block(0, 0);
        }
        long first = positions[from];
        Tensor span = all.block((int) first, (int) (positions[from + count - 1] - first + 1));
        long[] wanted = Arrays.stream(positions, from, from + count).map(p -> p - first).toArray();
        return span.index_select(0, Tensors.of(wanted, count));
      }

      @Override
      public Tensor gather(long[] ids) {
        return all.gather(Arrays.stream(ids).map(id -> positions[(int) id]).toArray());
      }
    };
  }

  /** The same directions, of length 1 as they are read. */
  default Rows unit() {
    Rows all = this;
    return new Rows() {
      @Override
      public int size() {
        return all.size();
      }

      @Override
      public int width() {
        return all.width();
      }

      @Override
      public Tensor block(int from, int count) {
        return torch.normalize(all.block(from, count));
      }

      @Override
      public Tensor gather(long[] ids) {
        return torch.normalize(all.gather(ids));
      }
    };
  }

  /** Rows of a file: any numbers, normalised as they are read. */
  static Rows of(MappedRows file) {
    return asTheyAre(file).unit();
  }

  /** Rows of a file, of the lengths that they have. */
  static Rows asTheyAre(MappedRows file) {
    return new Rows() {
      @Override
      public int size() {
        return file.size();
      }

      @Override
      public int width() {
        return file.width();
      }

      @Override
      public Tensor block(int from, int count) {
        return file.block(from, count).to(ScalarType.Float);
      }

      @Override
      public Tensor gather(long[] ids) {
        LongSummaryStatistics range = Arrays.stream(ids).summaryStatistics();
        long span = range.getMax() - range.getMin() + 1;
        if (ids.length == 0 || span > DENSE * ids.length) {
          return file.read(ids).to(ScalarType.Float);
        }
        long[] within = Arrays.stream(ids).map(id -> id - range.getMin()).toArray();
        return block((int) range.getMin(), (int) span)
            .index_select(0, Tensors.of(within, within.length));
      }
    };
  }

  /**
   * Rows in memory.
   *
   * @param features {@code float32 [N, D]}, taken as they are; stays the caller's
   */
  static Rows of(Tensor features) {
    return new Rows() {
      @Override
      public int size() {
        return Math.toIntExact(features.size(0));
      }

      @Override
      public int width() {
        return Math.toIntExact(features.size(1));
      }

      @Override
      public Tensor block(int from, int count) {
        return features.narrow(0, from, count);
      }

      @Override
      public Tensor gather(long[] ids) {
        return features.index_select(0, Tensors.of(ids, ids.length));
      }
    };
  }
}
