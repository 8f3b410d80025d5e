package dev.bingo.app.command;

import dev.bingo.app.serving.BagMates;
import dev.bingo.app.serving.LabelChooser;
import dev.bingo.app.serving.RunFolder;
import dev.bingo.app.serving.SourceImages;
import dev.bingo.app.terminal.EndSignal;
import dev.bingo.app.terminal.TerminalConsole;
import dev.bingo.bag.BagFile;
import dev.bingo.embed.Classifier;
import dev.bingo.image.ImageSource;
import dev.bingo.recipe.RecipeException;
import dev.bingo.run.BagMaker;
import dev.bingo.run.Console;
import dev.bingo.run.EncoderPath;
import dev.bingo.run.OnnxExport;
import dev.bingo.run.Run;
import dev.bingo.run.RunSummary;
import dev.bingo.serve.Bags;
import dev.bingo.serve.Labelling;
import dev.bingo.serve.Server;
import dev.bingo.serve.ServerOptions;
import dev.bingo.serve.Settings;
import dev.bingo.serve.Site;
import dev.bingo.serve.Space;
import dev.bingo.similar.Identity;
import dev.bingo.similar.SimilarIndex;
import dev.bingo.train.RunDirectory;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(
    name = "serve",
    description = {
      "Serves an encoder to programs and people: vectors, search, labelling, a map, bags, and runs as they train.",
      "It listens on this machine alone and asks for a token, which is in the address that it prints"
          + " (docs/service.md). Ctrl-C or SIGTERM ends it in good order."
    },
    footerHeading = "%nExamples:%n",
    footer = {
      "  bingo serve runs/student photos           search, label, look",
      "  bingo serve runs/student photos --beside runs/teacher",
      "  bingo serve runs                          look at runs, while they train",
      "  bingo serve encoder.onnx --port 9000      vectors for other programs"
    })
public final class ServeCommand implements Callable<Integer> {
  @Parameters(
      index = "0",
      paramLabel = "WHAT",
      description =
          "A run's directory, a folder of runs, a model of 'bingo export --format onnx', or anybody's weights.")
  private Path what;

  @Parameters(
      index = "1",
      arity = "0..1",
      paramLabel = "DATA",
      description = "Images to search and label.")
  private Path data;

  @Option(
      names = "--beside",
      paramLabel = "ENCODER",
      description = "A second encoder, whose neighbours are shown beside the first one's.")
  private Path beside;

  @Option(
      names = "--classifier",
      paramLabel = "FILE",
      description = "A model of 'bingo classify train', for POST /classify.")
  private Path classifier;

  @Option(
      names = "--labels",
      paramLabel = "DIR",
      description = "Where what people label is kept (default: .DATA.labels, beside the images).")
  private Path labels;

  @Option(
      names = "--classes",
      split = ",",
      paramLabel = "NAME",
      description = "Classes, in the order of their keys; more can be added on the page.")
  private List<String> classes = List.of();

  @Option(
      names = "--budget",
      description = "Images that are chosen at a time to be labelled (default: ${DEFAULT-VALUE}).")
  private int budget = Labelling.BUDGET;

  @Option(
      names = "--apart",
      description =
          "Least distance of what is chosen from what is labelled, as in bingo select (default: 0).")
  private double apart;

  @Option(names = "--seed", description = "Of all draws (default: 0).")
  private long seed;

  @Option(
      names = "--hide-labels",
      description = "Do not show the labels that the images have of themselves.")
  private boolean hideLabels;

  @Option(
      names = "--bags",
      paramLabel = "FILE",
      description = "Bags of these images (default: those of the run, where there are any).")
  private Path bags;

  @Option(
      names = "--runs",
      paramLabel = "DIR",
      description = "Runs to look at (default: WHAT, where it holds runs).")
  private Path runs;

  @Mixin private ServerOptions server;
  @Mixin private EncoderOptions how;
  @Mixin private ImageArguments images;
  @Mixin private IndexArguments index;

