package dev.bingo.spark;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.apache.spark.ml.Pipeline;
import org.apache.spark.ml.PipelineModel;
import org.apache.spark.ml.PipelineStage;
import org.apache.spark.ml.feature.SQLTransformer;
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

class ImageEmbedderTest {
  private static final StructType BYTES =
      new StructType().add("id", DataTypes.IntegerType).add("content", DataTypes.BinaryType);
  private static SparkSession spark;
  @TempDir static Path folder;

  @BeforeAll
  static void start() {
    spark =
        SparkSession.builder()
            .master("local[2]")
            .config("spark.ui.enabled", "false")
            .config("spark.sql.shuffle.partitions", "2")
            .config("spark.sql.warehouse.dir", folder.resolve("warehouse").toUri().toString())
            .getOrCreate();
  }

  @AfterAll
  static void stop() {
    spark.stop();
  }

  private static ImageEmbedder embedder() {
    return new ImageEmbedder().setModel(TinyModel.bytes());
  }

  /** Colours, of which every fifth is no image. */
  private static Dataset<Row> pictures(int count) {
    List<Row> rows = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      byte[] bytes =
          i % 5 == 4 ? "no image".getBytes(StandardCharsets.UTF_8) : Pictures.png(0x010305 * i);
      rows.add(RowFactory.create(i, bytes));
    }
    return spark.createDataFrame(rows, BYTES).repartition(3);
  }

  private static void check(List<Row> rows, int count) {
    assertThat(rows).hasSize(count);
    for (Row row : rows) {
      int i = row.getAs("id");
      if (i % 5 == 4) {
        assertThat(row.<Object>getAs("vector")).isNull();
        assertThat(row.<String>getAs("error")).contains("format");
      } else {
        assertThat(row.<String>getAs("error")).isNull();
        near(row.getList(row.fieldIndex("vector")), Pictures.vector(0x010305 * i));
      }
    }
  }

  private static void near(List<Float> actual, float[] expected) {
    assertThat(actual).hasSize(expected.length);
    for (int k = 0; k < expected.length; k++) {
      assertThat(actual.get(k)).isCloseTo(expected[k], within(1e-5f));
    }
  }

  @Test
  void eachImageHasItsVectorAndEachBadOneItsReason() {
    Dataset<Row> embedded = embedder().setBatch(4).transform(pictures(33));
    check(embedded.collectAsList(), 33);
    assertThat(embedded.columns()).containsExactly("id", "content", "vector", "error");
    assertThat(embedded.schema().apply("vector").metadata().getString("bingo.model.sha256"))
        .isEqualTo(Model.of(TinyModel.bytes()).sha256());
  }

  @Test
  void rowsWithoutAnImageAreToldSo() {
    Row row = RowFactory.create(1, null);
    Row embedded = embedder().transform(spark.createDataFrame(List.of(row), BYTES)).head();
    assertThat(embedded.<Object>getAs("vector")).isNull();
    assertThat(embedded.<String>getAs("error")).contains("null");
  }

  @Test
  void filesAreReadByTheirPaths() throws Exception {
    Path photos = Files.createDirectories(folder.resolve("with space & 100%"));
    Path good = Files.write(photos.resolve("a b.png"), Pictures.png(0x80FF00));
    Path empty = Files.createFile(photos.resolve("empty.png"));
    List<String> paths =
        List.of(
            good.toString(),
            good.toUri().toString().replace("%20", " ").replace("%25", "%"),
            empty.toString(),
            photos.toString(),
            photos.resolve("none.png").toString(),
            "/dev/zero",
            "nowhere://a/b",
            "");
    List<Row> rows =
        embedder()
            .setInputCol("value")
            .transform(spark.createDataset(paths, Encoders.STRING()).toDF())
            .collectAsList();
    near(rows.get(0).getList(1), Pictures.vector(0x80FF00));
    near(rows.get(1).getList(1), Pictures.vector(0x80FF00));
    List<String> reasons = List.of("empty", "folder", "no such file", "empty", "can't be read", "");
    for (int i = 2; i < rows.size(); i++) {
      assertThat(rows.get(i).isNullAt(1)).as(paths.get(i)).isTrue();
      assertThat(rows.get(i).getString(2)).as(paths.get(i)).contains(reasons.get(i - 2));
    }
  }

  @Test
  void binaryFilesAreEmbeddedAsTheyAre() throws Exception {
    Path photos = Files.createDirectories(folder.resolve("photos"));
    Files.write(photos.resolve("a.png"), Pictures.png(0x0000FF));
    Row row =
        embedder().transform(spark.read().format("binaryFile").load(photos.toString())).head();
    near(row.getList(row.fieldIndex("vector")), Pictures.vector(0x0000FF));
  }

  @Test
  void pipelinesAreSavedAndLoadedWithTheirModel() throws Exception {
    SQLTransformer good =
        new SQLTransformer().setStatement("SELECT * FROM __THIS__ WHERE colour IS NOT NULL");
    Pipeline pipeline =
        new Pipeline()
            .setStages(new PipelineStage[] {embedder().setOutputCol("colour").setBatch(5), good});
    String saved = folder.resolve("pipeline").toString();
    pipeline.fit(pictures(10)).write().overwrite().save(saved);
    PipelineModel loaded = PipelineModel.load(saved);
    assertThat(loaded.transform(pictures(10)).count()).isEqualTo(8);
    ImageEmbedder embedder = (ImageEmbedder) loaded.stages()[0];
    assertThat(embedder.getOrDefault(embedder.batch())).isEqualTo(5);

    Path model;
    try (var files = Files.walk(Path.of(saved))) {
      model = files.filter(f -> f.endsWith("model.onnx")).findFirst().orElseThrow();
    }
    byte[] other = TinyModel.bytes(Map.of("recipe", "another"));
    Files.write(model, other);
    Files.deleteIfExists(model.resolveSibling(".model.onnx.crc"));
    assertThatThrownBy(() -> PipelineModel.load(saved))
        .hasStackTraceContaining("was altered")
        .hasStackTraceContaining(Model.of(other).sha256());
  }

  @Test
  void aModelThatCannotWorkFailsOnTheDriver() {
    ImageEmbedder text = new ImageEmbedder().setModel("hello".getBytes(StandardCharsets.UTF_8));
    assertThatThrownBy(() -> text.transform(pictures(1))).hasMessageContaining("no ONNX model");
    ImageEmbedder foreign = new ImageEmbedder().setModel(TinyModel.bytes(Map.of("kind", "other")));
    assertThatThrownBy(() -> foreign.transform(pictures(1))).hasMessageContaining("bingo export");
    ImageEmbedder wider = new ImageEmbedder().setModel(TinyModel.bytes(Map.of("width", "4")));
    assertThatThrownBy(() -> wider.transform(pictures(1))).hasMessageContaining("other tensors");
    assertThatThrownBy(() -> new ImageEmbedder().transform(pictures(1)))
        .hasMessageContaining("setModel");
    assertThatThrownBy(() -> new ImageEmbedder().setModel("/none.onnx"))
        .hasMessageContaining("/none.onnx");
    ImageEmbedder renamed = embedder();
    renamed.set(renamed.modelSha256(), "00");
    assertThatThrownBy(() -> renamed.transform(pictures(1))).hasMessageContaining("modelSha256");
  }

  @Test
  void columnsThatDoNotFitAreRefusedByName() {
    StructType schema = BYTES.add("Vector", DataTypes.StringType);
    ImageEmbedder embedder = embedder();
    assertThatThrownBy(() -> embedder.transformSchema(schema))
        .hasMessageContaining("outputCol")
        .hasMessageContaining("'Vector'");
    embedder.setOutputCol("v");
    assertThat(embedder.transformSchema(schema).fieldNames()).endsWith("v", "error");
    assertThatThrownBy(() -> embedder.setErrorCol("V").transformSchema(schema))
        .hasMessageContaining("two names");
    assertThatThrownBy(() -> embedder.setErrorCol("id").transformSchema(schema))
        .hasMessageContaining("errorCol");
    assertThatThrownBy(() -> embedder.setInputCol("id").transformSchema(schema))
        .hasMessageContaining("'id' is of type int");
    assertThatThrownBy(() -> embedder.setInputCol("image").transformSchema(schema))
        .hasMessageContaining("no column 'image'; there are: id, content, Vector");
    assertThatThrownBy(() -> embedder.setBatch(0)).hasMessageContaining("batch");
    assertThatThrownBy(() -> embedder.setThreads(0)).hasMessageContaining("threads");
  }

  @Test
  void sqlGetsVectorAndErrorInOneCall() {
    BingoFunctions.register(spark, BingoFunctions.EMBED, embedder());
    pictures(12).createOrReplaceTempView("pictures");
    Dataset<Row> rows =
        spark.sql(
            "SELECT id, e.vector, e.error FROM (SELECT id, bingo_embed(content) AS e FROM pictures)");
    check(rows.collectAsList(), 12);
    String plan = rows.queryExecution().optimizedPlan().toString();
    assertThat(plan.split("bingo_embed\\(", -1)).as(plan).hasSize(2);
    assertThatThrownBy(() -> spark.sql("SELECT bingo_embed(id) FROM pictures").collect())
        .hasStackTraceContaining("got a Integer");
  }

  @Test
  void oneSessionServesAllTasksAndIsClosedWhenIdle() {
    byte[] model = TinyModel.bytes(Map.of("recipe", Arrays.toString(new int[] {1, 2})));
    Sessions.HERE.closeIdle(System.nanoTime() + 1_000_000_000_000L);
    int before = Sessions.HERE.size();
    new ImageEmbedder().setModel(model).transform(pictures(9)).collectAsList();
    new ImageEmbedder().setModel(model).transform(pictures(9)).collectAsList();
    assertThat(Sessions.HERE.size()).isEqualTo(before + 1);
    Sessions.HERE.closeIdle(System.nanoTime());
    assertThat(Sessions.HERE.size()).isEqualTo(before + 1);
    Sessions.HERE.closeIdle(System.nanoTime() + 1_000_000_000_000L);
    assertThat(Sessions.HERE.size()).isEqualTo(before);
  }
}
