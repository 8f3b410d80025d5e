package dev.bingo.embed;

import dev.bingo.embed.Embedder.Options;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/**
 * Says which class images are of, with a model of {@code bingo classify train}: pixels in,
 * calibrated probabilities out. Names of classes, preprocessing and the probability below which an
 * image is rejected are in the model.
 *
 * <pre>{@code
 * try (Classifier classifier = Classifier.open(Path.of("classifier.onnx"))) {
 *   Classification found = classifier.classify(Path.of("photo.jpg"));
 *   System.out.println(found.rejected() ? "not sure" : found.name() + " " + found.probability());
 * }
 * }</pre>
 *
 * <p>An image of none of the classes gets one of them all the same, often, not always, with a low
 * probability.
 *
 * <p>Open once, use from many threads at once; each call runs in its caller's thread and ONNX
 * Runtime's pool. Which images are read, and their limits, are {@link Embedder}'s.
 */
public final class Classifier implements AutoCloseable {
  private final Model model;

  private Classifier(Model model) {
    this.model = model;
  }

  /** Opens a model with {@link Options#DEFAULT}. */
  public static Classifier open(Path model) throws IOException {
    return open(model, Options.DEFAULT);
  }

  /**
   * Opens a model.
   *
   * @throws IOException where the file can't be read, or isn't a model of {@code bingo classify
   *     train}; the message says which
   */
  public static Classifier open(Path model, Options options) throws IOException {
    return new Classifier(Model.open(model, Contract.Kind.CLASSIFIER, options));
  }

  /** Names of the classes, in the order of the probabilities. */
  public List<String> classes() {
    return model.contract().classes();
  }

  /** The probability below which an image is rejected; 0: none is. */
  public double threshold() {
    return model.contract().threshold();
  }

  /** What the model says of itself: architecture, accuracy, fingerprint of the data, ... */
  public Map<String, String> metadata() {
    return model.metadata();
  }

  /**
   * Classifies an encoded image: JPEG, PNG, BMP or TIFF.
   *
   * @throws BadImageException where it can't be decoded as in training, is too large, or takes too
   *     long
   */
  public Classification classify(byte[] encoded) throws IOException {
    return named(model.run(encoded));
  }

  /** Classifies an image file, a regular one; see {@link #classify(byte[])}. */
  public Classification classify(Path file) throws IOException {
    return named(model.run(file));
  }

  /**
   * Classifies a decoded image. Samples are taken as they are: no colour profile is applied.
   *
   * @throws BadImageException where it is too large
   */
  public Classification classify(BufferedImage image) throws IOException {
    return named(model.run(image));
  }

  /**
   * Classifies pixels that were decoded elsewhere.
   *
   * @param rgb {@code [height, width, 3]}, red first
   * @throws BadImageException where it is too large, or there are more or fewer bytes than pixels
   */
  public Classification classify(byte[] rgb, int imageWidth, int imageHeight) throws IOException {
    return named(model.run(rgb, imageWidth, imageHeight));
  }

  /** Classifies decoded images, in their order; run in batches. */
  public List<Classification> classify(List<BufferedImage> images) throws IOException {
    return model.run(images).stream().map(this::named).toList();
  }

  private Classification named(float[] row) {
    return Classification.of(row, model.contract());
  }

  /** Waits for calls that run, then frees the model; later calls are refused. */
  @Override
  public void close() {
    model.close();
  }
}
