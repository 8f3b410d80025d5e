package dev.bingo.app;

import dev.bingo.bag.Bags;
import dev.bingo.image.ImageSource;
import java.io.IOException;
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
      "  bingo bags runs/teacher/encoder.safetensors photos --out bags.npy --kind-of-bags kmeans --clusters 500"
    })
final class BagsCommand implements Callable<Integer> {
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

  @Option(names = "--clusters", description = "Clusters of kmeans (default: ${DEFAULT-VALUE}).")
  private int clusters = 1000;

  @Option(names = "--seed", description = "Of kmeans and labels (default: 0).")
  private long seed;

  @Override
  public Integer call() throws IOException {
    EncoderArguments.Ready ready = encoder.load();
    Console console = Console.standard();
    try (ImageSource source = images.open(data)) {
      Bags bags =
          new BagMaker(console, ready.device(), ready.precision())
              .make(
                  encoder.file,
                  encoder.wish(),
                  source,
                  new BagMaker.Wish(kind, k, clusters, seed),
                  out);
      BagMaker.sayPurity(bags, source, console);
    }
    return 0;
  }
}
