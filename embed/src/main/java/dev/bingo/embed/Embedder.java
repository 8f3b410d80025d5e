package dev.bingo.embed;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtLoggingLevel;
import ai.onnxruntime.OrtSession;
import dev.bingo.format.ImageLimits;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.FloatBuffer;
import java.nio.file.Path;
import java.time.Duration;
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
 * Runtime's pool. Images are bounded by {@link ImageLimits} before they are decoded.
 */
public final class Embedder implements AutoCloseable {
  private final OrtEnvironment environment;
  private final OrtSession session;
  private final Contract contract;
  private final Map<String, String> metadata;
  private final Decoder decoder;
  private final Options options;
  private final ReadWriteLock life = new ReentrantReadWriteLock();
  private boolean closed;

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

  private Embedder(
      OrtEnvironment environment,
      OrtSession session,
      Contract contract,
      Map<String, String> metadata,
      Options options) {
    this.environment = environment;
    this.session = session;
    this.contract = contract;
    this.metadata = metadata;
    this.options = options;
    decoder = new Decoder(options.limits, options.decodeTimeout);
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
    OrtSession session = null;
    try {
      OnnxFile file = OnnxFile.read(model);
      Contract contract = Contract.of(file.metadata());
      OrtEnvironment environment =
          OrtEnvironment.getEnvironment(OrtLoggingLevel.ORT_LOGGING_LEVEL_ERROR);
      environment.setTelemetry(false);
      try (OrtSession.SessionOptions settings = new OrtSession.SessionOptions()) {
        // Its own count is the machine's, whatever part of it a container may use.
        settings.setIntraOpNumThreads(
            options.threads > 0 ? options.threads : Runtime.getRuntime().availableProcessors());
        session = environment.createSession(file.bytes(), settings);
      }
      contract.check(session);
      Embedder embedder = new Embedder(environment, session, contract, file.metadata(), options);
      session = null; // the embedder's now
      return embedder;
    } catch (OrtException e) {
      throw new IOException(model + ": ONNX Runtime can't read it: " + e.getMessage(), e);
    } catch (IOException e) {
      throw new IOException(model + ": " + e.getMessage(), e);
    } finally {
      close(session);
    }
  }

  /** Length of the vectors. */
  public int width() {
    return contract.width();
  }

  /** What the model says of itself: architecture, recipe, fingerprint of the data, accuracy ... */
  public Map<String, String> metadata() {
    return Map.copyOf(metadata);
  }

  /**
   * The vector of an encoded image: JPEG, PNG, BMP or TIFF.
   *
   * @throws BadImageException where it can't be decoded as in training, is too large, or takes too
   *     long
   */
  public float[] embed(byte[] encoded) throws IOException {
    return one(decoder.decode(encoded));
  }

  /** The vector of an image file, a regular one; see {@link #embed(byte[])}. */
  public float[] embed(Path file) throws IOException {
    return one(decoder.decode(file));
  }

  /**
   * The vector of a decoded image. Samples are taken as they are: no colour profile is applied.
   *
   * @throws BadImageException where it is too large
   */
  public float[] embed(BufferedImage image) throws IOException {
    return one(decoder.rgb(image));
  }

  /**
   * The vector of pixels that were decoded elsewhere.
   *
   * @param rgb {@code [height, width, 3]}, red first
   * @throws BadImageException where it is too large, or there are more or fewer bytes than pixels
   */
  public float[] embed(byte[] rgb, int imageWidth, int imageHeight) throws IOException {
    Decoder.check(imageWidth, imageHeight, options.limits);
    if (rgb.length != 3L * imageWidth * imageHeight) {
      throw new BadImageException(
          "expected %dx%dx3 bytes, got %d".formatted(imageWidth, imageHeight, rgb.length));
    }
    return one(new Rgb(imageWidth, imageHeight, rgb));
  }

  /** The vectors of decoded images, in their order; run in batches. */
  public List<float[]> embed(List<BufferedImage> images) throws IOException {
    List<float[]> vectors = new ArrayList<>(images.size());
    List<byte[]> batch = new ArrayList<>();
    for (BufferedImage image : images) {
      batch.add(contract.prepare(decoder.rgb(image)));
      if (batch.size() == options.batch || vectors.size() + batch.size() == images.size()) {
        vectors.addAll(run(batch));
        batch.clear();
      }
    }
    return vectors;
  }

  private float[] one(Rgb image) throws IOException {
    return run(List.of(contract.prepare(image))).get(0);
  }

  private List<float[]> run(List<byte[]> images) throws IOException {
    Lock running = life.readLock();
    running.lock();
    try {
      if (closed) {
        throw new IllegalStateException("the embedder is closed");
      }
      try (OnnxTensor input = contract.input(environment, images);
          OrtSession.Result result = session.run(Map.of(contract.port(), input))) {
        FloatBuffer all = ((OnnxTensor) result.get(0)).getFloatBuffer();
        List<float[]> vectors = new ArrayList<>(images.size());
        for (int i = 0; i < images.size(); i++) {
          float[] vector = new float[contract.width()];
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
