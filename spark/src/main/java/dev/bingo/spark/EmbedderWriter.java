package dev.bingo.spark;

import java.io.IOException;
import java.io.UncheckedIOException;
import org.apache.hadoop.fs.FSDataOutputStream;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import org.apache.spark.ml.util.DefaultParamsWriter;
import org.apache.spark.ml.util.MLWriter;

/** Writes an embedder's settings, as Spark writes them, and its model beside them. */
final class EmbedderWriter extends MLWriter {
  static final String MODEL = "model.onnx";

  private final ImageEmbedder embedder;

  EmbedderWriter(ImageEmbedder embedder) {
    this.embedder = embedder;
  }

  @Override
  public void saveImpl(String path) {
    Model model = embedder.model();
    DefaultParamsWriter.saveMetadata(embedder, path, sparkSession());
    Path file = new Path(path, MODEL);
    try {
      FileSystem system = file.getFileSystem(sparkSession().sparkContext().hadoopConfiguration());
      try (FSDataOutputStream out = system.create(file, false)) {
        out.write(model.bytes());
      }
    } catch (IOException e) {
      throw new UncheckedIOException(file + " can't be written: " + e.getMessage(), e);
    }
  }
}
