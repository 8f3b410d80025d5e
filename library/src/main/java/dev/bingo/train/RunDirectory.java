package dev.bingo.train;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.bingo.weights.WholeFile;
import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Stream;

/**
 * Where a run writes: the resolved recipe, {@code metrics.jsonl}, TensorBoard events, checkpoints.
 * One process at a time.
 */
public final class RunDirectory implements Closeable {
  private static final ObjectMapper JSON = new ObjectMapper();

  private final Path path;
  private final FileChannel lockFile;
  private final FileLock lock;
  private final FileChannel metrics;
  private final EventFile events;

  /**
   * Opens or makes a run directory and takes its lock.
   *
   * @throws IOException where it can't be written, or another process holds it
   */
  public RunDirectory(Path path) throws IOException {
    this.path = path;
    Files.createDirectories(path.resolve("checkpoints"));
    lockFile =
        FileChannel.open(path.resolve("lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
    lock = lock();
    deleteLeftovers();
    metrics =
        FileChannel.open(
            path.resolve("metrics.jsonl"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
    metrics.position(metrics.size());
    events = new EventFile(path.resolve("tensorboard"));
  }

  private FileLock lock() throws IOException {
    FileLock taken;
    try {
      taken = lockFile.tryLock();
    } catch (OverlappingFileLockException e) {
      taken = null;
    }
    if (taken == null) {
      lockFile.close();
      throw new IOException(
          path
              + ": another process is training in this run directory; wait for it, or choose another");
    }
    return taken;
  }

  /** What a process killed while it wrote a file has left. */
  private void deleteLeftovers() throws IOException {
    deleteLeftovers(path);
    deleteLeftovers(path.resolve("checkpoints"));
  }

  private static void deleteLeftovers(Path folder) throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      for (Path file : files.filter(WholeFile::isTemporary).toList()) {
        Files.deleteIfExists(file);
      }
    }
  }

  public Path path() {
    return path;
  }

  /** Writes a text file into the directory, whole or not at all. */
  public void write(String name, String text) throws IOException {
    WholeFile.write(path.resolve(name), text);
  }

  /** Appends a line to {@code metrics.jsonl}, and its numbers to the TensorBoard events. */
  void log(long step, Map<String, ?> values) throws IOException {
    byte[] line = (JSON.writeValueAsString(values) + "\n").getBytes(StandardCharsets.UTF_8);
    try {
      WholeFile.writeFully(metrics, ByteBuffer.wrap(line));
      events.add(step, values);
    } catch (IOException e) {
      throw new FileSystemException(path + "'s metrics and events", null, e.getMessage());
    }
  }

  /** Forces the metrics to disk. */
  long metricsLength() throws IOException {
    metrics.force(false);
    return metrics.position();
  }

  /**
   * Drops what was logged after a checkpoint.
   *
   * @param length bytes of metrics that stay
   * @param step the last that stays
   */
  void truncate(long length, long step) throws IOException {
    metrics.truncate(length);
    // Not beyond the end, should someone have shortened the file: that would leave zeros.
    metrics.position(Math.min(length, metrics.size()));
    events.restart(step + 1);
  }

  Path checkpoint(long step) {
    return path.resolve("checkpoints")
        .resolve(String.format(Locale.ROOT, "step-%09d.safetensors", step));
  }

  /** Checkpoints, newest first. */
  List<Path> checkpoints() throws IOException {
    try (Stream<Path> files = Files.list(path.resolve("checkpoints"))) {
      return files
          .filter(f -> f.getFileName().toString().matches("step-\\d+\\.safetensors"))
          .sorted(Comparator.comparing((Path f) -> f.getFileName().toString()).reversed())
          .toList();
    }
  }

  /** Renames damaged checkpoints, so that they are counted and read no more. */
  void setAside(List<Path> damaged) throws IOException {
    for (Path file : damaged) {
      Files.move(
          file,
          file.resolveSibling(file.getFileName() + ".damaged"),
          StandardCopyOption.REPLACE_EXISTING);
    }
  }

  /** Deletes all but the newest checkpoints. */
  void prune(int keep) throws IOException {
    List<Path> all = checkpoints();
    for (Path old : all.subList(Math.min(keep, all.size()), all.size())) {
      Files.deleteIfExists(old);
    }
  }

  @Override
  public void close() throws IOException {
    events.close();
    metrics.close();
    lock.release();
    lockFile.close();
  }
}
