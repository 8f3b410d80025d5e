package dev.bingo.pretrained;

import dev.bingo.weights.OnnxSession;
import dev.bingo.weights.OnnxSession.Port;
import java.io.IOException;
import java.lang.ref.Cleaner;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Collectors;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Device;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;

/**
 * An ONNX model that anybody exported, run by ONNX Runtime in float32 on the CPU. One input of
 * normalised images, {@code float [N, 3, S, S]}; N may be fixed.
 */
final class OnnxBackbone extends FrozenBackbone {
  /** {@link EncoderFile.Info#architecture()} of such a model. */
  static final String ARCHITECTURE = "onnx";

  private static final Cleaner CLEANER = Cleaner.create();

  /** Names that exporters give to pooled features, the likeliest first. */
  private static final List<String> POOLED =
      List.of("features", "embedding", "embeddings", "image_embeds", "pooler_output");

  /**
   * How a model is used.
   *
   * @param imageSize that it takes, pixels; 0: any
   * @param batch that it takes; 0: any
   * @param output where the features come out
   */
  record Use(int imageSize, int batch, Port output) {
    String words() {
      return pooling(output.shape().length) + "output " + output.name();
    }
  }

  private final OnnxSession session;
  private final Use use;

  private OnnxBackbone(OnnxSession session, Use use, int width) {
    super(ARCHITECTURE, width);
    this.session = session;
    this.use = use;
    CLEANER.register(this, session::close);
  }

  /**
   * Loads a model and runs it once.
   *
   * @param output name of the output to take; empty: the one of pooled features
   * @param size of the images, pixels; 0: the model's own, or 224
   * @throws IOException where it is no encoder of images
   */
  static OnnxBackbone open(Path file, String output, int size) throws IOException {
    OnnxSession session = OnnxSession.open(file, torch.get_num_threads());
    try {
      Use use = use(session, output);
      if (use.imageSize != 0 && size != 0 && size != use.imageSize) {
        throw new IOException(
            "takes images of " + use.imageSize + " pixels, not " + size + "; set the size to that");
      }
      try (PointerScope scope = new PointerScope()) {
        int side = use.imageSize != 0 ? use.imageSize : size != 0 ? size : 224;
        Tensor probe =
            pooled(
                session.run(torch.zeros(Math.max(1, use.batch), 3, side, side), use.output.name()));
        return new OnnxBackbone(session, use, Math.toIntExact(probe.size(1)));
      }
    } catch (IOException | RuntimeException e) {
      session.close();
      throw new IOException(file + ": " + e.getMessage(), e);
    }
  }

  /** Which input and output are used. */
  static Use use(OnnxSession session, String output) throws IOException {
    List<Port> inputs = session.inputs();
    long[] shape = inputs.get(0).shape();
    if (inputs.size() != 1
        || !inputs.get(0).type().equals("float")
        || shape.length != 4
        || (shape[1] != 3 && shape[1] != -1)
        || shape[2] != shape[3]) {
      throw new IOException(
          "takes "
              + words(inputs)
              + "; a teacher takes normalised images alone, float [N, 3, S, S]");
    }
    return new Use(
        (int) Math.max(0, shape[2]), (int) Math.max(0, shape[0]), output(session, output));
  }

  private static Port output(OnnxSession session, String wish) throws IOException {
    List<Port> all = session.outputs();
    if (!wish.isEmpty()) {
      return all.stream()
          .filter(o -> o.name().equals(wish))
          .findFirst()
          .orElseThrow(() -> new IOException("has no output '" + wish + "', but " + words(all)));
    }
    List<Port> usable =
        all.stream()
            .filter(o -> o.type().equals("float") && o.shape().length >= 2 && o.shape().length <= 4)
            .toList();
    for (String name : POOLED) {
      for (Port port : usable) {
        if (port.name().equals(name)) {
          return port;
        }
      }
    }
    for (int rank = 2; rank <= 4; rank++) {
      int r = rank;
      List<Port> ofRank = usable.stream().filter(o -> o.shape().length == r).toList();
      if (ofRank.size() == 1) {
        return ofRank.get(0);
      }
      if (ofRank.size() > 1) {
        break;
      }
    }
    throw new IOException(
        "gives " + words(all) + "; say which are the features (--output, teacher.output)");
  }

  static String words(List<Port> ports) {
    return ports.stream().map(Port::toString).collect(Collectors.joining(", "));
  }

  Use use() {
    return use;
  }

  @Override
  public Tensor features(Tensor images) {
    Device device = images.device();
    Tensor rows = pooled(run(images.cpu()));
    return device.is_cpu() ? rows : rows.to(device, torch.ScalarType.Float);
  }

  /** All at once, or batch by batch where the model takes one size; the last is filled up. */
  private Tensor run(Tensor images) {
    long count = images.size(0);
    int batch = use.batch;
    if (batch == 0 || batch == count) {
      return session.run(images, use.output.name());
    }
    TensorVector parts = new TensorVector();
    for (long from = 0; from < count; from += batch) {
      long taken = Math.min(batch, count - from);
      Tensor part = images.narrow(0, from, taken);
      if (taken < batch) {
        Tensor filling = images.narrow(0, 0, 1).expand(batch - taken, -1, -1, -1);
        part = torch.cat(new TensorVector(part, filling));
      }
      parts.push_back(session.run(part, use.output.name()).narrow(0, 0, taken));
    }
    return torch.cat(parts);
  }
}
