package dev.bingo.app.command;

import dev.bingo.app.demo.Demo;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

@Command(
    name = "demo",
    description = {
      "Gets Fashion-MNIST, pre-trains a teacher without labels, distils a small student, trains the same student"
          + " without a teacher, and writes a report."
    },
    footerHeading = "%nExamples:%n",
    footer = {
      "  bingo demo",
      "  bingo demo --full --out runs/long",
      "  bingo demo --set data.limit=6000",
      "  bingo demo --data /data/fashion-mnist"
    })
public final class DemoCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;

  @Option(
      names = "--out",
      paramLabel = "DIR",
      description = "Where to write (default: ${DEFAULT-VALUE}).")
  private Path out = Path.of("runs", "demo");

  @Option(
      names = "--data",
      paramLabel = "DIR",
      description = "Folder of Fashion-MNIST's four .gz files.")
  private Path data;

  @Option(
      names = "--no-install",
      description =
          "Install no package of the system to get the images, which a demo by root on Debian does else.")
  private boolean noInstall;

  @Option(
      names = "--full",
      description = "All 60,000 images and more epochs; over an hour on two cores.")
  private boolean full;

  @Option(names = "--seed", description = "Of everything that is drawn (default: 0).")
  private long seed;

  @Option(
      names = "--set",
      paramLabel = "KEY=VALUE",
      description = {
        "Override a setting of all three recipes.",
        "With a smaller data.limit and no train.epochs there are more epochs, so that as many images are shown."
      })
  private List<String> settings = new ArrayList<>();

  @Override
  public Integer call() throws IOException {
    return new Demo(out, data, !noInstall, full, seed, settings, Shell.command(spec)).run();
  }
}
