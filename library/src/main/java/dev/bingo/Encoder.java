package dev.bingo;

import dev.bingo.bag.Bags;
import dev.bingo.encoder.Backbone;
import dev.bingo.encoder.EmbeddingNet;
import dev.bingo.encoder.Encoders;
import dev.bingo.encoder.Modules;
import dev.bingo.encoder.ProjectionHead;
import dev.bingo.evaluate.Embeddings;
import dev.bingo.evaluate.Features;
import dev.bingo.export.About;
import dev.bingo.export.OnnxModel;
import dev.bingo.export.OnnxModel.Input;
import dev.bingo.export.Preprocessing;
import dev.bingo.export.Verification;
import dev.bingo.image.ImageSource;
import dev.bingo.method.Teacher;
import dev.bingo.method.Teacher.BatchNormMode;
import dev.bingo.neighbour.NearestNeighbours;
import dev.bingo.neighbour.Rows;
import dev.bingo.pretrained.EncoderFile;
import dev.bingo.pretrained.EncoderFile.Info;
import dev.bingo.pretrained.FrozenBackbone;
import dev.bingo.pretrained.Pretrained;
import dev.bingo.pretrained.Pretrained.Wish;
import dev.bingo.pretrained.Provenance;
import dev.bingo.render.EvalTransform;
import dev.bingo.torch.Engine;
import dev.bingo.torch.Names;
import dev.bingo.torch.Precision;
import dev.bingo.torch.ProgressListener;
import dev.bingo.view.Normalisation;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Device;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.DeviceType;

/**
 * An image encoder, ready to use: a network in evaluation mode, what one must know of it, and so
 * how an image gets to it.
 *
 * <pre>{@code
 * Encoder encoder = Encoder.load(Path.of("student.safetensors"));
 * try (ImageSource photos = ImageSources.open(Path.of("photos"))) {
 *   Features features = encoder.embed(photos); // float32 [N, D]
 * }
 * }</pre>
 *
 * <p>It starts on the CPU, in float32. Not for several threads at once.
 */
public final class Encoder {
  private final EmbeddingNet net;
  private final Info info;
  private final Provenance provenance;
  private final EvalTransform transform;
  private final Normalisation normalisation;
  private DeviceType device = DeviceType.CPU;
  private Precision precision = Precision.FP32;
  private boolean lent;

  private Encoder(EmbeddingNet net, Info info, Provenance provenance) {
    this.net = net;
    this.info = info;
    this.provenance = provenance;
    transform = EvalTransform.of(info.imageSize());
    normalisation = Normalisation.named(info.normalisation());
    Modules.channelsLast(net);
    net.train(false);
  }

  /**
   * Of a network on the CPU, which is put into evaluation mode and is the encoder's from now on.
   *
   * @throws IllegalArgumentException for an unknown normalisation, or a size that is none
   */
  public static Encoder of(Backbone backbone, ProjectionHead head, Info info) {
    return new Encoder(new EmbeddingNet(backbone, head), info, Provenance.OWN);
  }

  /**
   * Reads an encoder of any origin, as {@link #load(Path, Wish)}, of which nothing is known.
   *
   * @throws IOException where the file is damaged, can't be read, or fits no encoder as a whole
   */
  public static Encoder load(Path file) throws IOException {
    return load(file, Wish.NONE);
  }

  /**
   * Reads an encoder of any origin: bingo's own, a PyTorch or safetensors file of somebody's
   * weights, an ONNX model, or, where {@code wish} allows its code, a TorchScript module.
   *
   * @param wish what the caller knows of a file that does not say it itself
   * @throws IOException where the file is damaged, can't be read, or fits no encoder as a whole
   */
  public static Encoder load(Path file, Wish wish) throws IOException {
    Engine.start();
    EncoderFile.Loaded loaded = Pretrained.load(file, wish);
    try {
      return new Encoder(loaded.net(), loaded.info(), loaded.provenance());
    } catch (IllegalArgumentException e) {
      throw new IOException(file + ": " + e.getMessage(), e);
    }
  }

  /** Moves the network to a device; it runs there, in this precision, from now on. */
  public Encoder on(Device where, Precision how) {
    net.to(where, false);
    device = where.type();
    precision = how;
    return this;
  }

  /** Backbone and head, in evaluation mode. */
  public EmbeddingNet net() {
    return net;
  }

  /** What features are taken from. */
  public Backbone backbone() {
    return net.backbone();
  }

  /** Architecture, image size, and what else is known. */
  public Info info() {
    return info;
  }

  /** How it was read, where it is from somebody's file. */
  public Provenance provenance() {
    return provenance;
  }

