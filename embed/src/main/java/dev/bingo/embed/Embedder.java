package dev.bingo.embed;

import ai.onnxruntime.OnnxJavaType;
import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtLoggingLevel;
import ai.onnxruntime.OrtSession;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.FloatBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.Lock;
import java.util.concurrent.locks.ReadWriteLock;
import java.util.concurrent.locks.ReentrantReadWriteLock;

/**
 * Maps images to vectors with a model of {@code bingo export --format onnx}. The vector is that of
 * {@code bingo embed}: not normalised; divide by its length to compare by dot product.
 *
 * <p>Safe to use from many threads at once; each call runs in its caller's thread and ONNX
 * Runtime's pool. Images are bounded by {@link Limits} before they are decoded.
 */
public final class Embedder implements AutoCloseable {
  private final OrtEnvironment environment;
  private final OrtSession session;
  private final Preprocessing preprocessing;
  private final Map<String, String> metadata;
  private final Decoder decoder;
  private final Options options;
  private final int width;
  private final ReadWriteLock life = new ReentrantReadWriteLock();
  private boolean closed;

  /**
   * How it runs.
   *
   * @param limits of images
   * @param batch images that are run at once, of those given together. Larger: a little faster,
   *     more memory
   * @param threads of one call inside ONNX Runtime; 0: as many as there are cores. With many calls
   *     at once 1 is best
   */
  public record Options(Limits limits, int batch, int threads) {
    public static final Options DEFAULT = new Options(Limits.DEFAULT, 32, 0);

    public Options {
      if (batch < 1 || batch > 4096 || threads < 0) {
        throw new IllegalArgumentException(
            "expected a batch of 1 to 4096 and threads of at least 0, got "
                + batch
                + " and "
                + threads);
      }
    }
  }

  private Embedder(
      OrtEnvironment environment,
      OrtSession session,
      Map<String, String> metadata,
      String origin,
      Options options)
      throws IOException {
    this.environment = environment;
    this.session = session;
    this.metadata = metadata;
    this.options = options;
    preprocessing = Preprocessing.of(metadata, origin);
    decoder = new Decoder(options.limits);
    try {
      width = Integer.parseInt(metadata.getOrDefault("width", ""));
    } catch (NumberFormatException e) {
      throw new IOException(origin + ": its metadata have no width; export it anew", e);
    }
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
    byte[] bytes = Files.readAllBytes(model);
    OrtSession session = null;
    try {
      OrtEnvironment environment =
          OrtEnvironment.getEnvironment(OrtLoggingLevel.ORT_LOGGING_LEVEL_ERROR);
      environment.setTelemetry(false);
      try (OrtSession.SessionOptions settings = new OrtSession.SessionOptions()) {
        // Its own count is the machine's, whatever part of it a container may use.
        settings.setIntraOpNumThreads(
            options.threads > 0 ? options.threads : Runtime.getRuntime().availableProcessors());
        session = environment.createSession(bytes, settings);
      }
      Map<String, String> metadata = session.getMetadata().getCustomMetadata();
      Embedder embedder = new Embedder(environment, session, metadata, model.toString(), options);
      session = null; // the embedder's now
      return embedder;
    } catch (OrtException e) {
      throw new IOException(model + ": ONNX Runtime can't read it: " + e.getMessage(), e);
    } finally {
      close(session);
    }
  }

  /** Length of the vectors. */
  public int width() {
    return width;
  }

  /** What the model says of itself: architecture, recipe, fingerprint of the data, accuracy ... */
  public Map<String, String> metadata() {
    return Map.copyOf(metadata);
  }

  /**
   * The vector of an encoded image: JPEG, PNG, BMP, GIF or TIFF.
   *
   * @throws BadImageException where it can't be decoded or is too large
   */
  public float[] embed(byte[] encoded) throws IOException {
    return run(List.of(decoder.decode(encoded))).get(0);
  }

  /** The vector of an image file; see {@link #embed(byte[])}. */
  public float[] embed(Path file) throws IOException {
    return run(List.of(decoder.decode(file))).get(0);
  }

