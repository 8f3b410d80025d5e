package dev.bingo.train;

import static org.assertj.core.api.Assertions.assertThat;

import dev.bingo.file.PlainFolder;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class EventFileTest {
  @TempDir Path folder;

  @Test
  void checksumsAreTheFormatsOwn() {
    // CRC-32C of "123456789" is e3069283 (RFC 3720's check value); masked: rotated by 15, plus
    // a282ead8.
    assertThat(EventFile.masked("123456789".getBytes(StandardCharsets.US_ASCII)))
        .isEqualTo((0xe3069283 >>> 15 | 0xe3069283 << 17) + 0xa282ead8);
    // The first frame of TensorFlow's files is 24 bytes long; they all begin with these twelve
    // bytes.
    byte[] length = {24, 0, 0, 0, 0, 0, 0, 0};
    assertThat(EventFile.masked(length)).isEqualTo(0x224b7fa3);
  }

  @Test
  void aClockThatWentBackwardsLeavesTheOrderOfFiles() throws IOException {
    String future = "events.out.tfevents.9000000000.bingo.1";
    Files.createFile(folder.resolve(future));
    Files.createFile(folder.resolve("events.out.tfevents.notes"));
    try (EventFile events =
        new EventFile(new PlainFolder(folder.getParent()), "" + folder.getFileName())) {
      events.add(1, Map.of("loss", 1));
    }
    try (var files = Files.list(folder)) {
      assertThat(files.map(f -> f.getFileName().toString()).filter(n -> n.contains(".bingo.")))
          .hasSize(2)
          .allMatch(n -> n.equals(future) || n.startsWith("events.out.tfevents.9000000001."));
    }
  }

  @Test
  void scalarsComeBackFromTheFile() throws IOException {
    Map<String, Object> values = new LinkedHashMap<>();
    values.put("loss", 1.25);
    values.put("epoch", 3);
    values.put("note", "not a number");
    values.put("a/b", Double.NaN);
    try (EventFile events =
        new EventFile(new PlainFolder(folder.getParent()), "" + folder.getFileName())) {
      events.restart(300);
      events.add(300, values);
      events.add(70000, Map.of("loss", -0.5));
    }
    List<Map<Integer, Object>> read = read();
    assertThat(read).hasSize(4);
    assertThat(text(read.get(0).get(3))).isEqualTo("brain.Event:2");
    // SessionLog.START, at the first step to come: TensorBoard drops what it had from there on.
    assertThat(read.get(1)).containsEntry(2, 300L);
    assertThat(parse((byte[]) read.get(1).get(7))).containsEntry(1, 1L);
    assertThat(read.get(2)).containsEntry(2, 300L).containsKey(1);
    Map<String, Float> expected = new LinkedHashMap<>();
    expected.put("loss", 1.25f);
    expected.put("epoch", 3f);
    expected.put("a/b", Float.NaN);
    assertThat(scalars(read.get(2))).isEqualTo(expected);
    assertThat(read.get(3)).containsEntry(2, 70000L);
    assertThat(scalars(read.get(3))).isEqualTo(Map.of("loss", -0.5f));
  }

  @Test
  void aRunThatLogsNothingLeavesNoFile() throws IOException {
    new EventFile(new PlainFolder(folder), "none").close();
    assertThat(folder.resolve("none")).doesNotExist();
  }

  private List<Map<Integer, Object>> read() throws IOException {
    Path file;
    try (var files = Files.list(folder)) {
      file = files.findFirst().orElseThrow();
    }
    assertThat(file.getFileName().toString()).startsWith("events.out.tfevents.");
    ByteBuffer bytes = ByteBuffer.wrap(Files.readAllBytes(file)).order(ByteOrder.LITTLE_ENDIAN);
    List<Map<Integer, Object>> events = new ArrayList<>();
    while (bytes.hasRemaining()) {
      byte[] length = new byte[8];
      bytes.get(length);
      assertThat(bytes.getInt()).isEqualTo(EventFile.masked(length));
      byte[] data =
          new byte[(int) ByteBuffer.wrap(length).order(ByteOrder.LITTLE_ENDIAN).getLong()];
      bytes.get(data);
      assertThat(bytes.getInt()).isEqualTo(EventFile.masked(data));
      events.add(parse(data));
    }
    return events;
  }

  private static Map<String, Float> scalars(Map<Integer, Object> event) {
    Map<String, Float> scalars = new LinkedHashMap<>();
    ByteBuffer summary = wrap(event.get(5));
    while (summary.hasRemaining()) {
      assertThat(summary.get()).isEqualTo((byte) (1 << 3 | 2));
      byte[] value = new byte[(int) varint(summary)];
      summary.get(value);
      Map<Integer, Object> fields = parse(value);
      scalars.put(text(fields.get(1)), (Float) fields.get(2));
    }
    return scalars;
  }

  /** The fields of a message; of those that occur twice, the last. */
  private static Map<Integer, Object> parse(byte[] message) {
    ByteBuffer in = wrap(message);
    Map<Integer, Object> fields = new LinkedHashMap<>();
    while (in.hasRemaining()) {
      int key = (int) varint(in);
      Object value =
          switch (key & 7) {
            case 0 -> varint(in);
            case 1 -> in.getDouble();
            case 2 -> {
              byte[] bytes = new byte[(int) varint(in)];
              in.get(bytes);
              yield bytes;
            }
            case 5 -> in.getFloat();
            default -> throw new AssertionError("wire type " + (key & 7));
          };
      fields.put(key >>> 3, value);
    }
    return fields;
  }

  private static long varint(ByteBuffer in) {
    long value = 0;
    for (int shift = 0; ; shift += 7) {
      byte b = in.get();
      value |= (long) (b & 0x7f) << shift;
      if (b >= 0) {
        return value;
      }
    }
  }

  private static ByteBuffer wrap(Object bytes) {
    return ByteBuffer.wrap((byte[]) bytes).order(ByteOrder.LITTLE_ENDIAN);
  }

  private static String text(Object bytes) {
    return new String((byte[]) bytes, StandardCharsets.UTF_8);
  }
}
