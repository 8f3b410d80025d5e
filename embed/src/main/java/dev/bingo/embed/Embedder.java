package dev.bingo.embed;

import dev.bingo.format.ImageLimits;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;

/**
 * Maps images to vectors with a model of {@code bingo export --format onnx}. The vector is that of
 * {@code bingo embed}: not normalised; divide by its length to compare by dot product.
 *
 * <p>Safe to use from many threads at once; each call runs in its caller's thread and ONNX
 * Runtime's pool. Images are bounded by {@link ImageLimits} before they are decoded.
 */
public final class Embedder implements AutoCloseable {
  /** Larger models are refused. */
  public static final long MOST_MODEL_BYTES = OnnxFile.MOST_BYTES;

  private final Model model;

  /**
   * How it runs.
   *
   * @param limits of images
   * @param decodeTimeout longest that reading and decoding one image may take
   * @param batch images that are run at once, of those given together. Larger: a little faster,
   *     more memory
   * @param threads of one call inside ONNX Runtime; 0: as many as there are cores. With many calls
   *     at once 1 is best
   */
  public record Options(ImageLimits limits, Duration decodeTimeout, int batch, int threads) {
    public static final Options DEFAULT =
        new Options(ImageLimits.DEFAULT, Duration.ofSeconds(10), 32, 0);

    public Options {
      if (batch < 1 || batch > 4096 || threads < 0) {
        throw new IllegalArgumentException(
            "expected a batch of 1 to 4096 and threads of at least 0, got "
                + batch
                + " and "
                + threads);
      }
      if (decodeTimeout.isNegative() || decodeTimeout.isZero()) {
        throw new IllegalArgumentException("expected time to decode in, got " + decodeTimeout);
      }
    }

    public Options withLimits(ImageLimits other) {
      return new Options(other, decodeTimeout, batch, threads);
    }

    public Options withDecodeTimeout(Duration other) {
      return new Options(limits, other, batch, threads);
    }

    public Options withBatch(int other) {
      return new Options(limits, decodeTimeout, other, threads);
    }

    public Options withThreads(int other) {
      return new Options(limits, decodeTimeout, batch, other);
    }
  }

  /**
   * What became of one image of several.
   *
   * @param vector its vector, or null
   * @param error why it has none, or null
   */
  public record Outcome(float[] vector, BadImageException error) {}

  private Embedder(Model model) {
    this.model = model;
  }

  /** Opens a model with {@link Options#DEFAULT}. */
  public static Embedder open(Path model) throws IOException {
    return open(model, Options.DEFAULT);
  }

  /**
   * Opens a model.
   *
   * @throws IOException where the file can't be read, or isn't a model of {@code bingo export}
   */
  public static Embedder open(Path model, Options options) throws IOException {
    return new Embedder(Model.open(model, Contract.Kind.ENCODER, options));
  }

  /**
   * Opens a model that came another way than as a file.
   *
   * @param model the bytes of a file of {@code bingo export --format onnx}; not to be altered
   * @throws IOException where it isn't a model of {@code bingo export}
   */
  public static Embedder open(byte[] model, Options options) throws IOException {
    return new Embedder(Model.open(model, Contract.Kind.ENCODER, options));
  }

  /** Length of the vectors. */
  public int width() {
    return model.contract().width();
  }

  /** What the model says of itself: architecture, recipe, fingerprint of the data, accuracy ... */
  public Map<String, String> metadata() {
    return model.metadata();
  }

  /**
   * The vector of an encoded image: JPEG, PNG, BMP or TIFF.
   *
   * @throws BadImageException where it can't be decoded as in training, is too large, or takes too
   *     long
   */
  public float[] embed(byte[] encoded) throws IOException {
    return model.run(encoded);
  }

  /** The vector of an image file, a regular one; see {@link #embed(byte[])}. */
  public float[] embed(Path file) throws IOException {
    return model.run(file);
  }

  /**
   * The vector of a decoded image. Samples are taken as they are: no colour profile is applied.
   *
   * @throws BadImageException where it is too large
   */
  public float[] embed(BufferedImage image) throws IOException {
    return model.run(image);
  }

  /**
   * The vector of pixels that were decoded elsewhere.
   *
   * @param rgb {@code [height, width, 3]}, red first
   * @throws BadImageException where it is too large, or there are more or fewer bytes than pixels
   */
  public float[] embed(byte[] rgb, int imageWidth, int imageHeight) throws IOException {
    return model.run(rgb, imageWidth, imageHeight);
  }

  /** The vectors of decoded images, in their order; run in batches. */
  public List<float[]> embed(List<BufferedImage> images) throws IOException {
    return model.run(images);
  }

  /**
   * The vectors of encoded images, in their order, run in batches. An image that can't be embedded
   * costs the others nothing.
   *
   * @throws IOException where the model can't be run
   */
  public List<Outcome> embedEach(List<byte[]> encoded) throws IOException {
    return model.runEach(encoded);
  }

  /** Waits for calls that run, then frees the model; later calls are refused. */
  @Override
  public void close() {
    model.close();
  }
}
