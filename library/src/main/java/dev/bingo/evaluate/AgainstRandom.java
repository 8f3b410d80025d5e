package dev.bingo.evaluate;

import dev.bingo.encoder.Backbone;
import dev.bingo.image.ImageSource;
import dev.bingo.torch.Names;
import dev.bingo.torch.ProgressListener;
import dev.bingo.view.Augmentation;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.IntStream;

/**
 * An encoder beside one of the same architecture with random weights, on the same images: what
 * tells a teacher from one that was never trained or only half loaded.
 *
 * @param measure what was measured
 * @param images that were judged
 * @param score percent
 * @param random the random network's
 */
public record AgainstRandom(String measure, int images, double score, double random) {
  /** Standard deviations of the difference that count as more than luck. */
  private static final double MORE_THAN_LUCK = 3;

  private static final int IMAGES_A_CLASS = 5;
  private static final long VIEWS = 0x7e57;
  private static final Knn KNN = new Knn(10, 0.1);

  /** The colours are changed: by them alone a random network finds most images. */
  private static final Augmentation CHANGED = Augmentation.MOCO2_SMALL;

  /**
   * Measures kNN, each image by the others, where all are labelled and enough, and self-retrieval.
   * Images that can't be read are left out.
   *
   * @param random of the same architecture, on the same device
   */
  public static List<AgainstRandom> measure(
      Backbone encoder,
      Backbone random,
      ImageSource images,
      Embeddings.Options options,
      ProgressListener listener) {
    List<AgainstRandom> measured = new ArrayList<>();
    int n = images.size();
    boolean all = IntStream.range(0, n).allMatch(i -> images.label(i) >= 0);
    boolean knn = all && n >= IMAGES_A_CLASS * images.classes().size();
    Passes passes = new Passes(n, knn ? 4 : 2, listener);
    if (knn) {
      Score own = knn(encoder, images, options, passes.next());
      Score randoms = knn(random, images, options, passes.next());
      measured.add(new AgainstRandom("kNN", own.images(), own.top1(), randoms.top1()));
    }
    SelfRetrieval.Found own =
        SelfRetrieval.score(encoder, images, CHANGED, options, VIEWS, passes.next());
    SelfRetrieval.Found randoms =
        SelfRetrieval.score(random, images, CHANGED, options, VIEWS, passes.next());
    measured.add(
        new AgainstRandom("self-retrieval", own.images(), own.percent(), randoms.percent()));
    return measured;
  }

  /** Several passes over the images, told as one work. */
  private static final class Passes {
    private final int images;
    private final int all;
    private final ProgressListener listener;
    private int begun;

    Passes(int images, int all, ProgressListener listener) {
      this.images = images;
      this.all = all;
      this.listener = listener;
    }

    ProgressListener next() {
      int before = images * begun++;
      return (done, total) -> listener.progressed(before + done, (long) images * all);
    }
  }

  private static Score knn(
      Backbone backbone,
      ImageSource images,
      Embeddings.Options options,
      ProgressListener listener) {
    return KNN.leaveOneOut(Embeddings.extract(backbone, images, options, listener));
  }

  /** Whether the difference is more than luck with so many images. */
  public boolean better() {
    return score - random > luck();
  }

  /** Whether it is worse by more than luck. */
  public boolean worse() {
    return random - score > luck();
  }

  /** Three standard deviations of the difference, points. */
  private double luck() {
    double p = score / 100;
    double q = random / 100;
    // Half an image more keeps the deviation off 0 where all or none were right.
    double variance = (p * (1 - p) + q * (1 - q)) / images + 0.5 / ((double) images * images);
    return 100 * MORE_THAN_LUCK * Math.sqrt(variance);
  }

  @Override
  public String toString() {
    return String.format(
        Locale.ROOT,
        "%s %.1f %%, random weights %.1f %% (%s): %+.1f points, luck reaches %.1f",
        measure,
        score,
        random,
        Names.counted(images, "image"),
        score - random,
        luck());
  }
}
