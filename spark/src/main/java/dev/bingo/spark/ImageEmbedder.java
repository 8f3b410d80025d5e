package dev.bingo.spark;

import dev.bingo.embed.Embedder;
import java.io.IOException;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.Path;
import org.apache.spark.SparkContext;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.broadcast.Broadcast;
import org.apache.spark.ml.Transformer;
import org.apache.spark.ml.param.IntParam;
import org.apache.spark.ml.param.Param;
import org.apache.spark.ml.param.ParamMap;
import org.apache.spark.ml.param.ParamValidators;
import org.apache.spark.ml.util.Identifiable$;
import org.apache.spark.ml.util.MLReader;
import org.apache.spark.ml.util.MLWritable;
import org.apache.spark.ml.util.MLWriter;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Encoders;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.types.StructType;
import org.apache.spark.util.SerializableConfiguration;

/**
 * Adds the vector of each row's image, by a model of {@code bingo export --format onnx}. The image
 * is a column of bytes, as {@code spark.read().format("binaryFile")} has it, or of paths that the
 * executors read. The vector is that of {@code bingo embed}, {@code array<float>}, not normalised.
 *
 * <p>An image that can't be embedded has a null vector and a reason in the error column; it fails
 * nothing. A model that can't work fails {@link #transform} at once, on the driver. The model is
 * broadcast: an executor holds its bytes (at most {@link Embedder#MOST_MODEL_BYTES}) and one
 * session, which all of its tasks share and which is closed a minute after its last use.
 */
public final class ImageEmbedder extends Transformer implements MLWritable {
  private static final long serialVersionUID = 1;

  private final String uid;
  private transient Model model;
  private transient Work work;
  private transient SparkContext broadcaster;

  // Made when they are first asked for, which Spark's own constructor does before ours has run.
  private Param<String> inputCol;
  private Param<String> outputCol;
  private Param<String> errorCol;
  private Param<String> modelSha256;
  private IntParam threads;
  private IntParam batch;

  /** One without a model; see {@link #setModel(String)}. */
  public ImageEmbedder() {
    this(Identifiable$.MODULE$.randomUID("bingoImageEmbedder"));
  }

  /**
   * As Spark makes copies.
   *
   * @param uid by which a pipeline knows it
   */
  public ImageEmbedder(String uid) {
    this.uid = uid;
    setDefault(inputCol(), "content");
    setDefault(outputCol(), "vector");
    setDefault(errorCol(), "error");
    setDefault(threads(), 1);
    setDefault(batch(), Embedder.Options.DEFAULT.batch());
  }

  @Override
  public String uid() {
    return uid;
  }

  /** Column of images: binary (encoded bytes) or string (paths). Default: {@code content}. */
  public Param<String> inputCol() {
    if (inputCol == null) {
      inputCol = new Param<>(this, "inputCol", "column of encoded images, or of their paths");
    }
    return inputCol;
  }

  /** Column of vectors. Default: {@code vector}. */
  public Param<String> outputCol() {
    if (outputCol == null) {
      outputCol = new Param<>(this, "outputCol", "column of vectors to make, array<float>");
    }
    return outputCol;
  }

  /** Column of reasons. Default: {@code error}. */
  public Param<String> errorCol() {
    if (errorCol == null) {
      errorCol = new Param<>(this, "errorCol", "column to make: why there is no vector, or null");
    }
    return errorCol;
  }

  /** Which model it is; set by {@code setModel}. */
  public Param<String> modelSha256() {
    if (modelSha256 == null) {
      modelSha256 = new Param<>(this, "modelSha256", "SHA-256 of the model's file");
    }
    return modelSha256;
  }

  /** Threads of a task inside ONNX Runtime. Default: 1; with more, raise spark.task.cpus. */
  public IntParam threads() {
    if (threads == null) {
      threads =
          new IntParam(
              this, "threads", "threads of a task, as spark.task.cpus", ParamValidators.gtEq(1));
    }
    return threads;
  }

  /** Images that run at once, at most. Default: 32. */
  public IntParam batch() {
    if (batch == null) {
      batch =
          new IntParam(
              this,
              "batch",
              "images that run at once, 1 to 4096",
              ParamValidators.inRange(1, 4096));
    }
    return batch;
  }

  /** Sets {@link #inputCol()}. */
  public ImageEmbedder setInputCol(String column) {
    set(inputCol(), column);
    return this;
  }

  /** Sets {@link #outputCol()}. */
  public ImageEmbedder setOutputCol(String column) {
    set(outputCol(), column);
    return this;
  }