  @Override
  public Integer call() throws IOException {
    Settings settings = server.settings();
    Console console = TerminalConsole.standard();
    boolean encodes = !Files.isDirectory(what) || Files.exists(what.resolve(Run.ENCODER));
    Path watched = watched();
    if (!encodes && watched == null) {
      throw new RecipeException(
          what + ": holds neither an encoder nor runs; name a run, a folder of runs or a model");
    }
    if (!encodes && (data != null || beside != null)) {
      throw new RecipeException(
          what
              + ": has no encoder yet that DATA could be searched by; name one, or leave DATA out");
    }
    if (data == null && beside != null) {
      throw new RecipeException("--beside: say which images to compare the encoders on: DATA");
    }
    EndSignal end = new EndSignal();
    RunFolder folder = watched == null ? null : new RunFolder(watched);
    if (data == null) {
      List<Space> spaces = encodes ? List.of(space(what, null, null, console)) : List.of();
      return serve(
          new Site(spaces, classifier(), null, null, folder, null), settings, end, console);
    }
    Path list = index.folder(data).resolve("bad-images.tsv");
    try (GivenImages given = images.open(data, list, console)) {
      ImageSource source = given.source();
      Indexed first = indexed(what, false, source, console);
      List<Space> spaces = new ArrayList<>();
      spaces.add(space(what, first, source, console));
      if (beside != null) {
        spaces.add(space(beside, indexed(beside, true, source, console), source, console));
      }
      given.tell();
      Labelling labelling =
          new Labelling(
              labelFolder(), classes, new LabelChooser(first.index.rows(), apart, seed), budget);
      SourceImages shown = new SourceImages(source, !hideLabels);
      Site site = new Site(spaces, classifier(), shown, labelling, folder, bags(source, console));
      return serve(site, settings, end, console);
    }
  }

  private Classifier classifier() throws IOException {
    return classifier == null ? null : Classifier.open(classifier);
  }

  private Path watched() throws IOException {
    if (runs != null) {
      if (!RunFolder.holdsRuns(runs)) {
        throw new RecipeException("--runs " + runs + ": there is no run in it");
      }
      return runs;
    }
    return Files.isDirectory(what) && RunFolder.holdsRuns(what) ? what : null;
  }

  /** An encoder's vectors of the images, and where they are. */
  private record Indexed(EncoderArguments.Ready ready, SimilarIndex index, Path folder) {}

  private Indexed indexed(Path named, boolean second, ImageSource source, Console console)
      throws IOException {
    Path file = EncoderPath.of(named);
    EncoderArguments.Ready ready = how.load(file);
    Identity identity = IndexArguments.identity(file, how.wish(), ready, images);
    Path folder = second ? index.besides(data, identity) : index.folder(data);
    if (!second) {
      index.check(data, identity);
    }
    SimilarIndex open = index.update(folder, data, identity, source, ready, console);
    return new Indexed(ready, open, folder);
  }

  /** The model of an encoder, exported first where it is none yet, with its vectors. */
  private Space space(Path named, Indexed indexed, ImageSource source, Console console)
      throws IOException {
    Path file = EncoderPath.of(named);
    String name = named.toAbsolutePath().normalize().getFileName().toString();
    Path folder = indexed == null ? null : indexed.folder;
    if (file.toString().toLowerCase(Locale.ROOT).endsWith(".onnx")) {
      return Space.open(name, file, folder);
    }
    EncoderArguments.Ready ready = indexed == null ? how.load(file) : indexed.ready;
    Path model = Files.createTempFile("bingo-", ".onnx");
    try {
      Map<String, String> about = ready.encoder().about();
      about.put("encoder_sha256", BagMaker.sha256(file));
      new OnnxExport(ready.encoder(), about, console).write(model, "fp32", false, source);
      return Space.open(name, model, folder);
    } finally {
      Files.deleteIfExists(model);
    }
  }

  private Path labelFolder() {
    if (labels != null) {
      return labels;
    }
    Path place = data.toAbsolutePath().normalize();
    if (place.getFileName() == null) {
      throw new RecipeException(data + ": say where to keep what is labelled: --labels DIR");
    }
    return place.resolveSibling("." + place.getFileName() + ".labels");
  }

  private Bags bags(ImageSource source, Console console) throws IOException {
    Path file = bags;
    if (file == null && RunSummary.isRun(what)) {
      file = RunDirectory.checked(what).file(RunDirectory.BAGS);
    }
    if (file == null || (bags == null && !BagFile.isWhole(file))) {
      return null;
    }
    try {
      return new BagMates(BagFile.read(file, source), source);
    } catch (IOException e) {
      if (bags != null) {
        throw e;
      }
      // The run's own, which may be of the images that it was trained on.
      console.say("without bags: " + e.getMessage());
      return null;
    }
  }

  private static int serve(Site site, Settings settings, EndSignal end, Console console)
      throws IOException {
    try (Server running = Server.start(site, settings, console::say)) {
      System.out.println("serving at " + running.address());
      System.out.flush();
      int code = end.await();
      console.say("stopping: requests that run come to their end");
      return code;
    }
  }
}
