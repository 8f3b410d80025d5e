package dev.bingo.evaluate;

import dev.bingo.encoder.Backbone;
import dev.bingo.image.ImageSource;
import dev.bingo.torch.ProgressListener;
import dev.bingo.torch.Tensors;
import dev.bingo.view.Augmentation;
import dev.bingo.view.Batch;
import dev.bingo.view.Epoch;
import dev.bingo.view.Loader;
import dev.bingo.view.LoaderOptions;
import dev.bingo.view.View;
import java.util.List;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.ScalarTypeOptional;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;

/**
 * How often a view of an image finds another view of the same image before those of all others, by
 * the cosine of features: what an encoder can be judged by without labels.
 */
public final class SelfRetrieval {
  private SelfRetrieval() {}

  /**
   * What was found.
   *
   * @param images that were looked for: those that can be read
   * @param percent of them that were found, in both directions; chance is 100 / images
   */
  public record Found(int images, double percent) {}

  /**
   * Looks for each image.
   *
   * @param augmentation of the two views
   * @param seed of the views: the same for encoders that are to be compared
   */
  public static Found score(
      Backbone backbone,
      ImageSource source,
      Augmentation augmentation,
      Embeddings.Options options,
      long seed,
      ProgressListener listener) {
    int n = source.size();
    int size = options.transform().size();
    List<View> views =
        List.of(
            new View("one", View.Source.ANCHOR, augmentation, size),
            new View("other", View.Source.ANCHOR, augmentation, size));
    Loader loader =
        new Loader(
            source,
            views,
            null,
            new LoaderOptions(Math.min(options.batch(), n), seed, options.threads(), 2, false));
    try (PointerScope scope = new PointerScope();
        Embeddings.Frozen frozen = new Embeddings.Frozen(backbone)) {
      Tensor one = Tensors.empty(ScalarType.Float, n, backbone.width());
      Tensor other = Tensors.empty(ScalarType.Float, n, backbone.width());
      int done = 0;
      int images = 0;
      try (Epoch epoch = loader.epoch(0, 0)) {
        while (epoch.hasNext()) {
          try (PointerScope step = new PointerScope()) {
            Batch batch = epoch.next();
            Tensor own = Tensors.of(batch.own(), batch.own().length);
            put(one, images, frozen.features(batch.views().get(0), options), own);
            put(other, images, frozen.features(batch.views().get(1), options), own);
            done += batch.size();
            images += batch.own().length;
          }
          listener.progressed(done, n);
        }
      }
      Tensor cosines = one.narrow(0, 0, images).matmul(other.narrow(0, 0, images).t());
      return new Found(images, 50 * (found(cosines) + found(cosines.t())));
    }
  }

  private static void put(Tensor all, int at, Tensor rows, Tensor own) {
    all.narrow(0, at, own.size(0)).copy_(torch.normalize(rows.index_select(0, own)));
  }

  /** The share of rows whose own column is the largest; a tie is no find. */
  private static double found(Tensor cosines) {
    long n = cosines.size(0);
    Tensor own = cosines.diagonal().unsqueeze(1);
    Tensor rivals = cosines.ge(own).sum(new long[] {1}, false, new ScalarTypeOptional());
    return rivals.eq(new Scalar(1)).sum().item_double() / n;
  }
}
