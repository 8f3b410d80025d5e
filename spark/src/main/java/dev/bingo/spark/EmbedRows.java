package dev.bingo.spark;

import dev.bingo.embed.BadImageException;
import dev.bingo.embed.Embedder;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.Queue;
import org.apache.spark.TaskContext;
import org.apache.spark.api.java.function.MapPartitionsFunction;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.util.TaskCompletionListener;

/** The rows of a partition with two columns more: vector and error. */
final class EmbedRows implements MapPartitionsFunction<Row, Row> {
  private static final long serialVersionUID = 1;

  /** A batch ends with the image that exceeds it: a few large files must not fill an executor. */
  private static final long MOST_BATCH_BYTES = 64L << 20;

  private final Work work;
  private final int column;

  /**
   * @param column index of the column of bytes or paths
   */
  EmbedRows(Work work, int column) {
    this.work = work;
    this.column = column;
  }

  @Override
  public Iterator<Row> call(Iterator<Row> rows) throws IOException {
    if (!rows.hasNext()) {
      return rows;
    }
    Sessions.Lease lease = work.lease();
    TaskContext.get().addTaskCompletionListener((TaskCompletionListener) context -> lease.close());
    return new Batches(rows, lease.embedder());
  }

  private final class Batches implements Iterator<Row> {
    private final Iterator<Row> rows;
    private final Embedder embedder;
    private final Queue<Row> done = new ArrayDeque<>();

    Batches(Iterator<Row> rows, Embedder embedder) {
      this.rows = rows;
      this.embedder = embedder;
    }

    @Override
    public boolean hasNext() {
      return !done.isEmpty() || rows.hasNext();
    }

    @Override
    public Row next() {
      if (!hasNext()) {
        throw new NoSuchElementException();
      }
      if (done.isEmpty()) {
        try {
          batch();
        } catch (IOException e) {
          throw new UncheckedIOException(e);
        }
      }
      return done.remove();
    }

    private void batch() throws IOException {
      List<Row> batch = new ArrayList<>();
      List<EncodedImage> images = new ArrayList<>();
      long bytes = 0;
      while (rows.hasNext() && batch.size() < work.batch() && bytes < MOST_BATCH_BYTES) {
        Row row = rows.next();
        EncodedImage image = work.image(row.get(column));
        batch.add(row);
        images.add(image);
        bytes += image.bytes() == null ? 0 : image.bytes().length;
      }
      List<byte[]> encoded =
          images.stream().filter(i -> i.error() == null).map(EncodedImage::bytes).toList();
      Iterator<Embedder.Outcome> outcomes = embedder.embedEach(encoded).iterator();
      for (int i = 0; i < batch.size(); i++) {
        String error = images.get(i).error();
        if (error != null) {
          done.add(with(batch.get(i), null, error));
        } else {
          Embedder.Outcome outcome = outcomes.next();
          done.add(with(batch.get(i), outcome.vector(), message(outcome.error())));
        }
      }
    }
  }

  static String message(BadImageException error) {
    return error == null ? null : error.getMessage();
  }

  private static Row with(Row row, float[] vector, String error) {
    Object[] values = new Object[row.size() + 2];
    Arrays.setAll(values, i -> i < row.size() ? row.get(i) : null);
    values[row.size()] = vector;
    values[row.size() + 1] = error;
    return RowFactory.create(values);
  }
}