  /** What an image goes through first. */
  public EvalTransform transform() {
    return transform;
  }

  /** How pixels are normalised then. */
  public Normalisation normalisation() {
    return normalisation;
  }

  /** Width D of the features. */
  public int width() {
    return backbone().width();
  }

  /** How images get to it, where it is now; for what takes a backbone and images. */
  public Embeddings.Options options() {
    checkOwn();
    return Embeddings.Options.of(transform, normalisation).on(device, precision);
  }

  /**
   * The features of all images that can be read, before any head.
   *
   * @return {@code float32 [N, D]} on the CPU, the caller's
   */
  public Features embed(ImageSource images) {
    return embed(images, ProgressListener.NONE);
  }

  /** As {@link #embed(ImageSource)}, and tells how it gets on. */
  public Features embed(ImageSource images, ProgressListener listener) {
    return Embeddings.extract(backbone(), images, options(), listener);
  }

  /**
   * Bags of every image's {@code k} nearest others by the cosine of their features, BINGO's rule:
   * an exact search, of N² products. An image that can't be read is alone.
   */
  public Bags bags(ImageSource images, int k) {
    Features features = embed(images);
    try (PointerScope scope = new PointerScope()) {
      Rows rows = Rows.of(torch.normalize(features.values()));
      int[][] nearest = NearestNeighbours.exact(rows, k, done -> {}).members();
      return Bags.of(nearest).among(features.positions(), images.size());
    }
  }

  /**
   * As a frozen teacher: the keys that its head gives. The network is the teacher's from then on,
   * not to be embedded with, saved or exported.
   *
   * @throws IllegalArgumentException for a program, whose batch-norm is on running statistics, with
   *     another mode
   */
  public Teacher keys(BatchNormMode mode) {
    if (backbone() instanceof FrozenBackbone && mode == BatchNormMode.BATCH) {
      throw new IllegalArgumentException(
          "a '"
              + info.architecture()
              + "' is a program, whose batch-norm can't be set to the batch's statistics; RUNNING"
              + " works");
    }
    lent = true;
    return new Teacher(net, mode, 1);
  }

  /** A teacher's batch-norm drifts, or is folded away: features would be others, silently. */
  private void checkOwn() {
    if (lent) {
      throw new IllegalStateException(
          "this encoder's network is a teacher's since keys() was called; load the file again");
    }
  }

  /**
   * Writes it as a file of bingo's own, whole or not at all; {@link #load} gives the same again.
   *
   * @throws IllegalArgumentException for a program, which has no weights to write
   */
  public void save(Path file) throws IOException {
    checkOwn();
    if (!Encoders.names().contains(info.architecture())
        && !(backbone() instanceof FrozenBackbone)) {
      throw new IllegalArgumentException(
          "no file of bingo's can hold a '"
              + info.architecture()
              + "', which is none of its architectures"
              + Names.didYouMean(info.architecture(), Encoders.names()));
    }
    if (backbone() instanceof FrozenBackbone) {
      throw new IllegalArgumentException(
          "a '" + info.architecture() + "' is a program without weights: its file is the encoder");
    }
    EncoderFile.save(file, backbone(), net.head(), info);
  }

  /** What an exported file says of it: architecture, stem, preprocessing, origin. */
  public Map<String, String> about() {
    return About.of(info, preprocessing(), width());
  }

  /** What happens to an image before the network, as an exported model does it. */
  public Preprocessing preprocessing() {
    return new Preprocessing(transform, normalisation);
  }

  /**
   * As an ONNX model that takes normalised images.
   *
   * @throws IllegalArgumentException for a program, which is none of our networks
   */
  public OnnxModel onnx() {
    checkOwn();
    return OnnxModel.of(backbone(), preprocessing());
  }

  /**
   * Writes an ONNX model, after ONNX Runtime gave the network's features with it on generated
   * images; {@code bingo-embed} opens it, and needs to know nothing more.
   *
   * @param input what goes in: normalised images, or pixels of any size
   * @throws IOException where it can't be written, or its features differ; nothing is written then
   * @throws IllegalStateException where it is not on the CPU
   */
  public void exportOnnx(Path file, Input input) throws IOException {
    if (device != DeviceType.CPU) {
      throw new IllegalStateException(
          "an encoder is exported from the CPU: call on(cpu, ..) first");
    }
    OnnxModel model = input == Input.PIXELS ? onnx().withPixels() : onnx();
    Verification verification = Verification.onGenerated(model, backbone());
    verification.require(Verification.FP32);
    Map<String, String> about = about();
    about.put("verification", "ONNX Runtime against the trainer: " + verification);
    model.write(file, about);
  }
}
