package dev.bingo.serve;

import com.fasterxml.jackson.core.JacksonException;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/**
 * What people did, a line of JSON each, in a file that only grows. A line is on the disk before
 * anybody is told that it was taken; a process that is killed while it writes leaves at most an end
 * of a line that nobody was told of, which the next one cuts off.
 */
final class LabelLog implements AutoCloseable {
  /** The file's name. */
  static final String FILE = "labels.jsonl";

  private static final long LARGEST = 1L << 30;

  private final FileChannel channel;
  private final List<LabelEvent> before;
  private final long cutOff;
  private IOException broken;

  private LabelLog(FileChannel channel, List<LabelEvent> before, long cutOff) {
    this.channel = channel;
    this.before = before;
    this.cutOff = cutOff;
  }

  /**
   * Opens the log of a folder, which is made where it is not there.
   *
   * @throws IOException where another process has it, or a line that is whole can't be read
   */
  static LabelLog open(Path folder) throws IOException {
    Files.createDirectories(folder);
    Path file = folder.resolve(FILE);
    FileChannel channel =
        FileChannel.open(
            file,
            Set.of(
                StandardOpenOption.CREATE,
                StandardOpenOption.READ,
                StandardOpenOption.WRITE,
                LinkOption.NOFOLLOW_LINKS));
    boolean opened = false;
    try {
      lock(channel, file);
      if (channel.size() > LARGEST) {
        throw new IOException(file + ": is too large for a log of labels");
      }
      ByteBuffer all = ByteBuffer.allocate((int) channel.size());
      while (all.hasRemaining() && channel.read(all) >= 0) {
        // reads on
      }
      byte[] bytes = all.array();
      int end = bytes.length;
      while (end > 0 && bytes[end - 1] != '\n') {
        end--;
      }
      List<LabelEvent> events = events(new String(bytes, 0, end, StandardCharsets.UTF_8), file);
      channel.truncate(end);
      channel.position(end);
      channel.force(true);
      opened = true;
      return new LabelLog(channel, events, bytes.length - end);
    } finally {
      if (!opened) {
        channel.close();
      }
    }
  }

  private static void lock(FileChannel channel, Path file) throws IOException {
    FileLock lock = null;
    try {
      lock = channel.tryLock();
    } catch (OverlappingFileLockException e) {
      // held in this process: refused below
    }
    if (lock == null) {
      throw new IOException(
          file + ": another server writes labels here; stop it, or choose another folder");
    }
  }

  private static List<LabelEvent> events(String text, Path file) throws IOException {
    List<LabelEvent> events = new ArrayList<>();
    for (String line : (Iterable<String>) text.lines()::iterator) {
      try {
        events.add(Json.MAPPER.readValue(line, LabelEvent.class));
      } catch (JacksonException e) {
        throw new IOException(
            "%s, line %d: is no line of a log of labels: %s. Mend or remove that line"
                .formatted(file, events.size() + 1, e.getOriginalMessage()),
            e);
      }
    }
    return events;
  }

  /** What was in it when it was opened. */
  List<LabelEvent> before() {
    return before;
  }

  /** Bytes of an end without a line's end, which were cut off when it was opened. */
  long cutOff() {
    return cutOff;
  }

  /** Writes events; they are on the disk when it returns. */
  synchronized void append(List<LabelEvent> events) throws IOException {
    if (broken != null) {
      throw new IOException("the log of labels could not be written before", broken);
    }
    ByteArrayOutputStream lines = new ByteArrayOutputStream();
    for (LabelEvent event : events) {
      lines.writeBytes(Json.bytes(event));
      lines.write('\n');
    }
    long start = channel.position();
    try {
      ByteBuffer bytes = ByteBuffer.wrap(lines.toByteArray());
      while (bytes.hasRemaining()) {
        channel.write(bytes);
      }
      channel.force(true);
    } catch (IOException e) {
      // Half a line must not come before the next one.
      try {
        channel.truncate(start);
        channel.position(start);
      } catch (IOException worse) {
        e.addSuppressed(worse);
        broken = e;
      }
      throw e;
    }
  }

  @Override
  public synchronized void close() throws IOException {
    channel.close();
  }
}
