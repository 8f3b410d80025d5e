package dev.bingo.spark;

import dev.bingo.embed.Embedder;
import java.io.IOException;
import java.nio.file.Files;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FSDataInputStream;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;

/**
 * A model on the driver, known by its content.
 *
 * @param bytes of the file that {@code bingo export --format onnx} wrote
 * @param sha256 of the bytes, in hexadecimal
 */
record Model(byte[] bytes, String sha256) {

  static Model of(byte[] bytes) {
    try {
      byte[] digest = MessageDigest.getInstance("SHA-256").digest(bytes);
      return new Model(bytes, HexFormat.of().formatHex(digest));
    } catch (NoSuchAlgorithmException e) {
      throw new AssertionError("every Java platform has SHA-256", e);
    }
  }

  /**
   * Reads one from any file system that Hadoop knows.
   *
   * @throws IOException where it can't be read, or is larger than a model may be
   */
  static Model read(Path file, Configuration configuration) throws IOException {
    FileSystem system = file.getFileSystem(configuration);
    Path full = system.makeQualified(file);
    FileStatus status = system.getFileStatus(file);
    if (!status.isFile()) {
      throw new IOException(full + " is no file");
    }
    if (system == FileSystem.getLocal(configuration) && !Files.isRegularFile(local(full))) {
      throw new IOException(full + " is no regular file"); // a pipe has no end
    }
    if (status.getLen() > Embedder.MOST_MODEL_BYTES) {
      throw new IOException(
          "%s has %d bytes; a model may have %d"
              .formatted(full, status.getLen(), Embedder.MOST_MODEL_BYTES));
    }
    byte[] bytes = new byte[(int) status.getLen()];
    try (FSDataInputStream in = system.open(file)) {
      in.readFully(bytes);
    }
    return of(bytes);
  }

  private static java.nio.file.Path local(Path file) {
    return java.nio.file.Path.of(file.toUri().getPath());
  }
}
