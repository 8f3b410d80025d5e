package dev.bingo.run;

import dev.bingo.Encoder;
import dev.bingo.bag.BagFile;
import dev.bingo.bag.Bags;
import dev.bingo.evaluate.Embeddings;
import dev.bingo.evaluate.Features;
import dev.bingo.file.Sha256;
import dev.bingo.image.ImageSource;
import dev.bingo.neighbour.ApproximateNeighbours;
import dev.bingo.neighbour.KMeans;
import dev.bingo.neighbour.NearestNeighbours;
import dev.bingo.neighbour.Rows;
import dev.bingo.pretrained.Pretrained;
import dev.bingo.recipe.RecipeException;
import dev.bingo.torch.Names;
import dev.bingo.torch.Precision;
import dev.bingo.weights.MappedRows;
import dev.bingo.weights.WholeFile;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.DigestInputStream;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.Locale;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Device;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;

/** Puts images into bags by a teacher's embedding, or, for the ablations, by clusters or labels. */
public final class BagMaker {
  private final Console console;
  private final Device device;
  private final Precision precision;

  /** Above so many images the search is approximate: an exact one takes N² products. */
  static final int EXACT_UP_TO = 100_000;

  private static final double RECALL = 0.97;

  /**
   * What bags to make.
   *
   * @param clusters of k-means
   * @param search of neighbours: exact, approximate, or auto, by the number of images
   */
  public record Wish(String kind, int k, int clusters, long seed, String search) {
    boolean approximate(int images) {
      return kind.equals("knn")
          && (search.equals("approximate") || (search.equals("auto") && images > EXACT_UP_TO));
    }
  }

  public BagMaker(Console console, Device device, Precision precision) {
    this.console = console;
    this.device = device;
    this.precision = precision;
  }

  /**
   * Makes bags and writes them.
   *
   * @param reading of the teacher's file, where it does not say itself
   */
  public Bags make(Path teacher, Pretrained.Wish reading, ImageSource images, Wish wish, Path out)
      throws IOException {
    Bags bags =
        wish.kind.equals("labels")
            ? byLabel(images, wish)
            : byTeacher(ForeignWeights.open(teacher, reading, console), images, wish, out);
    String hash = wish.kind.equals("labels") ? "" : sha256(teacher);
    BagFile.write(out, bags, images, wish.kind, hash);
    console.say(
        "bags: "
            + out
            + ", "
            + Names.counted(bags.k(), "mate")
            + " of each of "
            + Names.counted(bags.size(), "image"));
    return bags;
  }

  /**
   * Refuses what can't work before anything is embedded.
   *
   * @throws RecipeException where label bags are wanted of images without labels, or a search that
   *     so few images don't suffice for
   */
  public static void check(String kind, String search, int k, ImageSource images) {
    if (kind.equals("labels") && !images.labelled()) {
      throw new RecipeException(
          "bags by labels need a labelled set; " + images.describe() + " is not");
    }
    if (kind.equals("knn")
        && search.equals("approximate")
        && images.size() < ApproximateNeighbours.least(k)) {
      throw new RecipeException(
          "an approximate search of %s takes at least %s, there are %d; an exact one (or auto) is as fast here"
              .formatted(
                  Names.counted(k, "neighbour"),
                  Names.counted(ApproximateNeighbours.least(k), "image"),
                  images.size()));
    }
  }

  private static Bags byLabel(ImageSource images, Wish wish) {
    return Bags.ofGroups(labels(images), wish.k, wish.seed);
  }

  private Bags byTeacher(Encoder teacher, ImageSource images, Wish wish, Path out)
      throws IOException {
    teacher.on(device, precision);
    console.begin("embedding with the teacher");
    try (PointerScope scope = new PointerScope()) {
      if (wish.approximate(images.size())) {
        return approximate(teacher, images, wish, out);
      }
      Features features = teacher.embed(images, console::progress);
      Tensor rows = torch.normalize(features.values());
      return amongRead(rows, wish).among(features.positions(), images.size());
    }
  }

  /** Bags of the rows that there are: an image that can't be read is in none of them. */
  private Bags amongRead(Tensor rows, Wish wish) {
    int n = (int) rows.size(0);
    if (wish.kind.equals("kmeans")) {
      return Bags.ofGroups(KMeans.spherical(rows, wish.clusters, 50, wish.seed), wish.k, wish.seed);
    }
    console.begin("nearest neighbours");
    return Bags.of(
        NearestNeighbours.exact(Rows.of(rows), wish.k, done -> console.progress(done, n))
            .members());
  }

  /** With the features on disk, so that memory holds no more than their codes. */
  private Bags approximate(Encoder teacher, ImageSource images, Wish wish, Path out)
      throws IOException {
    Path file = WholeFile.temporary(out.resolveSibling(out.getFileName() + ".features.npy"));
    try {
      long[] read =
          Embeddings.write(teacher.backbone(), images, teacher.options(), file, console::progress);
      console.begin("nearest neighbours, approximate");
      int n = read.length;
      ApproximateNeighbours.Found found =
          ApproximateNeighbours.search(
              Rows.of(MappedRows.open(file)).at(read),
              wish.k,
              RECALL,
              wish.seed,
              done -> console.progress(done, n));
      console.say(
          String.format(
              Locale.ROOT,
              "searched %,d of %,d cells for each image: %.1f %% of the true neighbours found, by a sample",
              found.searched(),
              found.cells(),
              100 * found.recall()));
      return Bags.of(found.neighbours().members())
          .among(LongStream.of(read).mapToInt(i -> (int) i).toArray(), images.size());
    } finally {
      Files.deleteIfExists(file);
    }
  }

  /** What is to be known of bags before they are used. */
  public static void say(Bags bags, ImageSource images, Console console) {
    if (bags.alone() > 0) {
      console.say(
          "warning: "
              + Names.counted(bags.alone(), "bag")
              + " of one image, which is its own mate: nobody else is in its cluster or class, or it can't be"
              + " read");
    }
    if (bags.repeated() > 0) {
      console.say(
          "warning: "
              + Names.counted(bags.repeated(), "bag")
              + " with fewer others than mates were asked for: they hold some mates more than once");
    }
    sayPurity(bags, images, console);
  }

  /** Where labels are known: how many mates have their anchor's, beside what chance would give. */
  private static void sayPurity(Bags bags, ImageSource images, Console console) {
    if (!images.labelled()) {
      return;
    }
    int[] labels = labels(images);
    int[] counts = new int[images.classes().size()];
    IntStream.of(labels).filter(l -> l >= 0).forEach(l -> counts[l]++);
    double chance =
        IntStream.of(counts).mapToDouble(c -> Math.pow((double) c / labels.length, 2)).sum();
    console.say(
        String.format(
            Locale.ROOT,
            "bag purity: %.1f %% of mates have their anchor's label (chance %.1f %%)",
            100 * bags.purity(labels),
            100 * chance));
  }

  public static int[] labels(ImageSource images) {
    return IntStream.range(0, images.size()).map(images::label).toArray();
  }

  public static String sha256(Path file) throws IOException {
    MessageDigest hash = Sha256.digest();
    try (InputStream in = new DigestInputStream(Files.newInputStream(file), hash)) {
      in.transferTo(OutputStream.nullOutputStream());
    }
    return HexFormat.of().formatHex(hash.digest());
  }
}
