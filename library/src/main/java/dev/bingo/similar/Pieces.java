package dev.bingo.similar;

import dev.bingo.neighbour.Rows;
import dev.bingo.torch.Tensors;
import dev.bingo.weights.MappedRows;
import java.util.stream.LongStream;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.ScalarType;

/**
 * Vectors of length 1 from two files, in any order.
 *
 * @param kept of the index before; null where no row is from it
 * @param made of images that were embedded; null where no row is from it
 * @param from of each row: r ≥ 0 is kept's row r, and −1 − r is made's
 * @param width D
 */
record Pieces(MappedRows kept, MappedRows made, int[] from, int width) implements Rows {
  @Override
  public int size() {
    return from.length;
  }

  @Override
  public Tensor block(int first, int count) {
    return gather(LongStream.range(first, (long) first + count).toArray());
  }

  @Override
  public Tensor gather(long[] ids) {
    Tensor all = Tensors.empty(ScalarType.Float, ids.length, width);
    long[] ofKept = LongStream.range(0, ids.length).filter(i -> row(ids, i) >= 0).toArray();
    long[] ofMade = LongStream.range(0, ids.length).filter(i -> row(ids, i) < 0).toArray();
    if (ofKept.length > 0) {
      long[] rows = LongStream.of(ofKept).map(i -> row(ids, i)).toArray();
      all.index_copy_(0, Tensors.of(ofKept, ofKept.length), kept.gather(rows));
    }
    if (ofMade.length > 0) {
      long[] rows = LongStream.of(ofMade).map(i -> -1 - row(ids, i)).toArray();
      all.index_copy_(0, Tensors.of(ofMade, ofMade.length), made.gather(rows));
    }
    return all;
  }

  private int row(long[] ids, long i) {
    return from[(int) ids[(int) i]];
  }
}
