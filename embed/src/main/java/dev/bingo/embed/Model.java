package dev.bingo.embed;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtLoggingLevel;
import ai.onnxruntime.OrtSession;
import dev.bingo.embed.Embedder.Options;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.FloatBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.locks.Lock;
import java.util.concurrent.locks.ReadWriteLock;
import java.util.concurrent.locks.ReentrantReadWriteLock;

/** An opened model, from images to the numbers that it gives; safe to use from many threads. */
final class Model implements AutoCloseable {
  private final OrtEnvironment environment;
  private final OrtSession session;
  private final Contract contract;
  private final Map<String, String> metadata;
  private final Decoder decoder;
  private final Options options;
  private final ReadWriteLock life = new ReentrantReadWriteLock();
  private boolean closed;

  private Model(
      OrtEnvironment environment,
      OrtSession session,
      Contract contract,
      Map<String, String> metadata,
      Options options) {
    this.environment = environment;
    this.session = session;
    this.contract = contract;
    this.metadata = Map.copyOf(metadata);
    this.options = options;
    decoder = new Decoder(options.limits(), options.decodeTimeout());
  }

  /**
   * Opens a model.
   *
   * @throws IOException where the file can't be read, or isn't a model of this kind
   */
  static Model open(Path model, Contract.Kind kind, Options options) throws IOException {
    try {
      return open(OnnxFile.read(model), kind, options);
    } catch (IOException e) {
      throw new IOException(model + ": " + e.getMessage(), e);
    }
  }

  /** The same of a file's bytes. */
  static Model open(byte[] model, Contract.Kind kind, Options options) throws IOException {
    try {
      return open(OnnxFile.of(model), kind, options);
    } catch (IOException e) {
      throw new IOException("the model " + e.getMessage(), e);
    }
  }

  private static Model open(OnnxFile file, Contract.Kind kind, Options options) throws IOException {
    OrtSession session = null;
    try {
      Contract contract = Contract.of(file.metadata(), kind);
      OrtEnvironment environment =
          OrtEnvironment.getEnvironment(OrtLoggingLevel.ORT_LOGGING_LEVEL_ERROR);
      environment.setTelemetry(false);
      try (OrtSession.SessionOptions settings = new OrtSession.SessionOptions()) {
        // Its own count is the machine's, whatever part of it a container may use.
        settings.setIntraOpNumThreads(
            options.threads() > 0 ? options.threads() : Runtime.getRuntime().availableProcessors());
        session = environment.createSession(file.bytes(), settings);
      }
      contract.check(session);
      Model opened = new Model(environment, session, contract, file.metadata(), options);
      session = null; // the model's now
      return opened;
    } catch (OrtException e) {
      throw new IOException("can't be read by ONNX Runtime: " + e.getMessage(), e);
    } finally {
      close(session);
    }
  }

  Contract contract() {
    return contract;
  }

  Map<String, String> metadata() {
    return metadata;
  }

  /** Of an encoded image. */
  float[] run(byte[] encoded) throws IOException {
    return one(decoder.decode(encoded));
  }

  /** Of an image file. */
  float[] run(Path file) throws IOException {
    return one(decoder.decode(file));
  }

  /** Of a decoded image. */
  float[] run(BufferedImage image) throws IOException {
    return one(decoder.rgb(image));
  }

  /** Of pixels {@code [height, width, 3]}. */
  float[] run(byte[] rgb, int imageWidth, int imageHeight) throws IOException {
    Decoder.check(imageWidth, imageHeight, options.limits());
    if (rgb.length != 3L * imageWidth * imageHeight) {
      throw new BadImageException(
          "expected %dx%dx3 bytes, got %d".formatted(imageWidth, imageHeight, rgb.length));
    }
    return one(new Rgb(imageWidth, imageHeight, rgb));
  }

  /** Of decoded images, in their order; run in batches. */
  List<float[]> run(List<BufferedImage> images) throws IOException {
    List<float[]> rows = new ArrayList<>(images.size());
    List<byte[]> batch = new ArrayList<>();
    for (BufferedImage image : images) {
      batch.add(contract.prepare(decoder.rgb(image)));
      if (batch.size() == options.batch() || rows.size() + batch.size() == images.size()) {
        rows.addAll(together(batch));
        batch.clear();
      }
    }
    return rows;
  }

  /** Of encoded images, in their order, run in batches; a bad one costs the others nothing. */
  List<Embedder.Outcome> runEach(List<byte[]> encoded) throws IOException {
    List<Embedder.Outcome> outcomes = new ArrayList<>(Collections.nCopies(encoded.size(), null));
    List<byte[]> batch = new ArrayList<>();
    List<Integer> places = new ArrayList<>();
    for (int i = 0; i < encoded.size(); i++) {
      try {
        batch.add(contract.prepare(decoder.decode(encoded.get(i))));
        places.add(i);
      } catch (BadImageException e) {
        outcomes.set(i, new Embedder.Outcome(null, e));
      }
      boolean last = i == encoded.size() - 1;
      if (batch.size() == options.batch() || (last && !batch.isEmpty())) {
        List<float[]> rows = together(batch);
        for (int k = 0; k < rows.size(); k++) {
          outcomes.set(places.get(k), new Embedder.Outcome(rows.get(k), null));
        }
        batch.clear();
        places.clear();
      }
    }
    return outcomes;
  }

  private float[] one(Rgb image) throws IOException {
    return together(List.of(contract.prepare(image))).get(0);
  }

  private List<float[]> together(List<byte[]> images) throws IOException {
    Lock running = life.readLock();
    running.lock();
    try {
      if (closed) {
        throw new IllegalStateException("the model is closed");
      }
      try (OnnxTensor input = contract.input(environment, images);
          OrtSession.Result result =
              session.run(Map.of(contract.port(), input), Set.of(contract.output()))) {
        FloatBuffer all = ((OnnxTensor) result.get(0)).getFloatBuffer();
        List<float[]> rows = new ArrayList<>(images.size());
        for (int i = 0; i < images.size(); i++) {
          float[] row = new float[contract.values()];
          all.get(row);
          rows.add(row);
        }
        return rows;
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
