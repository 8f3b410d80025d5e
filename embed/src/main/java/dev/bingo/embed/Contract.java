package dev.bingo.embed;

import ai.onnxruntime.NodeInfo;
import ai.onnxruntime.OnnxJavaType;
import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import ai.onnxruntime.TensorInfo;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.FloatBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;

/**
 * What a model's metadata says of what goes in and comes out.
 *
 * @param pixels the model resizes and normalises by itself
 * @param resize short side, pixels
 * @param size side of the centre, pixels
 * @param mean of 0 … 1
 * @param std of 0 … 1
 * @param width length of the features
 * @param classes their names, where it classifies; else empty
 * @param threshold a probability below which an image is rejected
 */
record Contract(
    boolean pixels,
    int resize,
    int size,
    double[] mean,
    double[] std,
    int width,
    List<String> classes,
    double threshold) {
  private static final String VERSION = "1";
  private static final String FEATURES = "features";
  private static final String PROBABILITIES = "probabilities";
  private static final String NUMBERS = "classes";
  private static final String PIXELS = "pixels";
  private static final String IMAGES = "images";
  private static final int MOST = 8192;
  private static final int MOST_WIDTH = 1 << 20;

  /** What a model is for, by its metadata's {@code kind}. */
  enum Kind {
    ENCODER("export", "bingo export --format onnx", "Embedder"),
    CLASSIFIER("classifier", "bingo classify train", "Classifier");

    private final String written;
    private final String command;
    private final String opener;

    Kind(String written, String command, String opener) {
      this.written = written;
      this.command = command;
      this.opener = opener;
    }

    private static Kind of(String written) throws IOException {
      for (Kind kind : values()) {
        if (kind.written.equals(written)) {
          return kind;
        }
      }
      throw new IOException(
          "is no model that '"
              + ENCODER.command
              + "' or '"
              + CLASSIFIER.command
              + "' wrote: its metadata say nothing");
    }
  }

  /**
   * Reads it.
   *
   * @throws IOException where it isn't that of bingo, of another kind, or of another version
   */
  static Contract of(Map<String, String> metadata, Kind wanted) throws IOException {
    Kind kind = Kind.of(metadata.get("kind"));
    if (kind != wanted) {
      throw new IOException(
          "is a model of '"
              + kind.command
              + "': open it with "
              + kind.opener
              + ", not "
              + wanted.opener);
    }
    try {
      String version = metadata.getOrDefault("version", "");
      require(version.equals(VERSION), "version '" + version + "'");
      int resize = Integer.parseInt(metadata.getOrDefault("resize", ""));
      int size = Integer.parseInt(metadata.getOrDefault("image_size", ""));
      require(size >= 1 && resize >= size && resize <= MOST, "resize " + resize + ", size " + size);
      String filter = metadata.getOrDefault("filter", "");
      require(filter.equals("bilinear antialias"), "filter '" + filter + "'");
      int width = Integer.parseInt(metadata.getOrDefault("width", ""));
      require(width >= 1 && width <= MOST_WIDTH, "width " + width);
      String input = metadata.getOrDefault("input", "");
      require(input.equals(PIXELS) || input.equals(IMAGES), "input '" + input + "'");
      boolean classifies = kind == Kind.CLASSIFIER;
      return new Contract(
          input.equals(PIXELS),
          resize,
          size,
          three(metadata.get("mean")),
          three(metadata.get("std")),
          width,
          classifies ? classes(metadata) : List.of(),
          classifies ? threshold(metadata.getOrDefault("reject_below", "")) : 0);
    } catch (IllegalArgumentException e) {
      throw new IOException("its metadata can't be read; export it anew: " + e.getMessage(), e);
    }
  }

  private static List<String> classes(Map<String, String> metadata) {
    int count = Integer.parseInt(metadata.getOrDefault("classes", ""));
    require(count >= 2 && count <= MOST_WIDTH, "classes '" + count + "'");
    List<String> names = new ArrayList<>();
    for (int c = 0; c < count; c++) {
      String name = metadata.get("class_" + c);
      require(name != null, "class_" + c + " is missing, of " + count);
      names.add(name);
    }
    return List.copyOf(names);
  }

  private static double threshold(String written) {
    double threshold = Double.parseDouble(written);
    require(threshold >= 0 && threshold <= 1, "reject_below '" + written + "'");
    return threshold;
  }

  private static void require(boolean right, String wrong) {
    if (!right) {
      throw new IllegalArgumentException(wrong);
    }
  }

  private static double[] three(String list) {
    double[] values =
        Arrays.stream(String.valueOf(list).split(",", -1))
            .mapToDouble(Double::parseDouble)
            .toArray();
    require(values.length == 3, "'" + list + "' are not three numbers");
    return values;
  }

  /** The name of the model's input. */
  String port() {
    return pixels ? PIXELS : IMAGES;
  }

  /** Name of the output that is read. */
  String output() {
    return classes.isEmpty() ? FEATURES : PROBABILITIES;
  }

  /** Numbers that come out of an image. */
  int values() {
    return classes.isEmpty() ? width : classes.size();
  }

  /** Whether the model takes and gives what its metadata say. */
  void check(OrtSession session) throws OrtException, IOException {
    OnnxJavaType type = pixels ? OnnxJavaType.UINT8 : OnnxJavaType.FLOAT;
    long[] in = pixels ? new long[] {-1, -1, -1, 3} : new long[] {-1, 3, size, size};
    Map<String, NodeInfo> inputs = session.getInputInfo();
    Map<String, NodeInfo> outputs = session.getOutputInfo();
    boolean right =
        inputs.size() == 1
            && is(inputs, port(), type, in)
            && is(outputs, output(), OnnxJavaType.FLOAT, new long[] {-1, values()})
            && (classes.isEmpty()
                ? outputs.size() == 1
                : outputs.size() == 2 && is(outputs, NUMBERS, OnnxJavaType.INT64, new long[] {-1}));
    if (!right) {
      throw new IOException("takes or gives other tensors than its metadata say; export it anew");
    }
  }

  private static boolean is(
      Map<String, NodeInfo> ports, String name, OnnxJavaType type, long[] shape) {
    return ports.containsKey(name)
        && ports.get(name).getInfo() instanceof TensorInfo tensor
        && tensor.type == type
        && Arrays.equals(tensor.getShape(), shape);
  }

  /**
   * What is kept of an image: the centre, or for a model that resizes by itself what it would
   * resize it to. There the trainer's resize is the better one, and large images cost no memory.
   */
  byte[] prepare(Rgb image) {
    return pixels ? Resize.square(image, resize, size) : Resize.centre(image, resize, size);
  }

  /**
   * The model's input.
   *
   * @param images as {@link #prepare} made them
   */
  OnnxTensor input(OrtEnvironment environment, List<byte[]> images) throws OrtException {
    return pixels ? pixels(environment, images) : normalised(environment, images);
  }

  private OnnxTensor pixels(OrtEnvironment environment, List<byte[]> images) throws OrtException {
    int each = 3 * resize * resize;
    ByteBuffer all = ByteBuffer.allocateDirect(Math.multiplyExact(images.size(), each));
    images.forEach(all::put);
    long[] shape = {images.size(), resize, resize, 3};
    return OnnxTensor.createTensor(environment, all.flip(), shape, OnnxJavaType.UINT8);
  }

  private OnnxTensor normalised(OrtEnvironment environment, List<byte[]> images)
      throws OrtException {
    int each = 3 * size * size;
    float[] values = new float[Math.multiplyExact(images.size(), each)];
    for (int i = 0; i < images.size(); i++) {
      normalise(images.get(i), values, i * each);
    }
    long[] shape = {images.size(), 3, size, size};
    return OnnxTensor.createTensor(environment, FloatBuffer.wrap(values), shape);
  }

  /** {@code [3, size, size]} of one image, from position {@code at} on. */
  private void normalise(byte[] centre, float[] out, int at) {
    int plane = size * size;
    for (int c = 0; c < 3; c++) {
      // In units of bytes and in float32, as the trainer does it.
      float shift = (float) (255 * mean[c]);
      float scale = (float) (255 * std[c]);
      for (int i = 0; i < plane; i++) {
        out[at + c * plane + i] = ((centre[3 * i + c] & 0xFF) - shift) / scale;
      }
    }
  }
}
