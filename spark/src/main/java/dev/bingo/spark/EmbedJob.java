package dev.bingo.spark;

import java.io.IOException;
import java.io.PrintWriter;
import java.util.List;
import java.util.concurrent.Callable;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SaveMode;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.functions;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** A job for {@code spark-submit}: images of a data lake to Parquet. */
@Command(
    name = "EmbedJob",
    description =
        "Writes the vectors of images as Parquet: path, length, modificationTime, vector, error.",
    mixinStandardHelpOptions = true,
    sortOptions = false,
    usageHelpAutoWidth = true,
    footerHeading = "%nExample:%n",
    footer = {
      "  spark-submit --class dev.bingo.spark.EmbedJob bingo-spark-all.jar \\",
      "      --model encoder.onnx --images 's3a://lake/photos' --out s3a://lake/vectors"
    })
public final class EmbedJob implements Callable<Integer> {
  private static final int SHOWN = 5;

  @Spec private CommandSpec spec;

  @Option(
      names = "--model",
      required = true,
      paramLabel = "FILE",
      description = "What 'bingo export --format onnx' wrote.")
  private String model;

  @Option(
      names = "--images",
      required = true,
      paramLabel = "PATH",
      description = "A folder, with all that is below it, or a glob of folders or files.")
  private String images;

  @Option(
      names = "--name",
      paramLabel = "GLOB",
      description = "Only files of such names, as *.{jpg,png}. Default: all.")
  private String name;

  @Option(names = "--out", required = true, paramLabel = "PATH", description = "Where to write.")
  private String out;

  @Option(
      names = "--files",
      paramLabel = "N",
      description = "Parquet files to write. Default: one a task.")
  private Integer files;

  @Option(
      names = "--batch",
      paramLabel = "N",
      defaultValue = "32",
      description = "Images that run at once. Default: ${DEFAULT-VALUE}.")
  private int batch;

  @Option(
      names = "--threads",
      paramLabel = "N",
      defaultValue = "1",
      description = "Threads of a task, as spark.task.cpus. Default: ${DEFAULT-VALUE}.")
  private int threads;

  @Option(names = "--overwrite", description = "Replace vectors that are there.")
  private boolean overwrite;

  /**
   * Runs the job; what can't be done ends it with an exit code that isn't 0.
   *
   * @param args see {@code --help}
   */
  public static void main(String[] args) {
    int code =
        new CommandLine(new EmbedJob())
            .setExecutionExceptionHandler(
                (e, line, parsed) -> {
                  if (e instanceof IOException || e instanceof IllegalArgumentException) {
                    line.getErr().println("bingo: " + e.getMessage());
                    return CommandLine.ExitCode.SOFTWARE;
                  }
                  throw e;
                })
            .execute(args);
    if (code != 0) {
      System.exit(code);
    }
  }

  @Override
  public Integer call() throws IOException {
    if (files != null && files < 1) {
      throw new ParameterException(spec.commandLine(), "--files: expected at least 1");
    }
    try (SparkSession session = SparkSession.builder().appName("bingo embed").getOrCreate()) {
      ImageEmbedder embedder =
          new ImageEmbedder()
              .setModel(model)
              .setInputCol("path")
              .setThreads(threads)
              .setBatch(batch);
      Places.check(images, out, overwrite, session.sparkContext().hadoopConfiguration());
      Dataset<Row> vectors = embedder.transform(listed(session));
      (files == null ? vectors : vectors.repartition(files))
          .write()
          .mode(overwrite ? SaveMode.Overwrite : SaveMode.ErrorIfExists)
          .parquet(out);
      return tell(session.read().parquet(out));
    }
  }

  /** Paths alone: their bytes are read by the tasks, each file held to its bounds. */
  private Dataset<Row> listed(SparkSession session) {
    var reader = session.read().format("binaryFile").option("recursiveFileLookup", "true");
    if (name != null) {
      reader = reader.option("pathGlobFilter", name);
    }
    return reader.load(images).select("path", "length", "modificationTime");
  }

  /** Counts what was written: tasks that ran twice would count twice. */
  private int tell(Dataset<Row> written) {
    PrintWriter console = spec.commandLine().getOut();
    Row counts = written.agg(functions.count("vector"), functions.count("error")).head();
    long good = counts.getLong(0);
    long bad = counts.getLong(1);
    console.printf("%d images embedded, %d not; written to %s%n", good, bad, out);
    List<Row> some =
        bad == 0
            ? List.of()
            : written
                .where("error is not null")
                .select("path", "error")
                .orderBy("path")
                .takeAsList(SHOWN);
    for (Row row : some) {
      console.printf("  %s: %s%n", row.getString(0), row.getString(1));
    }
    if (bad > SHOWN) {
      console.printf("  and %d more: the rows with an error%n", bad - SHOWN);
    }
    console.flush();
    if (good == 0) {
      spec.commandLine().getErr().println("bingo: no image was embedded");
      return CommandLine.ExitCode.SOFTWARE;
    }
    return 0;
  }
}
