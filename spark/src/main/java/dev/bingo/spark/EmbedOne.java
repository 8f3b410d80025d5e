package dev.bingo.spark;

import dev.bingo.embed.Embedder;
import java.io.IOException;
import java.util.List;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.api.java.UDF1;

/** An image's vector and error, for SQL. */
final class EmbedOne implements UDF1<Object, Row> {
  private static final long serialVersionUID = 1;

  private final Work work;

  EmbedOne(Work work) {
    this.work = work;
  }

  @Override
  public Row call(Object value) throws IOException {
    EncodedImage image = work.image(value);
    if (image.error() != null) {
      return RowFactory.create(null, image.error());
    }
    try (Sessions.Lease lease = work.lease()) {
      Embedder.Outcome outcome = lease.embedder().embedEach(List.of(image.bytes())).get(0);
      return RowFactory.create(outcome.vector(), EmbedRows.message(outcome.error()));
    }
  }
}
