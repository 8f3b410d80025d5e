package dev.bingo.spark;

import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.apache.spark.api.java.function.MapFunction;
import org.apache.spark.sql.Row;

/** Passes rows on; at the one with a given id it kills its own process, the first time. */
final class LoseExecutorOnce implements MapFunction<Row, Row> {
  private static final long serialVersionUID = 1;
  private final int id;
  private final String marker;

  LoseExecutorOnce(int id, String marker) {
    this.id = id;
    this.marker = marker;
  }

  @Override
  public Row call(Row row) throws Exception {
    if (row.<Integer>getAs("id") == id) {
      try {
        Files.createFile(Path.of(marker));
        Runtime.getRuntime().halt(137);
      } catch (FileAlreadyExistsException e) {
        return row; // it was lost before
      }
    }
    return row;
  }
}
