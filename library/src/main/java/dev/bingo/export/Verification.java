package dev.bingo.export;

import dev.bingo.encoder.Backbone;
import dev.bingo.image.Pixels;
import dev.bingo.render.Canvas;
import dev.bingo.render.EvalTransform;
import dev.bingo.torch.Draws;
import dev.bingo.torch.Tensors;
import dev.bingo.weights.OnnxSession;
import java.io.IOException;
import java.util.Arrays;
import java.util.Locale;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Device;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.DeviceType;
import org.bytedeco.pytorch.global.torch.ScalarType;

/**
 * How an exported model, in ONNX Runtime, differs from the network that it was made of, on the same
 * decoded images.
 *
 * @param images that were compared
 * @param largestDifference of any feature
 * @param largestFeature its measure: the largest absolute feature
 * @param leastCosine of the two feature vectors of an image
 */
public record Verification(
    int images, double largestDifference, double largestFeature, double leastCosine) {
  /** A cosine that a model in float32 stays above. */
  public static final double FP32 = 0.9999;

  private static final int GENERATED = 16;

  /**
   * Compares.
   *
   * @param backbone in evaluation mode, on the CPU
   * @param count images
   * @param images one at a time
   */
  public static Verification of(OnnxModel model, Backbone backbone, int count, Images images)
      throws IOException {
    if (backbone.is_training()) {
      throw new IllegalArgumentException("the network to compare with must be in evaluation mode");
    }
    Verification worst = new Verification(0, 0, 0, 1);
    Canvas canvas = new Canvas();
    try (OnnxSession session = OnnxSession.of(model.bytes())) {
      for (int i = 0; i < count; i++) {
        Pixels image = images.read(i);
        try (PointerScope scope = new PointerScope();
            NoGradGuard off = new NoGradGuard()) {
          Tensor input = input(image, model.preprocessing(), canvas);
          Tensor given =
              model.input() == OnnxModel.Input.PIXELS
                  ? bytes(image.rgb(), image.height(), image.width())
                  : input;
          worst = worst.and(backbone.features(input), session.run(given, OnnxModel.FEATURES));
        }
      }
    }
    return worst;
  }

  /**
   * How far a classifier's probabilities are off the network's and its head's: the largest
   * difference, of images that are resized as the trainer does it.
   *
   * @param backbone as above
   * @param head that the model has
   */
  public static double ofClassifier(
      OnnxModel model, Backbone backbone, ClassifierHead head, int count, Images images)
      throws IOException {
    double largest = 0;
    Canvas canvas = new Canvas();
    Preprocessing before = model.preprocessing();
    EvalTransform transform = before.transform();
    int size = transform.size();
    try (OnnxSession session = OnnxSession.of(model.bytes())) {
      for (int i = 0; i < count; i++) {
        Pixels image = images.read(i);
        try (PointerScope scope = new PointerScope();
            NoGradGuard off = new NoGradGuard()) {
          Tensor expected = head.logits(backbone.features(input(image, before, canvas))).softmax(1);
          byte[] centre = Arrays.copyOf(canvas.render(image, transform), size * size * 3);
          Tensor actual =
              session.run(
                  Preprocessing.framed(bytes(centre, size, size), transform),
                  OnnxModel.PROBABILITIES);
          largest = larger(largest, actual.sub(expected).abs().max().item_double());
        }
      }
    }
    return largest;
  }

  /** On pictures that nobody took, {@link #generated}, from the model's own size on. */
  public static Verification onGenerated(OnnxModel model, Backbone backbone) throws IOException {
    int size = model.preprocessing().transform().size();
    return of(model, backbone, GENERATED, i -> generated(i, size));
  }

  /**
   * Refuses a model that differs too much.
   *
   * @param least cosine; {@link #FP32} where nothing was rounded
   * @throws IOException where it is not above that
   */
  public void require(double least) throws IOException {
    if (!(leastCosine > least)) {
      throw new IOException(
          "the exported model differs too much from the network: "
              + this
              + "; a cosine above "
              + least
              + " is expected");
    }
  }

  /** Where the images come from. */
  @FunctionalInterface
  public interface Images {
    /** Image {@code i}, decoded at full size. */
    Pixels read(int i) throws IOException;
  }

  /** Pictures of many sizes, from {@code size} on, that nobody took: waves of colour, and noise. */
  public static Pixels generated(int i, int size) {
    Draws draws = Draws.of(i);
    int width = size + draws.below(size + 1);
    int height = size + draws.below(size + 1);
    double across = draws.uniform(0.02, 0.3);
    double down = draws.uniform(0.02, 0.3);
    byte[] rgb = new byte[width * height * 3];
    for (int at = 0; at < rgb.length; at++) {
      int x = at / 3 % width;
      int y = at / 3 / width;
      double wave = Math.sin(across * x + at % 3) * Math.cos(down * y - at % 3);
      rgb[at] = (byte) (int) (127 + 100 * wave + draws.uniform(-25, 25));
    }
    return new Pixels(width, height, rgb);
  }

  /** {@code float [1, 3, S, S]}, as the trainer makes it. */
  static Tensor input(Pixels image, Preprocessing preprocessing, Canvas canvas) {
    int size = preprocessing.transform().size();
    byte[] rendered = canvas.render(image, preprocessing.transform());
    Tensor view = bytes(Arrays.copyOf(rendered, size * size * 3), size, size);
    return preprocessing.normalisation().apply(view, new Device(DeviceType.CPU));
  }

  /** {@code uint8 [1, height, width, 3]}. */
  static Tensor bytes(byte[] rgb, int height, int width) {
    Tensor tensor = Tensors.empty(ScalarType.Byte, 1, height, width, 3);
    new BytePointer(tensor.data_ptr()).put(rgb);
    return tensor;
  }

  private Verification and(Tensor expected, Tensor actual) {
    double cosine = torch.cosine_similarity(expected, actual).min().item_double();
    return new Verification(
        images + 1,
        larger(largestDifference, actual.sub(expected).abs().max().item_double()),
        larger(largestFeature, expected.abs().max().item_double()),
        cosine < leastCosine || Double.isNaN(cosine) ? cosine : leastCosine);
  }

  /** Not a number counts as the largest. */
  private static double larger(double a, double b) {
    return a >= b ? a : b;
  }

  @Override
  public String toString() {
    return String.format(
        Locale.ROOT,
        "largest difference %.2g (largest feature %.3g), least cosine %.7f, %d images",
        largestDifference,
        largestFeature,
        leastCosine,
        images);
  }
}
