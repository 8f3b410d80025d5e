package dev.bingo.spark;

import java.io.IOException;
import java.io.UncheckedIOException;
import org.apache.hadoop.fs.Path;
import org.apache.spark.ml.util.DefaultParamsReader;
import org.apache.spark.ml.util.MLReader;
import scala.Option;

/** Reads what {@link EmbedderWriter} wrote. */
final class EmbedderReader extends MLReader<ImageEmbedder> {

  @Override
  public ImageEmbedder load(String path) {
    DefaultParamsReader.Metadata metadata =
        DefaultParamsReader.loadMetadata(path, sparkSession(), ImageEmbedder.class.getName());
    ImageEmbedder embedder = new ImageEmbedder(metadata.uid());
    metadata.getAndSetParams(embedder, Option.empty());
    Path file = new Path(path, EmbedderWriter.MODEL);
    Model model;
    try {
      model = Model.read(file, sparkSession().sparkContext().hadoopConfiguration());
    } catch (IOException e) {
      throw new UncheckedIOException(file + " can't be read: " + e.getMessage(), e);
    }
    String saved = embedder.getOrDefault(embedder.modelSha256());
    if (!model.sha256().equals(saved)) {
      throw new IllegalArgumentException(
          "%s was altered: its SHA-256 is %s, saved was %s".formatted(file, model.sha256(), saved));
    }
    return embedder.with(model);
  }
}
