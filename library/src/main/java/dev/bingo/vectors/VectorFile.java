package dev.bingo.vectors;

import com.fasterxml.jackson.core.io.JsonStringEncoder;
import dev.bingo.file.Printable;
import dev.bingo.file.Sha256;
import dev.bingo.neighbour.Rows;
import dev.bingo.torch.Tensors;
import dev.bingo.weights.WholeFile;
import java.io.BufferedWriter;
import java.io.IOException;
import java.io.Writer;
import java.nio.channels.Channels;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.function.IntFunction;
import org.bytedeco.javacpp.PointerScope;

/** Writes vectors for other programs: UTF-8, float32 in the fewest digits that give it again. */
public final class VectorFile {
  private static final int BLOCK = 1024;

  /** The longest key that OpenSearch and Elasticsearch take, bytes. */
  private static final int LONGEST_KEY = 512;

  private final VectorFormat format;
  private final int width;
  private final Writer out;

  private VectorFile(VectorFormat format, int width, Writer out) {
    this.format = format;
    this.width = width;
    this.out = out;
  }

  /**
   * Writes vectors, whole or not at all; memory does not grow with their number.
   *
   * @param rows as they are to be written
   * @param ids of the rows
   * @param labels of the rows; null where there is none
   * @throws IllegalArgumentException where a number is not finite, which no engine takes
   */
  public static void write(
      Path file,
      VectorFormat format,
      Rows rows,
      IntFunction<String> ids,
      IntFunction<String> labels)
      throws IOException {
    WholeFile.write(
        file,
        channel -> {
          Writer out =
              new BufferedWriter(
                  Channels.newWriter(channel, StandardCharsets.UTF_8.newEncoder(), 1 << 16));
          new VectorFile(format, rows.width(), out).write(rows, ids, labels);
          out.flush();
        });
  }

  private void write(Rows rows, IntFunction<String> ids, IntFunction<String> labels)
      throws IOException {
    if (format == VectorFormat.CSV) {
      out.write("id,label");
      for (int d = 0; d < width; d++) {
        out.write(",v" + d);
      }
      out.write('\n');
    }
    for (int from = 0; from < rows.size(); from += BLOCK) {
      try (PointerScope scope = new PointerScope()) {
        int count = Math.min(BLOCK, rows.size() - from);
        float[] values = Tensors.toFloats(rows.block(from, count));
        for (int i = 0; i < count; i++) {
          row(ids.apply(from + i), labels.apply(from + i), numbers(values, i, ids, from));
        }
      }
    }
  }

  /** All of a row, with commas between. */
  private String numbers(float[] values, int row, IntFunction<String> ids, int from) {
    StringBuilder text = new StringBuilder(12 * width);
    for (int d = 0; d < width; d++) {
      float value = values[row * width + d];
      if (!Float.isFinite(value)) {
        throw new IllegalArgumentException(
            Printable.line(ids.apply(from + row)) + ": its vector has numbers that are not finite");
      }
      text.append(d == 0 ? "" : ",").append(value);
    }
    return text.toString();
  }

  private void row(String id, String label, String numbers) throws IOException {
    switch (format) {
      case CSV ->
          out.write(
              Printable.csv(id)
                  + ","
                  + (label == null ? "" : Printable.csv(label))
                  + ","
                  + numbers);
      case JSONL ->
          out.write(
              "{\"id\":"
                  + json(id)
                  + ",\"label\":"
                  + json(label)
                  + ",\"vector\":["
                  + numbers
                  + "]}");
      case OPENSEARCH -> {
        out.write("{\"index\":{\"_id\":" + json(key(id)) + "}}\n");
        out.write(
            "{\"id\":" + json(id) + ",\"label\":" + json(label) + ",\"vector\":[" + numbers + "]}");
      }
      case PGVECTOR -> out.write(column(id) + "\t" + column(label) + "\t[" + numbers + "]");
    }
    out.write('\n');
  }

  private static String json(String text) {
    return text == null
        ? "null"
        : '"' + new String(JsonStringEncoder.getInstance().quoteAsString(text)) + '"';
  }

  /** COPY's text format, in which a backslash and N alone are null. */
  private static String column(String text) {
    return text == null
        ? "\\N"
        : text.replace("\\", "\\\\").replace("\t", "\\t").replace("\n", "\\n").replace("\r", "\\r");
  }

  /** The id, or its SHA-256 where it is too long for a key. */
  private static String key(String id) {
    byte[] bytes = id.getBytes(StandardCharsets.UTF_8);
    if (bytes.length <= LONGEST_KEY) {
      return id;
    }
    return HexFormat.of().formatHex(Sha256.digest().digest(bytes));
  }
}
