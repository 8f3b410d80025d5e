package dev.bingo.serve;

import dev.bingo.embed.Classifier;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** The service by itself, without LibTorch: a model, and what it is to search. */
@Command(
    name = "bingo-serve",
    description = "Serves an encoder that 'bingo export --format onnx' wrote, until SIGTERM.",
    mixinStandardHelpOptions = true,
    sortOptions = false,
    usageHelpAutoWidth = true)
public final class Main implements Callable<Integer> {
  @Parameters(index = "0", paramLabel = "MODEL", description = "The model, .onnx.")
  private Path model;

  @Option(
      names = "--index",
      paramLabel = "DIR",
      description = "The index that 'bingo similar' keeps of the images to search.")
  private Path index;

  @Option(
      names = "--images",
      paramLabel = "DIR",
      description = "Their folder, so that they can be shown.")
  private Path images;

  @Option(
      names = "--labels",
      paramLabel = "DIR",
      description = "Where labels are kept; without it nothing is labelled.")
  private Path labels;

  @Option(
      names = "--classifier",
      paramLabel = "FILE",
      description = "A model of 'bingo classify train', for POST /classify.")
  private Path classifier;

  @Mixin private ServerOptions options;

  /** Runs it and exits with its code. */
  public static void main(String... args) {
    System.exit(
        new CommandLine(new Main())
            .setExecutionExceptionHandler(
                (e, line, parsed) -> {
                  System.err.println("bingo-serve: " + e.getMessage());
                  return e instanceof IllegalArgumentException ? 2 : 1;
                })
            .execute(args));
  }

  @Override
  public Integer call() throws IOException, InterruptedException {
    Settings settings = options.settings();
    Labelling labelling =
        labels == null ? null : new Labelling(labels, List.of(), null, Labelling.BUDGET);
    Site site =
        new Site(
            List.of(Space.open(model.getFileName().toString(), model, index)),
            classifier == null ? null : Classifier.open(classifier),
            images == null ? null : new FolderImages(images),
            labelling,
            null,
            null);
    Server server = Server.start(site, settings, System.err::println);
    System.out.println("serving at " + server.address());
    CountDownLatch never = new CountDownLatch(1);
    Runtime.getRuntime()
        .addShutdownHook(
            new Thread(
                () -> {
                  try {
                    server.close();
                  } catch (IOException e) {
                    System.err.println("bingo-serve: " + e.getMessage());
                  }
                }));
    never.await();
    return 0;
  }
}