  /**
   * The vector of a decoded image. Samples are taken as they are: no colour profile is applied.
   *
   * @throws BadImageException where it is too large
   */
  public float[] embed(BufferedImage image) throws IOException {
    return run(List.of(decoder.rgb(image))).get(0);
  }

  /**
   * The vector of pixels that were decoded elsewhere.
   *
   * @param rgb {@code [height, width, 3]}, red first
   */
  public float[] embed(byte[] rgb, int imageWidth, int imageHeight) throws IOException {
    options.limits.check(imageWidth, imageHeight);
    return run(List.of(new Rgb(imageWidth, imageHeight, rgb))).get(0);
  }

  /** The vectors of decoded images, in their order; run in batches. */
  public List<float[]> embed(List<BufferedImage> images) throws IOException {
    List<float[]> vectors = new ArrayList<>(images.size());
    List<Rgb> batch = new ArrayList<>();
    for (BufferedImage image : images) {
      Rgb next = decoder.rgb(image);
      if (batch.size() == options.batch || !fits(batch, next)) {
        vectors.addAll(run(batch));
        batch.clear();
      }
      batch.add(next);
    }
    if (!batch.isEmpty()) {
      vectors.addAll(run(batch));
    }
    return vectors;
  }

  /** A model that resizes by itself takes images of one size at a time. */
  private boolean fits(List<Rgb> batch, Rgb next) {
    return batch.isEmpty()
        || !preprocessing.pixels()
        || (batch.get(0).width() == next.width() && batch.get(0).height() == next.height());
  }

  private List<float[]> run(List<Rgb> images) throws IOException {
    Lock running = life.readLock();
    running.lock();
    try {
      if (closed) {
        throw new IllegalStateException("the embedder is closed");
      }
      try (OnnxTensor input = preprocessing.pixels() ? pixels(images) : normalised(images);
          OrtSession.Result result =
              session.run(Map.of(preprocessing.pixels() ? "pixels" : "images", input))) {
        FloatBuffer all = ((OnnxTensor) result.get(0)).getFloatBuffer();
        List<float[]> vectors = new ArrayList<>(images.size());
        for (int i = 0; i < images.size(); i++) {
          float[] vector = new float[width];
          all.get(vector);
          vectors.add(vector);
        }
        return vectors;
      }
    } catch (OrtException e) {
      throw new IOException("ONNX Runtime can't run the model: " + e.getMessage(), e);
    } finally {
      running.unlock();
    }
  }

  private OnnxTensor normalised(List<Rgb> images) throws OrtException {
    int size = preprocessing.size();
    int each = 3 * size * size;
    float[] values = new float[Math.multiplyExact(images.size(), each)];
    for (int i = 0; i < images.size(); i++) {
      preprocessing.write(images.get(i), values, i * each);
    }
    long[] shape = {images.size(), 3, size, size};
    return OnnxTensor.createTensor(environment, FloatBuffer.wrap(values), shape);
  }

  private OnnxTensor pixels(List<Rgb> images) throws OrtException {
    Rgb first = images.get(0);
    ByteBuffer all =
        ByteBuffer.allocateDirect(Math.multiplyExact(images.size(), first.bytes().length));
    images.forEach(image -> all.put(image.bytes()));
    long[] shape = {images.size(), first.height(), first.width(), 3};
    return OnnxTensor.createTensor(environment, all.flip(), shape, OnnxJavaType.UINT8);
  }

  /** Waits for calls that run, then frees the model; later calls are refused. */
  @Override
  public void close() {
    Lock ending = life.writeLock();
    ending.lock();
    try {
      if (!closed) {
        closed = true;
        close(session);
      }
    } finally {
      ending.unlock();
    }
  }

  private static void close(OrtSession session) {
    if (session == null) {
      return;
    }
    try {
      session.close();
    } catch (OrtException e) {
      throw new IllegalStateException(e);
    }
  }
}
