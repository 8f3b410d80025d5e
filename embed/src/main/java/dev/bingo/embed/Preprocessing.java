package dev.bingo.embed;

import java.io.IOException;
import java.util.Arrays;
import java.util.Map;

/**
 * What a model's metadata says of its input.
 *
 * @param pixels the model resizes and normalises by itself
 * @param resize short side, pixels
 * @param size side of the centre, pixels
 * @param mean of 0 … 1
 * @param std of 0 … 1
 */
record Preprocessing(boolean pixels, int resize, int size, double[] mean, double[] std) {
  private static final int MOST = 8192;

  static Preprocessing of(Map<String, String> metadata, String origin) throws IOException {
    if (!"export".equals(metadata.get("kind"))) {
      throw new IOException(
          origin
              + ": is no model that 'bingo export --format onnx' wrote: its metadata say nothing");
    }
    try {
      int resize = Integer.parseInt(metadata.getOrDefault("resize", ""));
      int size = Integer.parseInt(metadata.getOrDefault("image_size", ""));
      String filter = metadata.getOrDefault("filter", "");
      if (size < 1 || resize < size || resize > MOST || !filter.equals("bilinear antialias")) {
        throw new IllegalArgumentException(
            "resize " + resize + ", size " + size + ", filter '" + filter + "'");
      }
      return new Preprocessing(
          "pixels".equals(metadata.get("input")),
          resize,
          size,
          three(metadata.get("mean")),
          three(metadata.get("std")));
    } catch (IllegalArgumentException e) {
      throw new IOException(
          origin + ": its metadata can't be read; export it anew: " + e.getMessage(), e);
    }
  }

  private static double[] three(String list) {
    double[] values =
        Arrays.stream(String.valueOf(list).split(",", -1))
            .mapToDouble(Double::parseDouble)
            .toArray();
    if (values.length != 3) {
      throw new IllegalArgumentException("'" + list + "' are not three numbers");
    }
    return values;
  }

  /** {@code [3, size, size]} of one image, normalised, from position {@code at} on. */
  void write(Rgb image, float[] out, int at) {
    byte[] centre = Resize.centre(image, resize, size);
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
