package dev.bingo.similar;

import dev.bingo.weights.Npy;
import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.ScalarType;

/**
 * Writes the files of an index.
 *
 * @param exactBytes of vectors above which they are sorted into cells
 */
record IndexWriter(
    IndexFolder folder,
    Identity identity,
    String data,
    long exactBytes,
    IndexUpdate.Listener listener) {
  private static final int BLOCK = 4096;
  private static final int FEWEST_SORTED = 1000;
  private static final double OFF = 0.01;

  /**
   * Writes an index and opens it. Vectors that lie where they lay stay in their file.
   *
   * @param before the index that it replaces; null for none
   * @param pieces its rows
   * @param entries of them
   * @param complete whether all images of the set have been looked at
   */
  SimilarIndex write(
      SimilarIndex before,
      Pieces pieces,
      List<Entry> entries,
      Map<String, String> leftOut,
      boolean complete)
      throws IOException {
    int n = pieces.size();
    boolean large = n >= FEWEST_SORTED && (long) n * pieces.width() * Float.BYTES > exactBytes;
    boolean wasSorted = before != null && before.manifest().sorted() != null;
    // While images are still to come, cells are not worth finding, but worth keeping.
    boolean sort = large && (complete || wasSorted);
    Manifest.Sorted sorted = null;
    String vectors;
    List<Entry> inOrder = entries;
    if (before != null
        && before.size() == n
        && wasSorted == sort
        && IntStream.range(0, n).allMatch(r -> pieces.from()[r] == r)) {
      vectors = before.manifest().vectors();
      sorted = before.manifest().sorted();
    } else {
      vectors = IndexFolder.fresh("vectors", "npy");
      long[] order = LongStream.range(0, n).toArray();
      if (sort) {
        listener.begin("sorting into cells");
        Sorting sorting = Sorting.of(before, pieces);
        order = sorting.order();
        String centres = IndexFolder.fresh("cells", "npy");
        Npy.write(folder.file(centres), sorting.centres());
        sorted = sorting.sorted(centres);
        inOrder = LongStream.of(order).mapToObj(r -> entries.get((int) r)).toList();
      }
      write(vectors, pieces, order);
    }
    String names = IndexFolder.fresh("entries", "jsonl");
    String digest = folder.write(names, inOrder);
    folder.commit(
        new Manifest(
            Manifest.VERSION,
            complete,
            data,
            identity.encoder(),
            new TreeMap<>(identity.settings()),
            vectors,
            names,
            digest,
            leftOut,
            sorted));
    return SimilarIndex.open(folder);
  }

  private void write(String name, Pieces pieces, long[] order) throws IOException {
    Npy.write(
        folder.file(name),
        ScalarType.Float,
        new long[] {order.length, pieces.width()},
        blocks -> {
          for (int from = 0; from < order.length; from += BLOCK) {
            try (PointerScope scope = new PointerScope()) {
              int to = Math.min(order.length, from + BLOCK);
              Tensor rows = pieces.gather(Arrays.copyOfRange(order, from, to));
              Tensor off = NewRows.lengths(rows).sub(new Scalar(1)).abs().max();
              // Not a number is below nothing, so that it counts as damage too.
              if (!(off.item_double() < OFF)) {
                throw folder.damaged("vectors are not of length 1", null);
              }
              blocks.accept(rows);
            }
          }
        });
  }
}
