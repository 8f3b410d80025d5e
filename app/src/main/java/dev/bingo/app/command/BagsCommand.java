package dev.bingo.app.command;

import dev.bingo.app.terminal.TerminalConsole;
import dev.bingo.bag.BagFile;
import dev.bingo.bag.Bags;
import dev.bingo.image.ImageSource;
import dev.bingo.method.Demand;
import dev.bingo.method.Demand.Size;
import dev.bingo.recipe.Settings;
import dev.bingo.run.BagMaker;
import dev.bingo.run.Console;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(
    name = "bags",
    description = "Puts every image in a bag with its nearest neighbours by a teacher's embedding.",
    footerHeading = "%nExamples:%n",
    footer = {
      "  bingo bags runs/teacher/encoder.safetensors photos --out bags.npy",
      "  bingo bags runs/teacher/encoder.safetensors photos --out bags.npy \\",
      "      --kind-of-bags kmeans --clusters 500",
      "  bingo bags runs/teacher/encoder.safetensors photos --out bags.npy \\",
      "      --search approximate"
    })
public final class BagsCommand implements Callable<Integer> {
  @Mixin private EncoderArguments encoder;

  @Parameters(index = "1", paramLabel = "DATA", description = "The images.")
  private Path data;

  @Mixin private ImageArguments images;

  @Option(
      names = "--out",
      required = true,
      paramLabel = "FILE.npy",
      description = "Where to write int64 [N, K].")
  private Path out;

  @Option(names = "--k", description = "Mates of an image (default: ${DEFAULT-VALUE}).")
  private int k = 5;

  @Option(names = "--kind-of-bags", description = "knn, kmeans or labels (default: knn).")
  private String kind = "knn";

  @Option(
      names = "--search",
      description = {
        "Of neighbours: exact, approximate or auto (default: auto).",
        "auto is exact up to 100,000 images; approximate aims at 97 %% of the true neighbours, says how"
            + " many it found, and keeps the features on disk."
      })
  private String search = "auto";

  @Option(names = "--clusters", description = "Clusters of kmeans (default: ${DEFAULT-VALUE}).")
  private int clusters = 1000;

  @Option(names = "--seed", description = "Of kmeans and labels (default: 0).")
  private long seed;

  @Mixin private OverwriteArgument overwrite;

  @Override
  public Integer call() throws IOException {
    overwrite.check(BagFile.files(out).toArray(Path[]::new));
    Settings.oneOf("--search", search, Settings.SEARCHES);
    Settings.oneOf("--kind-of-bags", kind, Settings.BAG_KINDS);
    Console console = TerminalConsole.standard();
    Path list = out.resolveSibling(out.getFileName() + ".bad-images.tsv");
    try (GivenImages given = images.open(data, list, console)) {
      ImageSource source = given.source();
      BagMaker.check(kind, search, k, source);
      Demand.NONE
          .bags(new Size("--k", k), new Size("--clusters", kind.equals("kmeans") ? clusters : 0))
          .check(source.size(), 0);
      EncoderArguments.Ready ready = encoder.load();
      Bags bags =
          new BagMaker(console, ready.device(), ready.precision())
              .make(
                  encoder.file(),
                  encoder.wish(),
                  source,
                  new BagMaker.Wish(kind, k, clusters, seed, search),
                  out);
      given.tell();
      if (given.bad().isEmpty()) {
        Files.deleteIfExists(list); // of bags that are overwritten
      }
      BagMaker.say(bags, source, console);
    }
    return 0;
  }
}
