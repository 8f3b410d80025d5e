package dev.bingo.spark;

import dev.bingo.embed.Embedder;
import java.io.IOException;
import java.io.Serializable;
import org.apache.spark.broadcast.Broadcast;
import org.apache.spark.util.SerializableConfiguration;

/**
 * What a task needs: the model, how to run it, and how files are reached.
 *
 * @param model a file's bytes, of which an executor gets one copy
 * @param sha256 of the model
 * @param threads of one call
 * @param batch images that run at once
 * @param hadoop the driver's settings of file systems
 */
record Work(
    Broadcast<byte[]> model,
    String sha256,
    int threads,
    int batch,
    Broadcast<SerializableConfiguration> hadoop)
    implements Serializable {

  Sessions.Lease lease() throws IOException {
    return Sessions.HERE.lease(
        new Sessions.Key(sha256, threads, batch), () -> Embedder.open(model.value(), options()));
  }

  Embedder.Options options() {
    return Embedder.Options.DEFAULT.withThreads(threads).withBatch(batch);
  }

  EncodedImage image(Object value) throws IOException {
    return EncodedImage.of(value, hadoop.value().value());
  }
}
