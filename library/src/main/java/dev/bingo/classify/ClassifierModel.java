package dev.bingo.classify;

import dev.bingo.evaluate.Embeddings;
import dev.bingo.export.ClassifierHead;
import dev.bingo.export.OnnxModel;
import dev.bingo.export.Preprocessing;
import dev.bingo.image.ImageSource;
import dev.bingo.render.EvalTransform;
import dev.bingo.render.Filter;
import dev.bingo.torch.ProgressListener;
import dev.bingo.torch.Tensors;
import dev.bingo.view.Normalisation;
import dev.bingo.weights.Format;
import dev.bingo.weights.OnnxFile;
import dev.bingo.weights.OnnxSession;
import dev.bingo.weights.OnnxSession.Port;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.bytedeco.pytorch.Tensor;

/**
 * A classifier that was written as ONNX, run by ONNX Runtime on any set of images; {@code
 * bingo-embed} runs the same file in a service.
 */
public final class ClassifierModel implements AutoCloseable {
  private static final int MOST_CLASSES = 1 << 20;
  private static final int MOST_SIDE = 8192;

  private final OnnxSession session;
  private final Map<String, String> metadata;
  private final List<String> classes;
  private final double threshold;
  private final EvalTransform transform;

  private ClassifierModel(
      OnnxSession session,
      Map<String, String> metadata,
      List<String> classes,
      EvalTransform transform) {
    this.session = session;
    this.metadata = Map.copyOf(metadata);
    this.classes = classes;
    this.transform = transform;
    threshold = Double.parseDouble(metadata.get("reject_below"));
    require(threshold >= 0 && threshold <= 1, "reject_below");
  }

  /** Is given images in turn. */
  @FunctionalInterface
  public interface Sink {
    /**
     * Takes an image.
     *
     * @param position of it in its set, ascending; those that can't be read are missing
     * @param probabilities of the classes
     */
    void take(int position, float[] probabilities);
  }

  /**
   * Opens a file.
   *
   * @param threads of one run
   * @param seconds that a batch may take
   * @throws IOException where it can't be read, or is no classifier that takes pixels
   */
  public static ClassifierModel open(Path file, int threads, int seconds) throws IOException {
    if (Files.isDirectory(file)) {
      throw new IOException(file + ": is a folder; name a classifier's file, .onnx, in it");
    }
    Format format = Format.of(file);
    if (format != Format.ONNX) {
      throw new IOException(
          file + ": is no classifier but a " + format.words() + "; a classifier is an ONNX model");
    }
    OnnxFile content = OnnxFile.read(file);
    Map<String, String> metadata = content.metadata();
    if (!ClassifierHead.KIND.equals(metadata.get("kind"))) {
      throw new IOException(
          file
              + ": is no classifier, "
              + ("export".equals(metadata.get("kind"))
                  ? "but an exported encoder, which knows no classes"
                  : "its metadata do not say that it is one"));
    }
    OnnxSession session = null;
    try {
      require("1".equals(metadata.get("version")), "version");
      require("pixels".equals(metadata.get("input")), "input");
      List<String> classes = classes(metadata);
      int resize = Integer.parseInt(metadata.getOrDefault("resize", ""));
      require(resize <= MOST_SIDE, "resize");
      int size = Integer.parseInt(metadata.getOrDefault("image_size", ""));
      EvalTransform transform = new EvalTransform(resize, size, Filter.BILINEAR);
      session = OnnxSession.open(file, threads);
      session.limit(seconds);
      checkPorts(file, session, classes.size());
      ClassifierModel model = new ClassifierModel(session, metadata, classes, transform);
      session = null; // the model's now
      return model;
    } catch (IllegalArgumentException | NullPointerException e) {
      throw new IOException(
          file + ": its metadata can't be read; train it anew: " + e.getMessage(), e);
    } finally {
      if (session != null) {
        session.close();
      }
    }
  }

  private static List<String> classes(Map<String, String> metadata) {
    int count = Integer.parseInt(metadata.getOrDefault("classes", ""));
    require(count >= 2 && count <= MOST_CLASSES, "classes");
    List<String> names = new ArrayList<>();
    for (int c = 0; c < count; c++) {
      require(metadata.containsKey("class_" + c), "class_" + c);
      names.add(metadata.get("class_" + c));
    }
    return List.copyOf(names);
  }

  private static void checkPorts(Path file, OnnxSession session, int classes) throws IOException {
    Port in = session.inputs().get(0);
    boolean right =
        session.inputs().size() == 1
            && in.type().equals("uint8")
            && Arrays.equals(in.shape(), new long[] {-1, -1, -1, 3})
            && session.outputs().stream()
                .anyMatch(
                    out ->
                        out.name().equals(OnnxModel.PROBABILITIES)
                            && out.type().equals("float")
                            && Arrays.equals(out.shape(), new long[] {-1, classes}));
    if (!right) {
      throw new IOException(
          file
              + ": takes or gives other tensors than its metadata say; train it anew: "
              + session.inputs());
    }
  }

  private static void require(boolean right, String key) {
    if (!right) {
      throw new IllegalArgumentException("'" + key + "'");
    }
  }

  /** Names of the classes, in the order of the probabilities. */
  public List<String> classes() {
    return classes;
  }

  /** The probability below which an image is rejected; 0: none is. */
  public double threshold() {
    return threshold;
  }

  /** What it says of itself. */
  public Map<String, String> metadata() {
    return metadata;
  }

  /**
   * Classifies all images of a set that can be read.
   *
   * @param threads that decode images
   */
  public void classify(ImageSource images, int threads, Sink sink, ProgressListener listener) {
    Embeddings.stream(
        view -> session.run(Preprocessing.framed(view, transform), OnnxModel.PROBABILITIES),
        images,
        Embeddings.Options.of(transform, Normalisation.IMAGENET).withThreads(threads),
        (positions, rows) -> give(positions, rows, sink),
        listener);
  }

  private void give(int[] positions, Tensor rows, Sink sink) {
    float[] all = Tensors.toFloats(rows);
    for (int i = 0; i < positions.length; i++) {
      sink.take(
          positions[i], Arrays.copyOfRange(all, i * classes.size(), (i + 1) * classes.size()));
    }
  }

  @Override
  public void close() {
    session.close();
  }
}
