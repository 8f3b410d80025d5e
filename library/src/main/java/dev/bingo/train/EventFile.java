package dev.bingo.train;

import dev.bingo.file.PlainFolder;
import java.io.ByteArrayOutputStream;
import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.zip.CRC32C;

/**
 * TensorBoard's event file: scalars as protocol-buffer {@code Event}s in TFRecord frames (length,
 * masked CRC-32C of it, data, masked CRC-32C of that). Opened at the first event.
 */
final class EventFile implements Closeable {
  private static final int SESSION_START = 1;
  private static final String PREFIX = "events.out.tfevents.";
  private static final Pattern NAME = Pattern.compile(Pattern.quote(PREFIX) + "(\\d{1,10})\\..*");

  private final PlainFolder run;
  private final String folder;
  private FileChannel file;
  private long start;

  /**
   * Opens nothing yet.
   *
   * @param folder in the run's
   */
  EventFile(PlainFolder run, String folder) {
    this.run = run;
    this.folder = folder;
  }

  /**
   * Begins (again) at a step: what earlier files hold from there on, TensorBoard leaves out. Called
   * before the first event.
   */
  void restart(long step) {
    start = step;
  }

  private void open() throws IOException {
    run.makeFolder(folder);
    long seconds = Math.max(System.currentTimeMillis() / 1000, newest() + 1);
    while (file == null) {
      String name = PREFIX + seconds++ + ".bingo." + ProcessHandle.current().pid();
      try {
        file =
            FileChannel.open(
                run.file(folder + "/" + name),
                StandardOpenOption.CREATE_NEW,
                StandardOpenOption.WRITE);
      } catch (FileAlreadyExistsException e) {
        // Another file's, whose time is not to be read from its name.
      }
    }
    Message version = header(0);
    version.bytes(3, "brain.Event:2".getBytes(StandardCharsets.UTF_8));
    write(version);
    Message status = new Message();
    status.varint(1, SESSION_START);
    Message session = header(start);
    session.bytes(7, status.toByteArray());
    write(session);
  }

  /**
   * The largest time in a file's name. TensorBoard reads files in order of names: a later one must
   * sort behind them, also where the clock went backwards meanwhile.
   */
  private long newest() throws IOException {
    long newest = 0;
    for (Path other : run.list(folder)) {
      Matcher name = NAME.matcher(other.getFileName().toString());
      if (name.matches()) {
        newest = Math.max(newest, Long.parseLong(name.group(1)));
      }
    }
    return newest;
  }

  /** Adds every number among the values. */
  void add(long step, Map<String, ?> values) throws IOException {
    if (file == null) {
      open();
    }
    Message summary = new Message();
    for (Map.Entry<String, ?> e : values.entrySet()) {
      if (e.getValue() instanceof Number n) {
        Message value = new Message();
        value.bytes(1, e.getKey().getBytes(StandardCharsets.UTF_8));
        value.fixed32(2, Float.floatToIntBits(n.floatValue()));
        summary.bytes(1, value.toByteArray());
      }
    }
    Message event = header(step);
    event.bytes(5, summary.toByteArray());
    write(event);
  }

  private static Message header(long step) {
    Message event = new Message();
    event.fixed64(1, Double.doubleToLongBits(System.currentTimeMillis() / 1e3));
    event.varint(2, step);
    return event;
  }

  private void write(Message event) throws IOException {
    byte[] data = event.toByteArray();
    byte[] length =
        ByteBuffer.allocate(8).order(ByteOrder.LITTLE_ENDIAN).putLong(data.length).array();
    ByteBuffer frame = ByteBuffer.allocate(16 + data.length).order(ByteOrder.LITTLE_ENDIAN);
    frame.put(length).putInt(masked(length)).put(data).putInt(masked(data)).flip();
    while (frame.hasRemaining()) {
      file.write(frame);
    }
  }

  static int masked(byte[] data) {
    CRC32C crc = new CRC32C();
    crc.update(data);
    int c = (int) crc.getValue();
    return Integer.rotateRight(c, 15) + 0xa282ead8;
  }

  @Override
  public void close() throws IOException {
    if (file != null) {
      file.close();
    }
  }

  /** The wire format of protocol buffers, as far as events need it. */
  private static final class Message extends ByteArrayOutputStream {
    void varint(int field, long value) {
      raw((long) field << 3);
      raw(value);
    }

    void bytes(int field, byte[] value) {
      raw((long) field << 3 | 2);
      raw(value.length);
      writeBytes(value);
    }

    void fixed32(int field, int value) {
      raw((long) field << 3 | 5);
      writeBytes(ByteBuffer.allocate(4).order(ByteOrder.LITTLE_ENDIAN).putInt(value).array());
    }

    void fixed64(int field, long value) {
      raw((long) field << 3 | 1);
      writeBytes(ByteBuffer.allocate(8).order(ByteOrder.LITTLE_ENDIAN).putLong(value).array());
    }

    private void raw(long value) {
      while ((value & ~0x7fL) != 0) {
        write((int) ((value & 0x7f) | 0x80));
        value >>>= 7;
      }
      write((int) value);
    }
  }
}
