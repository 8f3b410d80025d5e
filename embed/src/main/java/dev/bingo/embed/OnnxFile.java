package dev.bingo.embed;

import java.io.IOException;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;

/**
 * A model file, looked at before ONNX Runtime gets it. What {@code bingo export} writes has no
 * graphs within nodes, no functions, and all its numbers in itself; a file that has could loop
 * without end, or have other files read. The numbers below are those of ONNX's fields.
 */
final class OnnxFile {
  static final long MOST_BYTES = 1L << 30;

  /** Of an attribute: tensors, graphs, types and sparse tensors. */
  private static final Set<Integer> NOT_PLAIN = Set.of(5, 6, 10, 11, 14, 15, 22, 23);

  /** Of a tensor: what lies in other files. */
  private static final Set<Integer> EXTERNAL = Set.of(13, 14);

  private final Map<String, String> metadata = new HashMap<>();
  private final byte[] bytes;

  /** Is told of each field of a message, with its bytes where it is a message or text. */
  private interface Visitor {
    void field(int number, ByteBuffer bytes) throws IOException;
  }

  private OnnxFile(byte[] bytes) {
    this.bytes = bytes;
  }

  /**
   * Reads one.
   *
   * @throws IOException where it can't be read or isn't as {@code bingo export} writes models
   */
  static OnnxFile read(Path file) throws IOException {
    return of(whole(file));
  }

  /**
   * Looks at one; the bytes are kept.
   *
   * @throws IOException where it isn't as {@code bingo export} writes models
   */
  static OnnxFile of(byte[] bytes) throws IOException {
    try {
      OnnxFile model = new OnnxFile(bytes);
      visit(ByteBuffer.wrap(bytes), model::model);
      return model;
    } catch (IndexOutOfBoundsException | IllegalArgumentException | BufferUnderflowException e) {
      throw new IOException("is no ONNX model, or is cut off", e);
    }
  }

  private static byte[] whole(Path file) throws IOException {
    if (Files.exists(file) && !Files.isRegularFile(file)) {
      throw new IOException("is no regular file");
    }
    try (FileChannel channel = FileChannel.open(file)) {
      if (channel.size() > MOST_BYTES) {
        throw new IOException("has " + channel.size() + " bytes; allowed are " + MOST_BYTES);
      }
      ByteBuffer bytes = ByteBuffer.allocate((int) channel.size());
      while (bytes.hasRemaining() && channel.read(bytes) >= 0) {}
      return bytes.array();
    }
  }

  byte[] bytes() {
    return bytes;
  }

  Map<String, String> metadata() {
    return metadata;
  }

  private void model(int field, ByteBuffer content) throws IOException {
    switch (field) {
      case 7 -> visit(content, OnnxFile::graph);
      case 14 -> {
        String[] keyAndValue = {"", ""};
        visit(
            content,
            (number, text) -> {
              if (number == 1 || number == 2) {
                keyAndValue[number - 1] = StandardCharsets.UTF_8.decode(text).toString();
              }
            });
        metadata.put(keyAndValue[0], keyAndValue[1]);
      }
      case 25 -> throw foreign("functions");
      default -> {}
    }
  }

  private static void graph(int field, ByteBuffer content) throws IOException {
    switch (field) {
      case 1 -> visit(content, OnnxFile::node);
      case 5 -> visit(content, (number, value) -> refuse(EXTERNAL, number, "data in other files"));
      case 15 -> throw foreign("sparse tensors");
      default -> {}
    }
  }

  private static void node(int field, ByteBuffer content) throws IOException {
    if (field == 5) {
      visit(
          content,
          (number, value) -> refuse(NOT_PLAIN, number, "graphs or tensors within its nodes"));
    }
  }

  private static void refuse(Set<Integer> fields, int field, String what) throws IOException {
    if (fields.contains(field)) {
      throw foreign(what);
    }
  }

  private static IOException foreign(String what) {
    return new IOException("the model has " + what + ", as no model of 'bingo export' has");
  }

  /** Reads protobuf's encoding of a message, one level of it. */
  private static void visit(ByteBuffer message, Visitor visitor) throws IOException {
    ByteBuffer data = message.order(ByteOrder.LITTLE_ENDIAN);
    ByteBuffer none = ByteBuffer.allocate(0);
    while (data.hasRemaining()) {
      long key = varint(data);
      ByteBuffer content = none;
      switch ((int) key & 7) {
        case 0 -> varint(data);
        case 1 -> data.getLong();
        case 2 -> {
          int length = Math.toIntExact(Math.min(varint(data), Integer.MAX_VALUE));
          content = data.slice(data.position(), length);
          data.position(data.position() + length);
        }
        case 5 -> data.getInt();
        default -> throw new IllegalArgumentException("wire type of " + key);
      }
      visitor.field((int) (key >>> 3), content);
    }
  }

  private static long varint(ByteBuffer data) {
    long value = 0;
    for (int shift = 0; shift < 64; shift += 7) {
      byte next = data.get();
      value |= (long) (next & 0x7F) << shift;
      if (next >= 0) {
        return value;
      }
    }
    throw new IllegalArgumentException("a number of more than 64 bits");
  }
}
