package dev.bingo.spark;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.apache.spark.api.java.function.MapFunction;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Encoders;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Executors that are processes of their own: the model and the work travel. */
class ClusterTest {
  private static final StructType BYTES =
      new StructType().add("id", DataTypes.IntegerType).add("content", DataTypes.BinaryType);
  private static final int COUNT = 40;
  private static SparkSession spark;
  @TempDir static Path folder;

  @BeforeAll
  static void start() throws Exception {
    // Executors take all from the class path below, but want the folder to be there.
    Files.createDirectories(Path.of(System.getenv("SPARK_HOME"), "jars"));
    spark =
        SparkSession.builder()
            .master("local-cluster[2,1,512]")
            .config("spark.executor.memory", "512m")
            .config("spark.executor.extraClassPath", System.getProperty("java.class.path"))
            .config("spark.ui.enabled", "false")
            .config("spark.sql.shuffle.partitions", "4")
            .config("spark.sql.warehouse.dir", folder.resolve("warehouse").toUri().toString())
            .getOrCreate();
  }

  @AfterAll
  static void stop() {
    spark.stop();
  }

  private static Dataset<Row> embedded() {
    List<Row> rows = new ArrayList<>();
    for (int i = 0; i < COUNT; i++) {
      byte[] bytes = i == 7 ? new byte[] {1, 2, 3} : Pictures.png(0x010203 * i);
      rows.add(RowFactory.create(i, bytes));
    }
    Dataset<Row> images = spark.createDataFrame(rows, BYTES).repartition(8);
    return new ImageEmbedder().setModel(TinyModel.bytes()).transform(images);
  }

  private static void check(List<Row> rows) {
    assertThat(rows).hasSize(COUNT);
    assertThat(rows.stream().map(row -> row.<Integer>getAs("id")).distinct()).hasSize(COUNT);
    for (Row row : rows) {
      int i = row.getAs("id");
      assertThat(row.<Object>getAs("vector") == null).isEqualTo(i == 7);
      assertThat(row.<Object>getAs("error") != null).isEqualTo(i == 7);
      if (i != 7) {
        List<Float> vector = row.getList(row.fieldIndex("vector"));
        float[] wanted = Pictures.vector(0x010203 * i);
        for (int k = 0; k < 3; k++) {
          assertThat(Math.abs(vector.get(k) - wanted[k])).isLessThan(1e-5f);
        }
      }
    }
  }

  @Test
  void executorsGetTheModelByBroadcast() {
    check(embedded().collectAsList());
    List<Long> processes =
        embedded()
            .map((MapFunction<Row, Long>) row -> ProcessHandle.current().pid(), Encoders.LONG())
            .distinct()
            .collectAsList();
    assertThat(processes).isNotEmpty().doesNotContain(ProcessHandle.current().pid());
  }

  @Test
  void aLostExecutorCostsNoRow() {
    Path marker = folder.resolve("lost");
    Dataset<Row> rows = embedded();
    check(
        rows.map(new LoseExecutorOnce(20, marker.toString()), Encoders.row(rows.schema()))
            .collectAsList());
    assertThat(Files.exists(marker)).as("an executor was killed").isTrue();
  }
}
