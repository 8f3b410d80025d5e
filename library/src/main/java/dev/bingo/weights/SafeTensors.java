package dev.bingo.weights;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.bingo.torch.Tensors;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;

/**
 * The safetensors format: eight bytes of header length, a JSON header, then raw little-endian data.
 * Every length and offset is checked against the file before anything is allocated.
 */
public final class SafeTensors {
  private static final long HEADER_LIMIT = 100L << 20;
  private static final int MOST_DIMENSIONS = 16;
  private static final int MOST_TENSORS = 100_000;
  private static final ObjectMapper JSON = new ObjectMapper();

  private SafeTensors() {}

  /**
   * What a file holds.
   *
   * @param tensors by name, in the file's order; they belong to the caller's scope
   * @param metadata the header's {@code __metadata__}
   */
  public record Content(Map<String, Tensor> tensors, Map<String, String> metadata) {}

  /**
   * Reads a file.
   *
   * @throws IOException where it is not a whole and consistent safetensors file; the message says
   *     where it is wrong
   */
  public static Content read(Path file) throws IOException {
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
      Header header = header(file, channel);
      Map<String, Tensor> tensors = new LinkedHashMap<>();
      for (Entry e : header.entries) {
        Tensor t = Tensors.empty(e.type, e.shape);
        TensorBytes.read(file, channel, header.start + e.offset, t);
        tensors.put(e.name, t);
      }
      return new Content(tensors, header.metadata);
    }
  }

  /** Reads the header's {@code __metadata__} alone. */
  public static Map<String, String> metadata(Path file) throws IOException {
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
      return header(file, channel).metadata;
    }
  }

  /**
   * Writes tensors to {@code file}, whole or not at all.
   *
   * @param tensors on any device, of any layout; stored contiguous
   */
  public static void write(Path file, Map<String, Tensor> tensors, Map<String, String> metadata)
      throws IOException {
    ObjectNode head = JSON.createObjectNode();
    if (!metadata.isEmpty()) {
      head.set("__metadata__", JSON.valueToTree(metadata));
    }
    long offset = 0;
    for (Map.Entry<String, Tensor> e : tensors.entrySet()) {
      Tensor t = e.getValue();
      long bytes = t.numel() * t.element_size();
      ObjectNode node = head.putObject(e.getKey());
      node.put("dtype", dtype(e.getKey(), t.scalar_type()));
      var shape = node.putArray("shape");
      for (int d = 0; d < t.dim(); d++) {
        shape.add(t.size(d));
      }
      node.putArray("data_offsets").add(offset).add(offset + bytes);
      offset += bytes;
    }
    byte[] json = JSON.writeValueAsBytes(head);
    int padded = (json.length + 7) / 8 * 8;
    ByteBuffer front =
        ByteBuffer.allocate(8 + padded).order(ByteOrder.LITTLE_ENDIAN).putLong(padded).put(json);
    while (front.hasRemaining()) {
      front.put((byte) ' ');
    }
    WholeFile.write(
        file,
        channel -> {
          WholeFile.writeFully(channel, front.flip());
          for (Tensor t : tensors.values()) {
            TensorBytes.write(channel, t);
          }
        });
  }

  record Entry(String name, ScalarType type, long[] shape, long offset, long bytes)
      implements TensorInfo {}

  record Header(List<Entry> entries, Map<String, String> metadata, long start) {}

  static Header header(Path file, FileChannel channel) throws IOException {
    long size = channel.size();
    if (size < 10) {
      throw new IOException(file + ": not a safetensors file: only " + size + " bytes long");
    }
    ByteBuffer eight = ByteBuffer.allocate(8).order(ByteOrder.LITTLE_ENDIAN);
    readFully(file, channel, eight, 0);
    long length = eight.flip().getLong();
    if (length < 2 || length > HEADER_LIMIT || length > size - 8) {
      throw new IOException(
          file
              + ": not a whole safetensors file: its header claims "
              + length
              + " bytes, the file has "
              + size);
    }
    ByteBuffer json = ByteBuffer.allocate((int) length);
    readFully(file, channel, json, 8);
    try {
      return parse(json.array(), 8 + length, size - 8 - length);
    } catch (JsonProcessingException e) {
      throw new IOException(
          file + ": the safetensors header is not JSON: " + e.getOriginalMessage(), e);
    } catch (IOException e) {
      throw new IOException(file + ": " + e.getMessage(), e);
    }
  }

  /** Token by token: a tree of all of it may need fifty times its bytes. */
  private static Header parse(byte[] json, long start, long available) throws IOException {
    List<Entry> entries = new ArrayList<>();
    Set<String> names = new HashSet<>();
    Map<String, String> metadata = new LinkedHashMap<>();
    long claimed = 0;
    try (JsonParser parser = JSON.getFactory().createParser(json)) {
      if (parser.nextToken() != JsonToken.START_OBJECT) {
        throw new IOException("the safetensors header is not a JSON object");
      }
      while (parser.nextToken() == JsonToken.FIELD_NAME) {
        String name = parser.currentName();
        if (!names.add(name)) {
          throw new IOException("has '" + name + "' twice");
        }
        if (parser.nextToken() != JsonToken.START_OBJECT) {
          throw new IOException("'" + name + "' in the header is no JSON object");
        }
        if (name.equals("__metadata__")) {
          metadata(parser, metadata);
          continue;
        }
        Entry entry = entry(parser, name, available);
        entries.add(entry);
        claimed += entry.bytes;
        if (claimed > available) {
          // Else a small file could fill the memory, with many tensors of the same bytes.
          throw new IOException(
              "tensor '" + name + "' overlaps others: more is claimed than there is");
        }
        if (entries.size() > MOST_TENSORS) {
          throw new IOException("has above " + MOST_TENSORS + " tensors; no network has so many");
        }
      }
    }
    return new Header(entries, metadata, start);
  }

  private static void metadata(JsonParser parser, Map<String, String> metadata) throws IOException {
    while (parser.nextToken() == JsonToken.FIELD_NAME) {
      String key = parser.currentName();
      parser.nextToken();
      metadata.put(key, parser.getValueAsString(""));
      parser.skipChildren();
    }
  }

  private static Entry entry(JsonParser parser, String name, long available) throws IOException {
    String dtype = "";
    long[] shape = null;
    long[] offsets = null;
    while (parser.nextToken() == JsonToken.FIELD_NAME) {
      String key = parser.currentName();
      parser.nextToken();
      switch (key) {
        case "dtype" -> dtype = parser.getValueAsString("");
        case "shape" -> shape = integers(parser, name);
        case "data_offsets" -> offsets = integers(parser, name);
        default -> {}
      }
      parser.skipChildren();
    }
    ScalarType type = scalarType(name, dtype);
    if (shape == null || offsets == null || offsets.length != 2) {
      throw new IOException("tensor '" + name + "' lacks shape or data_offsets");
    }
    long bytes = torch.elementSize(type);
    try {
      for (long side : shape) {
        bytes = Math.multiplyExact(bytes, side);
      }
    } catch (ArithmeticException e) {
      throw new IOException(
          "tensor '" + name + "' claims more elements than can be: " + Arrays.toString(shape), e);
    }
    if (offsets[1] < offsets[0] || offsets[1] > available || offsets[1] - offsets[0] != bytes) {
      throw new IOException(
          "tensor '%s' of shape %s needs %d bytes, but claims bytes %d to %d of %d"
              .formatted(name, Arrays.toString(shape), bytes, offsets[0], offsets[1], available));
    }
    return new Entry(name, type, shape, offsets[0], bytes);
  }

  /** An array of integers, none negative. */
  private static long[] integers(JsonParser parser, String name) throws IOException {
    if (parser.currentToken() != JsonToken.START_ARRAY) {
      throw new IOException("tensor '" + name + "' lacks shape or data_offsets");
    }
    long[] values = new long[MOST_DIMENSIONS];
    int count = 0;
    while (parser.nextToken() != JsonToken.END_ARRAY) {
      if (count == MOST_DIMENSIONS) {
        throw new IOException(
            "tensor '" + name + "' has more than " + MOST_DIMENSIONS + " dimensions");
      }
      if (parser.currentToken() != JsonToken.VALUE_NUMBER_INT) {
        throw new IOException("tensor '" + name + "' has a dimension that is no integer");
      }
      values[count] = parser.getLongValue();
      if (values[count++] < 0) {
        throw new IOException("tensor '" + name + "' has a negative dimension or offset");
      }
    }
    return Arrays.copyOf(values, count);
  }

  private static void readFully(Path file, FileChannel channel, ByteBuffer buffer, long at)
      throws IOException {
    while (buffer.hasRemaining()) {
      int n = channel.read(buffer, at + buffer.position());
      if (n < 0) {
        throw new IOException(file + ": ends in its header");
      }
    }
  }

  private static ScalarType scalarType(String name, String dtype) throws IOException {
    return switch (dtype) {
      case "F64" -> ScalarType.Double;
      case "F32" -> ScalarType.Float;
      case "F16" -> ScalarType.Half;
      case "BF16" -> ScalarType.BFloat16;
      case "I64" -> ScalarType.Long;
      case "I32" -> ScalarType.Int;
      case "I16" -> ScalarType.Short;
      case "I8" -> ScalarType.Char;
      case "U8" -> ScalarType.Byte;
      case "BOOL" -> ScalarType.Bool;
      default ->
          throw new IOException("tensor '" + name + "' has the unknown dtype '" + dtype + "'");
    };
  }

  private static String dtype(String name, ScalarType type) {
    return switch (type.intern()) {
      case Double -> "F64";
      case Float -> "F32";
      case Half -> "F16";
      case BFloat16 -> "BF16";
      case Long -> "I64";
      case Int -> "I32";
      case Short -> "I16";
      case Char -> "I8";
      case Byte -> "U8";
      case Bool -> "BOOL";
      default ->
          throw new IllegalArgumentException(
              "tensor '" + name + "': safetensors has no dtype for " + type);
    };
  }
}
