package dev.bingo.export;

import ai.onnxruntime.OnnxJavaType;
import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtLoggingLevel;
import ai.onnxruntime.OrtSession;
import dev.bingo.torch.Tensors;
import java.nio.FloatBuffer;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.javacpp.FloatPointer;
import org.bytedeco.pytorch.Tensor;

/** A model in ONNX Runtime, on the CPU. */
final class OnnxSession implements AutoCloseable {
  private final OrtEnvironment environment;
  private final OrtSession session;

  /**
   * @throws IllegalStateException where ONNX Runtime refuses the model
   */
  OnnxSession(byte[] model) {
    try {
      environment = OrtEnvironment.getEnvironment(OrtLoggingLevel.ORT_LOGGING_LEVEL_ERROR);
      environment.setTelemetry(false);
      try (OrtSession.SessionOptions options = new OrtSession.SessionOptions()) {
        session = environment.createSession(model, options);
      }
    } catch (OrtException e) {
      throw new IllegalStateException("ONNX Runtime refuses the model: " + e.getMessage(), e);
    }
  }

  /**
   * Runs the model.
   *
   * @param input {@code float [N, 3, S, S]} or {@code uint8 [N, H, W, 3]}, as the model takes it
   * @return {@code float [N, D]}, the caller's
   */
  Tensor features(Tensor input) {
    return Tensors.of(
        run(input, Set.of(OnnxModel.FEATURES)).get(OnnxModel.FEATURES), input.size(0), -1);
  }

  /** Runs the model; the values of these outputs. */
  Map<String, float[]> run(Tensor input, Set<String> outputs) {
    // The tensor's own memory is read: it has to live until the end.
    Tensor flat = input.contiguous();
    try (OnnxTensor given = wrap(flat);
        OrtSession.Result result =
            session.run(Map.of(session.getInputNames().iterator().next(), given), outputs)) {
      Map<String, float[]> values = new LinkedHashMap<>();
      for (String name : outputs) {
        FloatBuffer buffer = ((OnnxTensor) result.get(name).orElseThrow()).getFloatBuffer();
        float[] floats = new float[buffer.remaining()];
        buffer.get(floats);
        values.put(name, floats);
      }
      return values;
    } catch (OrtException e) {
      throw new IllegalStateException("ONNX Runtime can't run the model: " + e.getMessage(), e);
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
    try {
      session.close();
    } catch (OrtException e) {
      throw new IllegalStateException(e);
    }
  }
}
