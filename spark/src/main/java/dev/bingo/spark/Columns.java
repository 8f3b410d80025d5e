package dev.bingo.spark;

import java.util.Arrays;
import java.util.Locale;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.types.DataType;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.Metadata;
import org.apache.spark.sql.types.MetadataBuilder;
import org.apache.spark.sql.types.StructField;
import org.apache.spark.sql.types.StructType;

/** Which columns go in and come out. */
final class Columns {
  private static final DataType VECTOR = DataTypes.createArrayType(DataTypes.FloatType, false);

  private Columns() {}

  /** The index of the column of bytes or paths. */
  static int input(StructType schema, String name) {
    int index = Arrays.asList(schema.fieldNames()).indexOf(name);
    if (index < 0) {
      throw new IllegalArgumentException(
          "inputCol: there is no column '%s'; there are: %s"
              .formatted(name, String.join(", ", schema.fieldNames())));
    }
    DataType type = schema.fields()[index].dataType();
    if (!type.equals(DataTypes.BinaryType) && !type.equals(DataTypes.StringType)) {
      throw new IllegalArgumentException(
          ("inputCol: column '%s' is of type %s; expected binary (the bytes of an encoded image) or"
                  + " string (the path of its file)")
              .formatted(name, type.catalogString()));
    }
    return index;
  }

  /**
   * The schema with two columns more.
   *
   * @param sha256 of the model, or null where there is none yet; vectors of two models must never
   *     be mixed up, so their column says whose they are
   */
  static StructType with(StructType schema, String output, String error, String sha256) {
    if (same(output, error)) {
      throw new IllegalArgumentException(
          "outputCol and errorCol: both are '%s'; give two names".formatted(output));
    }
    for (String existing : schema.fieldNames()) {
      for (String made : new String[] {output, error}) {
        if (same(existing, made)) {
          throw new IllegalArgumentException(
              "%s: there is a column '%s' already; drop it, or give another name"
                  .formatted(made.equals(output) ? "outputCol" : "errorCol", existing));
        }
      }
    }
    Metadata metadata =
        sha256 == null
            ? Metadata.empty()
            : new MetadataBuilder().putString("bingo.model.sha256", sha256).build();
    return schema
        .add(new StructField(output, VECTOR, true, metadata))
        .add(error, DataTypes.StringType, true);
  }

  /** Gives columns what a schema says of them, which a pass over rows has lost. */
  static Dataset<Row> described(Dataset<Row> rows, StructType schema) {
    Column[] columns =
        Arrays.stream(schema.fields())
            .map(field -> rows.col(quoted(field.name())).as(field.name(), field.metadata()))
            .toArray(Column[]::new);
    return rows.select(columns);
  }

  private static String quoted(String name) {
    return "`" + name.replace("`", "``") + "`";
  }

  /** What the function for SQL gives. */
  static StructType vectorAndError() {
    return with(new StructType(), "vector", "error", null);
  }

  /** As Spark compares names, unless it is told otherwise. */
  private static boolean same(String a, String b) {
    return a.toLowerCase(Locale.ROOT).equals(b.toLowerCase(Locale.ROOT));
  }
}
