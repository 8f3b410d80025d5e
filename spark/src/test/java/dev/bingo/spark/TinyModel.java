package dev.bingo.spark;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.TreeMap;

/**
 * A model as {@code bingo export} writes them, by protobuf's own bytes: this class path has Spark's
 * protobuf, and the trainer's must not be on it. Its vector is the mean red, green and blue of the
 * image's centre, 0 … 1.
 */
final class TinyModel {
  private static final int FLOAT = 1;
  static final int SIZE = 8;

  private final ByteArrayOutputStream out = new ByteArrayOutputStream();

  private TinyModel() {}

  static byte[] bytes() {
    return bytes(Map.of());
  }

  /**
   * @param other metadata that take the place of the right ones
   */
  static byte[] bytes(Map<String, String> other) {
    TinyModel node =
        new TinyModel().text(1, "images").text(2, "pooled").text(4, "GlobalAveragePool");
    TinyModel flat = new TinyModel().text(1, "pooled").text(2, "features").text(4, "Flatten");
    TinyModel graph =
        new TinyModel()
            .message(1, node)
            .message(1, flat)
            .text(2, "tiny")
            .message(11, value("images", 3, SIZE, SIZE))
            .message(12, value("features", 3));
    TinyModel model =
        new TinyModel()
            .number(1, 8)
            .message(7, graph)
            .message(8, new TinyModel().text(1, "").number(2, 17));
    metadata(other)
        .forEach((key, value) -> model.message(14, new TinyModel().text(1, key).text(2, value)));
    return model.out.toByteArray();
  }

  private static Map<String, String> metadata(Map<String, String> other) {
    Map<String, String> all = new TreeMap<>();
    all.put("kind", "export");
    all.put("version", "1");
    all.put("input", "images");
    all.put("width", "3");
    all.put("resize", Integer.toString(SIZE));
    all.put("image_size", Integer.toString(SIZE));
    all.put("filter", "bilinear antialias");
    all.put("mean", "0,0,0");
    all.put("std", "1,1,1");
    all.putAll(other);
    return all;
  }

  /** {@code float [N, sides ...]}. */
  private static TinyModel value(String name, int... sides) {
    TinyModel shape = new TinyModel().message(1, new TinyModel().text(2, "N"));
    for (int side : sides) {
      shape.message(1, new TinyModel().number(1, side));
    }
    TinyModel tensor = new TinyModel().number(1, FLOAT).message(2, shape);
    return new TinyModel().text(1, name).message(2, new TinyModel().message(1, tensor));
  }

  private TinyModel text(int field, String text) {
    return field(field, text.getBytes(StandardCharsets.UTF_8));
  }

  private TinyModel message(int field, TinyModel message) {
    return field(field, message.out.toByteArray());
  }

  private TinyModel field(int field, byte[] bytes) {
    varint(field << 3 | 2);
    varint(bytes.length);
    out.writeBytes(bytes);
    return this;
  }

  private TinyModel number(int field, int value) {
    varint(field << 3);
    varint(value);
    return this;
  }

  private void varint(int value) {
    int rest = value;
    while (rest >= 0x80) {
      out.write((rest & 0x7F) | 0x80);
      rest >>>= 7;
    }
    out.write(rest);
  }
}
