package dev.bingo.app.command;

import dev.bingo.classify.ClassifierModel;
import dev.bingo.torch.Engine;
import dev.bingo.torch.Processors;
import java.io.IOException;
import java.nio.file.Path;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** A trained classifier, and how to run it. */
final class ClassifierArguments {
  private static final int SECONDS = 600;

  @Parameters(
      index = "0",
      paramLabel = "CLASSIFIER",
      description = "A file of 'bingo classify train'.")
  private Path file;

  @Option(names = "--threads", description = "Threads that decode images (default: one a core).")
  private int threads = Processors.available().count();

  ClassifierModel open() throws IOException {
    Engine.start();
    return ClassifierModel.open(file, Processors.available().count(), SECONDS);
  }

  int threads() {
    return threads;
  }
}