  /** Sets {@link #errorCol()}. */
  public ImageEmbedder setErrorCol(String column) {
    set(errorCol(), column);
    return this;
  }

  /** Sets {@link #threads()}. */
  public ImageEmbedder setThreads(int count) {
    set(threads(), count);
    return this;
  }

  /** Sets {@link #batch()}. */
  public ImageEmbedder setBatch(int images) {
    set(batch(), images);
    return this;
  }

  /**
   * Reads the model, at once and on the driver.
   *
   * @param path of a file of {@code bingo export --format onnx}, local or on any file system that
   *     Hadoop knows
   * @throws IOException where it can't be read, or is larger than {@link Embedder#MOST_MODEL_BYTES}
   */
  public ImageEmbedder setModel(String path) throws IOException {
    return with(Model.read(new Path(path), hadoop()));
  }

  /** Takes a model that was read elsewhere. */
  public ImageEmbedder setModel(byte[] bytes) {
    return with(Model.of(bytes.clone()));
  }

  ImageEmbedder with(Model other) {
    model = other;
    set(modelSha256(), other.sha256());
    return this;
  }

  private static Configuration hadoop() {
    return SparkSession.getActiveSession().isDefined()
        ? SparkSession.active().sparkContext().hadoopConfiguration()
        : new Configuration();
  }

  /** The model; an embedder that came to another JVM by itself has none. */
  Model model() {
    if (model == null) {
      throw new IllegalStateException("there is no model: call setModel first");
    }
    if (!model.sha256().equals(getOrDefault(modelSha256()))) {
      throw new IllegalStateException(
          "the model's SHA-256 is %s, but modelSha256 says %s: set the model by setModel"
              .formatted(model.sha256(), getOrDefault(modelSha256())));
    }
    return model;
  }

  /**
   * What tasks get. It is kept, so that a second {@code transform} broadcasts nothing.
   *
   * @throws IllegalArgumentException where the model can't work
   */
  Work work(SparkSession session) {
    SparkContext context = session.sparkContext();
    int calls = (int) getOrDefault(threads());
    int images = (int) getOrDefault(batch());
    String sha256 = model().sha256();
    boolean valid =
        work != null
            && work.sha256().equals(sha256)
            && work.threads() == calls
            && work.batch() == images
            && broadcaster == context;
    if (!valid) {
      check();
      JavaSparkContext java = JavaSparkContext.fromSparkContext(context);
      Broadcast<byte[]> bytes = java.broadcast(model().bytes());
      work =
          new Work(
              bytes,
              sha256,
              calls,
              images,
              java.broadcast(new SerializableConfiguration(context.hadoopConfiguration())));
      broadcaster = context;
    }
    return work;
  }

  /** Opens it as an executor would: what fails there would fail four times a task. */
  private void check() {
    try (Embedder embedder =
        Embedder.open(model().bytes(), Embedder.Options.DEFAULT.withThreads(1))) {
      embedder.width();
    } catch (IOException e) {
      throw new IllegalArgumentException(e.getMessage() + " (SHA-256 " + model().sha256() + ")", e);
    }
  }

  @Override
  public Dataset<Row> transform(Dataset<?> dataset) {
    StructType schema = transformSchema(dataset.schema());
    int column = Columns.input(dataset.schema(), getOrDefault(inputCol()));
    EmbedRows rows = new EmbedRows(work(dataset.sparkSession()), column);
    return Columns.described(dataset.toDF().mapPartitions(rows, Encoders.row(schema)), schema);
  }

  @Override
  public StructType transformSchema(StructType schema) {
    Columns.input(schema, getOrDefault(inputCol()));
    String sha256 = isDefined(modelSha256()) ? getOrDefault(modelSha256()) : null;
    return Columns.with(schema, getOrDefault(outputCol()), getOrDefault(errorCol()), sha256);
  }

  @Override
  public ImageEmbedder copy(ParamMap extra) {
    ImageEmbedder copy = defaultCopy(extra);
    copy.model = model;
    copy.work = work;
    copy.broadcaster = broadcaster;
    return copy;
  }

  @Override
  public MLWriter write() {
    return new EmbedderWriter(this);
  }

  /** Reads what {@code save} wrote, the model with it. */
  public static MLReader<ImageEmbedder> read() {
    return new EmbedderReader();
  }

  /** As {@code read().load(path)}. */
  public static ImageEmbedder load(String path) {
    return read().load(path);
  }
}
