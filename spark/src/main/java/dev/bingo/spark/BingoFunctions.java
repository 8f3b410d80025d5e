package dev.bingo.spark;

import java.io.IOException;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.functions;

/** Functions for SQL. */
public final class BingoFunctions {
  /** The name that {@link #register(SparkSession, String)} gives. */
  public static final String EMBED = "bingo_embed";

  private BingoFunctions() {}

  /**
   * Registers {@value #EMBED}: of an image's bytes (binary) or its path (string) it makes {@code
   * struct<vector: array<float>, error: string>}, one of which is null.
   *
   * @param model path of a file of {@code bingo export --format onnx}
   * @throws IOException where it can't be read
   * @throws IllegalArgumentException where it is no model that works
   */
  public static void register(SparkSession session, String model) throws IOException {
    register(session, EMBED, new ImageEmbedder().setModel(model));
  }

  /**
   * The same by another name, with the model and the threads of an embedder.
   *
   * @throws IllegalArgumentException where its model can't work
   */
  public static void register(SparkSession session, String name, ImageEmbedder embedder) {
    EmbedOne function = new EmbedOne(embedder.work(session));
    // Said to be not deterministic, else Spark runs it anew for each field that is asked for.
    session
        .udf()
        .register(name, functions.udf(function, Columns.vectorAndError()).asNondeterministic());
  }
}
