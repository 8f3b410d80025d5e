package dev.bingo.app.command;

import dev.bingo.app.terminal.TerminalConsole;
import dev.bingo.run.Console;
import dev.bingo.run.Download;
import dev.bingo.run.Zoo;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Locale;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(
    name = "zoo",
    description = "Lists released encoders, and fetches one when it is asked to.",
    footerHeading = "%nExamples:%n",
    footer = {"  bingo zoo", "  bingo zoo get torchvision-resnet18"})
public final class ZooCommand implements Runnable {
  @Override
  public void run() {
    list();
  }

  @Command(
      description =
          "Lists them: name, size, what it is, licence, and where its owner publishes it.",
      footerHeading = "%nExamples:%n",
      footer = "  bingo zoo list")
  void list() {
    for (Zoo.Entry entry : Zoo.ENTRIES) {
      System.out.printf(
          Locale.ROOT,
          "%-31s %6.1f MB  %s%n    %s%n    %s%n    SHA-256 %s%n",
          entry.name(),
          entry.bytes() / 1e6,
          entry.what(),
          entry.licence(),
          entry.address(),
          entry.sha256());
    }
  }

  @Command(
      description =
          "Fetches one, and compares its checksum; goes on where it was cut short. A file that is there"
              + " already is compared only.",
      footerHeading = "%nExamples:%n",
      footer = {
        "  bingo zoo get cifar10-resnet56",
        "  bingo zoo get torchvision-resnet50 --out weights/resnet50.pth"
      })
  void get(
      @Parameters(paramLabel = "NAME", description = "As bingo zoo lists it.") String name,
      @Option(
              names = "--out",
              paramLabel = "FILE",
              description = "Where to (default: its own name, here).")
          Path out)
      throws IOException {
    Zoo.Entry entry = Zoo.named(name);
    Path file = out == null ? Path.of(entry.file()) : out;
    Console console = TerminalConsole.standard();
    console.begin("fetching " + entry.name());
    boolean fetched = new Download(entry, file, console).run();
    console.say((fetched ? "wrote " : "is there, and is the published file: ") + file);
    console.say("licence: " + entry.licence());
  }
}
