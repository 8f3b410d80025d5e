package dev.bingo.pretrained;

import dev.bingo.file.RemediableException;
import dev.bingo.file.Remedy;
import dev.bingo.pretrained.Pretrained.Wish;
import dev.bingo.torch.Workers;
import dev.bingo.weights.OnnxFile;
import dev.bingo.weights.OnnxSession;
import dev.bingo.weights.OnnxSession.Port;
import java.io.IOException;
import java.lang.ref.Cleaner;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
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

  /** The first images of all are given this part of the time of a batch. */
  private static final int PROBE = 10;

  private static final int USUAL_SIZE = 224;

  private final OnnxSession session;
  private final Use use;
  private final int size;
  private final String warning;

  private OnnxBackbone(OnnxSession session, Use use, int size, int width, String warning) {
    super(ARCHITECTURE, width);
    this.session = session;
    this.use = use;
    this.size = size;
    this.warning = warning;
    CLEANER.register(this, session::close);
  }

  /**
   * Opens a session: of a model of ours that takes pixels, behind what resizes and normalises. A
   * run has one thread, for there are as many runs at a time as threads; where the model takes so
   * many images at once and no others, it has all.
   */
  static OnnxSession session(Path file, OnnxFile content) throws IOException {
    OnnxSession session = session(file, content, 1);
    List<Port> inputs = session.inputs();
    if (inputs.isEmpty() || inputs.get(0).shape().length == 0 || inputs.get(0).shape()[0] < 2) {
      return session;
    }
    session.close();
    return session(file, content, torch.get_num_threads());
  }

  private static OnnxSession session(Path file, OnnxFile content, int threads) throws IOException {
    if ("classifier".equals(content.metadata().get("kind"))) {
      throw new IOException(
          file
              + ": is a classifier, which gives probabilities and no features; take the encoder that it"
              + " was made of");
    }
    if (!takesPixels(content)) {
      return OnnxSession.open(file, threads);
    }
    String size = content.metadata().getOrDefault("image_size", "");
    if (!size.matches("[1-9][0-9]{0,3}")) {
      throw new IOException(file + ": takes pixels, and does not say of which size it makes them");
    }
    try {
      return OnnxSession.of(OnnxFile.withoutPixels(file, Integer.parseInt(size)), threads);
    } catch (IllegalStateException e) {
      throw new IOException(file + ": " + e.getMessage(), e);
    }
  }

  /** Whether it is one of ours that takes pixels of any size. */
  static boolean takesPixels(OnnxFile content) {
    return "export".equals(content.metadata().get("kind"))
        && "pixels".equals(content.metadata().get("input"));
  }

  /**
   * Runs a model once.
   *
   * @param session closed with what is returned
   * @throws IOException where it is no encoder of images
   */
  static OnnxBackbone of(OnnxSession session, OnnxFile content, Wish wish) throws IOException {
    if (!content.broken().isEmpty()) {
      throw new IOException(
          "weights '" + content.broken() + "' have numbers that are not finite; it can't teach");
    }
    Use use = use(session, content, wish.output());
    int given = wish.imageSize();
    if (use.imageSize != 0 && given != 0 && given != use.imageSize) {
      throw new IOException(
          "takes images of " + use.imageSize + " pixels, not " + given + "; set the size to that");
    }
    int side = use.imageSize != 0 ? use.imageSize : given != 0 ? given : USUAL_SIZE;
    String name = use.output.name();
    String operator = content.endings().getOrDefault(name, "");
    try (PointerScope scope = new PointerScope()) {
      session.limit(Math.max(1, wish.seconds() / PROBE));
      Tensor output = session.run(probe(Math.max(1, use.batch), side), name);
      session.limit(wish.seconds());
      Tensor rows = pooled(output);
      String wrong = Heads.ofRun(output, side);
      if (!wrong.isEmpty()) {
        throw new IOException("output '" + name + "' " + wrong);
      }
      String reason = Heads.ofGraph(name, operator);
      reason = reason.isEmpty() ? Heads.doubtful(output, side) : reason;
      if (!reason.isEmpty() && wish.output().isEmpty()) {
        throw new RemediableException(
            "output '"
                + name
                + "' "
                + reason
                + ". It has "
                + words(session.outputs())
                + "; another can be named, or this one all the same",
            Remedy.NAME_OUTPUT);
      }
      reason = reason.isEmpty() ? Heads.unusual(rows, operator) : reason;
      return new OnnxBackbone(
          session,
          use,
          side,
          Math.toIntExact(rows.size(1)),
          reason.isEmpty() ? "" : "output '" + name + "' " + reason);
    } catch (IllegalStateException | IllegalArgumentException e) {
      throw new IOException(e.getMessage(), e);
    }
  }

  /** Which input and output are used. */
  private static Use use(OnnxSession session, OnnxFile content, String output) throws IOException {
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
        (int) Math.max(0, shape[2]), (int) Math.max(0, shape[0]), output(session, content, output));
  }

  private static Port output(OnnxSession session, OnnxFile content, String wish)
      throws IOException {
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
    List<Port> plain =
        usable.stream()
            .filter(
                o ->
                    Heads.ofGraph(o.name(), content.endings().getOrDefault(o.name(), "")).isEmpty())
            .toList();
    return pooledFirst(plain.isEmpty() ? usable : plain)
        .orElseThrow(
            () ->
                new RemediableException(
                    "gives " + words(all) + "; say which are the features", Remedy.NAME_OUTPUT));
  }

  /** The one with a name for pooled features, else the only one of the lowest rank. */
  private static Optional<Port> pooledFirst(List<Port> usable) {
    for (String name : POOLED) {
      for (Port port : usable) {
        if (port.name().equals(name)) {
          return Optional.of(port);
        }
      }
    }
    for (int rank = 2; rank <= 4; rank++) {
      int r = rank;
      List<Port> ofRank = usable.stream().filter(o -> o.shape().length == r).toList();
      if (ofRank.size() == 1) {
        return Optional.of(ofRank.get(0));
      }
      if (ofRank.size() > 1) {
        break;
      }
    }
    return Optional.empty();
  }

  static String words(List<Port> ports) {
    return ports.stream().map(Port::toString).collect(Collectors.joining(", "));
  }

  Use use() {
    return use;
  }

  /** Side of the images that it takes, or was tried with, pixels. */
  int size() {
    return size;
  }

  /** What speaks against its features; empty where nothing does. */
  String warning() {
    return warning;
  }

  @Override
  public Tensor features(Tensor images) {
    Device device = images.device();
    Tensor rows =
        use.batch > 1
            ? pooled(run(images.cpu()))
            : Workers.byRows(images.cpu(), width(), some -> pooled(run(some)));
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
