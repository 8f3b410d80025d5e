package dev.bingo.vectors;

import java.nio.file.Path;
import java.util.Arrays;
import java.util.Locale;
import java.util.stream.Collectors;

/** Ways to write vectors, each a row with the image's id and label. */
public enum VectorFormat {
  /**
   * Comma-separated values, {@code id,label,v0,v1,…}. An id that a spreadsheet would take for a
   * formula has an apostrophe before it, and control characters are question marks.
   */
  CSV("csv"),
  /** JSON lines: {@code {"id": …, "label": …, "vector": […]}}; ids to the letter. */
  JSONL("jsonl"),
  /** Lines for the bulk API of OpenSearch and Elasticsearch, two a row; the id is the key. */
  OPENSEARCH("ndjson"),
  /** Lines for PostgreSQL's COPY into {@code (id text, label text, embedding vector(D))}. */
  PGVECTOR("copy");

  private final String ending;

  VectorFormat(String ending) {
    this.ending = ending;
  }

  /** Of files, without a dot. */
  public String ending() {
    return ending;
  }

  /**
   * By a file's ending.
   *
   * @throws IllegalArgumentException for another one
   */
  public static VectorFormat of(Path file) {
    String name = file.getFileName().toString().toLowerCase(Locale.ROOT);
    return Arrays.stream(values())
        .filter(format -> name.endsWith("." + format.ending))
        .findFirst()
        .orElseThrow(
            () ->
                new IllegalArgumentException(
                    file
                        + ": expected a name that ends in "
                        + Arrays.stream(values())
                            .map(f -> "." + f.ending + " (" + f + ")")
                            .collect(Collectors.joining(", "))));
  }

  @Override
  public String toString() {
    return name().toLowerCase(Locale.ROOT);
  }
}
