package dev.bingo.weights;

import ai.onnxruntime.NodeInfo;
import ai.onnxruntime.OnnxJavaType;
import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OnnxValue;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtLoggingLevel;
import ai.onnxruntime.OrtSession;
import ai.onnxruntime.TensorInfo;
import dev.bingo.torch.Processors;
import dev.bingo.torch.Tensors;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.FloatBuffer;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.BiConsumer;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.javacpp.FloatPointer;
import org.bytedeco.pytorch.Tensor;

/** A model in ONNX Runtime, on the CPU. */
public final class OnnxSession implements AutoCloseable {
  /**
   * What goes in or comes out.
   *
   * @param type of the elements, {@code float} for one
   * @param shape -1 where any size will do; empty for what is no tensor
   */
  public record Port(String name, String type, long[] shape) {
    /** {@code name float [?, 3, 224, 224]}. */
    @Override
    public String toString() {
      return name + " " + type + " " + Arrays.toString(shape).replace("-1", "?");
    }
  }

  private final OrtEnvironment environment;
  private final OrtSession session;
  private final AtomicBoolean closed = new AtomicBoolean();
  private int seconds = Integer.MAX_VALUE;

  private OnnxSession(OrtEnvironment environment, OrtSession session) {
    this.environment = environment;
    this.session = session;
  }

  /** From now on a run is stopped after so many seconds; before, none is. */
  public void limit(int longest) {
    seconds = longest;
  }

  /** Makes a session, from a file or from bytes. */
  private interface Maker {
    OrtSession make(OrtEnvironment environment, OrtSession.SessionOptions options)
        throws OrtException;
  }

  /**
   * Loads a model that is in memory.
   *
   * @throws IllegalStateException where ONNX Runtime refuses it
   */
  public static OnnxSession of(byte[] model) {
    return of(model, Processors.available().count());
  }

  /**
   * The same.
   *
   * @param threads of one run
   */
  public static OnnxSession of(byte[] model, int threads) {
    try {
      return make((environment, options) -> environment.createSession(model, options), threads);
    } catch (OrtException e) {
      throw new IllegalStateException("ONNX Runtime refuses the model: " + e.getMessage(), e);
    }
  }

  /**
   * Loads a model, and the tensors that it keeps in files beside it.
   *
   * @param threads of one run
   * @throws IOException where ONNX Runtime refuses it
   */
  public static OnnxSession open(Path file, int threads) throws IOException {
    try {
      return make(
          (environment, options) -> environment.createSession(file.toString(), options), threads);
    } catch (OrtException e) {
      throw new IOException(file + ": ONNX Runtime refuses the model: " + e.getMessage(), e);
    }
  }

  private static OnnxSession make(Maker maker, int threads) throws OrtException {
    OrtEnvironment environment =
        OrtEnvironment.getEnvironment(OrtLoggingLevel.ORT_LOGGING_LEVEL_ERROR);
    environment.setTelemetry(false);
    try (OrtSession.SessionOptions options = new OrtSession.SessionOptions()) {
      options.setIntraOpNumThreads(threads);
      return new OnnxSession(environment, maker.make(environment, options));
    }
  }

  /** What goes in. */
  public List<Port> inputs() throws IOException {
    try {
      return session.getInputInfo().values().stream().map(OnnxSession::port).toList();
    } catch (OrtException e) {
      throw new IOException("ONNX Runtime can't tell the inputs: " + e.getMessage(), e);
    }
  }

  /** What comes out. */
  public List<Port> outputs() throws IOException {
    try {
      return session.getOutputInfo().values().stream().map(OnnxSession::port).toList();
    } catch (OrtException e) {
      throw new IOException("ONNX Runtime can't tell the outputs: " + e.getMessage(), e);
    }
  }

  private static Port port(NodeInfo node) {
    return node.getInfo() instanceof TensorInfo tensor
        ? new Port(
            node.getName(), tensor.type.name().toLowerCase(Locale.ROOT), tensor.getShape().clone())
        : new Port(node.getName(), "no tensor", new long[0]);
  }

  /** What the model says of itself. */
  public Map<String, String> metadata() throws IOException {
    try {
      return session.getMetadata().getCustomMetadata();
    } catch (OrtException e) {
      throw new IOException("ONNX Runtime can't tell the metadata: " + e.getMessage(), e);
    }
  }

  /**
   * Runs the model.
   *
   * @param input {@code float [N, 3, S, S]} or {@code uint8 [N, H, W, 3]}, as the model takes it,
   *     on the CPU
   * @param output name of what is wanted, of floats
   * @return of the shape that the model gives it, the caller's
   * @throws IllegalStateException where the model can't be run on it, or takes too long
   */
  public Tensor run(Tensor input, String output) {
    // The tensor's own memory is read: it has to live until the end.
    Tensor flat = input.contiguous();
    try (OnnxTensor given = wrap(flat);
        OrtSession.Result result = run(given, Set.of(output))) {
      OnnxTensor values = (OnnxTensor) result.get(output).orElseThrow();
      FloatBuffer buffer = values.getFloatBuffer();
      float[] floats = new float[buffer.remaining()];
      buffer.get(floats);
      return Tensors.of(floats, values.getInfo().getShape());
    } catch (OrtException e) {
      throw new IllegalStateException("ONNX Runtime can't run the model: " + e.getMessage(), e);
    }
  }

  /**
   * Runs the model and shows several outputs.
   *
   * @param input as {@link #run(Tensor, String)} takes it
   * @param outputs their names, each of floats
   * @param reader is given each; the buffer is gone when it returns
   * @throws IllegalStateException where the model can't be run on it
   */
  public void run(
      Tensor input, Collection<String> outputs, BiConsumer<String, FloatBuffer> reader) {
    Tensor flat = input.contiguous();
    try (OnnxTensor given = wrap(flat);
        OrtSession.Result result = run(given, Set.copyOf(outputs))) {
      for (Map.Entry<String, OnnxValue> output : result) {
        ByteBuffer bytes = ((OnnxTensor) output.getValue()).getByteBuffer();
        reader.accept(output.getKey(), bytes.asFloatBuffer());
      }
    } catch (OrtException e) {
      throw new IllegalStateException("ONNX Runtime can't run the model: " + e.getMessage(), e);
    }
  }

  private OrtSession.Result run(OnnxTensor given, Set<String> outputs) throws OrtException {
    Map<String, OnnxTensor> inputs = Map.of(session.getInputNames().iterator().next(), given);
    try (RunLimit limit = new RunLimit(seconds)) {
      try {
        return session.run(inputs, outputs, limit.options());
      } catch (OrtException e) {
        if (limit.passed()) {
          throw new SlowModelException(
              "the ONNX model took longer than "
                  + seconds
                  + " seconds for "
                  + given.getInfo().getShape()[0]
                  + " images and was stopped. It may never end; where it is only slow, give it more"
                  + " time",
              e);
        }
        throw e;
      }
    }
  }

  private OnnxTensor wrap(Tensor flat) throws OrtException {
    long[] shape = flat.sizes().vec().get();
    long count = flat.numel();
    return flat.element_size() == 1
        ? OnnxTensor.createTensor(
            environment,
            new BytePointer(flat.data_ptr()).capacity(count).asByteBuffer(),
            shape,
            OnnxJavaType.UINT8)
        : OnnxTensor.createTensor(
            environment, new FloatPointer(flat.data_ptr()).capacity(count).asBuffer(), shape);
  }

  @Override
  public void close() {
    if (closed.getAndSet(true)) {
      return;
    }
    try {
      session.close();
    } catch (OrtException e) {
      throw new IllegalStateException(e);
    }
  }
}
