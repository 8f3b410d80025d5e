package dev.bingo.spark;

import dev.bingo.format.ImageLimits;
import java.io.EOFException;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.channels.ClosedByInterruptException;
import java.nio.file.AccessDeniedException;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FSDataInputStream;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import org.apache.hadoop.security.AccessControlException;

/**
 * An image's file, or why there is none.
 *
 * @param bytes of the file, or null
 * @param error or null
 */
record EncodedImage(byte[] bytes, String error) {

  /**
   * Of a cell.
   *
   * @param value bytes, a path, or null
   * @throws IOException where the task is being ended; a file that can't be read is an error
   */
  static EncodedImage of(Object value, Configuration hadoop) throws IOException {
    if (value == null) {
      return bad("there is no image: the value is null");
    }
    if (value instanceof byte[] bytes) {
      return new EncodedImage(bytes, null);
    }
    if (value instanceof String path) {
      return read(path, hadoop);
    }
    throw new IllegalArgumentException(
        "expected the bytes of an image (binary) or its path (string), got a "
            + value.getClass().getSimpleName());
  }

  private static EncodedImage bad(String error) {
    return new EncodedImage(null, error);
  }

  private static EncodedImage read(String name, Configuration hadoop) throws IOException {
    try {
      Path path = new Path(name);
      FileSystem system = path.getFileSystem(hadoop);
      FileStatus status = system.getFileStatus(path);
      long length = status.getLen();
      if (status.isDirectory()) {
        return bad("it is a folder");
      }
      if (length == 0) { // nor are pipes and devices opened, which say the same
        return bad("the file is empty (0 bytes)");
      }
      if (length > ImageLimits.DEFAULT.maxFileBytes()) {
        return bad(
            "the image has %d bytes; allowed are %d"
                .formatted(length, ImageLimits.DEFAULT.maxFileBytes()));
      }
      byte[] bytes = new byte[(int) length];
      try (FSDataInputStream in = system.open(path)) {
        in.readFully(bytes);
      }
      return new EncodedImage(bytes, null);
    } catch (ClosedByInterruptException | InterruptedIOException e) {
      if (Thread.currentThread().isInterrupted()) {
        throw e; // the task's end, and not the image's fault
      }
      return bad("it can't be read: " + e.getMessage());
    } catch (FileNotFoundException e) {
      return bad("no such file");
    } catch (AccessControlException | AccessDeniedException e) {
      return bad("no permission to read it");
    } catch (EOFException e) {
      return bad("it was cut off while it was read");
    } catch (IOException | IllegalArgumentException e) {
      return bad("it can't be read: " + e.getMessage());
    } catch (OutOfMemoryError e) { // of one image: the next may well fit
      return bad("it doesn't fit into the executor's memory (spark.executor.memory)");
    }
  }
}
