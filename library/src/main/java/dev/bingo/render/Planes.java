package dev.bingo.render;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.Arrays;

/**
 * An image in the making: a plane of ints for each colour, values 0 … 255. Reused from image to
 * image.
 *
 * <p>Not bytes, because the JIT of Java 17 turns a loop into SIMD where it is short, its arrays are
 * of one type, and all are read and written at the same index.
 */
final class Planes {
  private static final VarHandle INT =
      MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.LITTLE_ENDIAN);

  int width;
  int height;
  int[] red = new int[0];
  int[] green = new int[0];
  int[] blue = new int[0];
  private int[] packed = new int[0];

  /** Makes room; what was in it is lost. */
  void resize(int width, int height) {
    this.width = width;
    this.height = height;
    red = grown(red, size());
    green = grown(green, size());
    blue = grown(blue, size());
  }

  /** Pixels. */
  int size() {
    return width * height;
  }

  /** Copies some pixels, row after row, to another image. */
  void copy(int from, Planes to, int at, int n) {
    System.arraycopy(red, from, to.red, at, n);
    System.arraycopy(green, from, to.green, at, n);
    System.arraycopy(blue, from, to.blue, at, n);
  }

  /** Inverts what is bright: 128 and more. */
  void solarise() {
    solarise(red, size());
    solarise(green, size());
    solarise(blue, size());
  }

  private static void solarise(int[] plane, int n) {
    for (int i = 0; i < n; i++) {
      plane[i] ^= ((127 - plane[i]) >> 31) & 0xFF;
    }
  }

  /** Writes {@code [height, width, 3]} bytes. */
  void store(byte[] rgb) {
    int n = size();
    packed = grown(packed, n);
    pack(red, green, blue, n, packed);
    // Each write lays a zero into the next pixel, which is written after.
    for (int i = 0; i < n - 1; i++) {
      INT.set(rgb, i * 3, packed[i]);
    }
    rgb[3 * n - 3] = (byte) red[n - 1];
    rgb[3 * n - 2] = (byte) green[n - 1];
    rgb[3 * n - 1] = (byte) blue[n - 1];
  }

  /** The pixel at {@code at}, red in the lowest byte; not for the array's last one. */
  static int pixel(byte[] rgb, int at) {
    return (int) INT.get(rgb, at) & 0xFFFFFF;
  }

  /** The same for any pixel. */
  static int anyPixel(byte[] rgb, int at) {
    return (rgb[at] & 0xFF) | ((rgb[at + 1] & 0xFF) << 8) | ((rgb[at + 2] & 0xFF) << 16);
  }

  static void pack(int[] red, int[] green, int[] blue, int n, int[] packed) {
    for (int i = 0; i < n; i++) {
      packed[i] = red[i] | (green[i] << 8) | (blue[i] << 16);
    }
  }

  /** The array, or a longer one with its content where it is too short. */
  static int[] grown(int[] array, int length) {
    return array.length < length ? Arrays.copyOf(array, length) : array;
  }

  /** The same for an array of lines, new ones empty. */
  static int[][] grown(int[][] lines, int length) {
    int before = lines.length;
    if (before >= length) {
      return lines;
    }
    int[][] more = Arrays.copyOf(lines, length);
    Arrays.fill(more, before, length, new int[0]);
    return more;
  }
}
