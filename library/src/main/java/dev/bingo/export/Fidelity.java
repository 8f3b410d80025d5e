package dev.bingo.export;

import dev.bingo.evaluate.Embeddings;
import dev.bingo.evaluate.Features;
import dev.bingo.evaluate.Knn;
import dev.bingo.image.ImageSource;
import dev.bingo.torch.ProgressListener;
import dev.bingo.weights.OnnxSession;
import java.util.Locale;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Device;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.ScalarOptional;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.DeviceType;

/**
 * What is left of a model's use when it is written with fewer bits: each image is classified, and
 * its nearest looked for, among all the others.
 *
 * @param images that were compared
 * @param knn top-1 of the exact model, percent; NaN where images aren't labelled
 * @param reducedKnn the same of the reduced one
 * @param sameNeighbours percent of the exact model's ten nearest that are the reduced one's, too
 */
public record Fidelity(int images, double knn, double reducedKnn, double sameNeighbours) {
  private static final int NEAREST = 10;

  /**
   * Compares two models that take normalised images.
   *
   * @param options how images get to them; precision and device aren't looked at
   */
  public static Fidelity of(
      OnnxModel exact,
      OnnxModel reduced,
      ImageSource images,
      Embeddings.Options options,
      ProgressListener listener) {
    try (PointerScope scope = new PointerScope()) {
      Features known = features(exact, images, options, listener);
      Features rough = features(reduced, images, options, listener);
      boolean labelled = known.labelled();
      return new Fidelity(
          known.size(),
          labelled ? Knn.MONITOR.leaveOneOut(known).top1() : Double.NaN,
          labelled ? Knn.MONITOR.leaveOneOut(rough).top1() : Double.NaN,
          same(nearest(known.values()), nearest(rough.values())));
    }
  }

  private static Features features(
      OnnxModel model, ImageSource images, Embeddings.Options options, ProgressListener listener) {
    Device cpu = new Device(DeviceType.CPU);
    try (OnnxSession session = OnnxSession.of(model.bytes())) {
      return Embeddings.extract(
          view -> session.run(options.normalisation().apply(view, cpu), OnnxModel.FEATURES),
          model.width(),
          images,
          options,
          listener);
    }
  }

  /** {@code int64 [N, 10]} by cosine, the image itself left out. */
  private static Tensor nearest(Tensor values) {
    Tensor lengths = values.norm(new ScalarOptional(new Scalar(2)), new long[] {1}, true);
    Tensor unit = values.div(lengths.clamp_min_(new Scalar(1e-12)));
    Tensor cosines = unit.matmul(unit.t()).fill_diagonal_(new Scalar(Double.NEGATIVE_INFINITY));
    return cosines.topk(Math.min(NEAREST, values.size(0) - 1)).get1();
  }

  private static double same(Tensor expected, Tensor actual) {
    long both = expected.unsqueeze(2).eq(actual.unsqueeze(1)).any(2).sum().item_long();
    return 100.0 * both / expected.numel();
  }

  @Override
  public String toString() {
    String accuracy =
        Double.isNaN(knn)
            ? ""
            : String.format(
                Locale.ROOT,
                "kNN top-1 %.2f %% for %.2f %% in fp32 (%+.2f points), ",
                reducedKnn,
                knn,
                reducedKnn - knn);
    return String.format(
        Locale.ROOT,
        "%s%.1f %% of the ten nearest the same, each of %,d images among the others",
        accuracy,
        sameNeighbours,
        images);
  }
}
