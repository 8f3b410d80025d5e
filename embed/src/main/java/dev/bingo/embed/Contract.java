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
 * @param width length of the vectors
 */
record Contract(boolean pixels, int resize, int size, double[] mean, double[] std, int width) {
  private static final String VERSION = "1";
  private static final String PIXELS = "pixels";
  private static final String IMAGES = "images";
  private static final int MOST = 8192;
  private static final int MOST_WIDTH = 1 << 20;

  /**
   * Reads it.
   *
   * @throws IOException where it isn't that of {@code bingo export}, or of another version
   */
  static Contract of(Map<String, String> metadata) throws IOException {
    if (!"export".equals(metadata.get("kind"))) {
      throw new IOException(
          "is no model that 'bingo export --format onnx' wrote: its metadata say nothing");
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
      return new Contract(
          input.equals(PIXELS),
          resize,
          size,
          three(metadata.get("mean")),
          three(metadata.get("std")),
          width);
    } catch (IllegalArgumentException e) {
      throw new IOException("its metadata can't be read; export it anew: " + e.getMessage(), e);
    }
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

  /** Whether the model takes and gives what its metadata say. */
  void check(OrtSession session) throws OrtException, IOException {
    OnnxJavaType type = pixels ? OnnxJavaType.UINT8 : OnnxJavaType.FLOAT;
    long[] in = pixels ? new long[] {-1, -1, -1, 3} : new long[] {-1, 3, size, size};
    boolean right =
        is(session.getInputInfo(), port(), type, in)
            && is(session.getOutputInfo(), "features", OnnxJavaType.FLOAT, new long[] {-1, width});
    if (!right) {
      throw new IOException("takes or gives other tensors than its metadata say; export it anew");
    }
  }

  private static boolean is(
      Map<String, NodeInfo> ports, String name, OnnxJavaType type, long[] shape) {
    return ports.size() == 1
        && ports.containsKey(name)
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
