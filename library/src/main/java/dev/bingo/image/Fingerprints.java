package dev.bingo.image;

import dev.bingo.file.Sha256;
import dev.bingo.format.BadBytes;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.stream.IntStream;

/** SHA-256 over what a set holds. */
final class Fingerprints {
  private static final int END = 4096;

  private Fingerprints() {}

  /**
   * Of encoded images: per image its id, class name, encoded size, and first and last 4 KiB (all of
   * it, up to 8 KiB). A change in the middle of a larger file that keeps its size goes unnoticed;
   * that is the price of not reading all of ImageNet.
   */
  static String of(ImageSource source, Blobs blobs) {
    byte[][] each = new byte[source.size()][];
    IntStream.range(0, each.length).parallel().forEach(i -> each[i] = one(source, blobs, i));
    MessageDigest all = Sha256.digest();
    for (byte[] digest : each) {
      all.update(digest);
    }
    return HexFormat.of().formatHex(all.digest());
  }

  private static byte[] one(ImageSource source, Blobs blobs, int i) {
    MessageDigest digest = Sha256.digest();
    name(digest, source, i);
    try {
      long length = blobs.length(i);
      number(digest, length);
      digest.update(blobs.read(i, 0, END));
      int rest = (int) Math.min(END, Math.max(0, length - END));
      digest.update(blobs.read(i, length - rest, rest));
    } catch (IOException | BadBytes e) {
      // Unreadable is a state of the content too; read() reports it.
      digest.update((byte) 0xFF);
    }
    return digest.digest();
  }

  /** Adds id and class name. */
  static void name(MessageDigest digest, ImageSource source, int i) {
    text(digest, source.id(i));
    int label = source.label(i);
    text(digest, label < 0 ? "" : source.classes().get(label));
  }

  static void text(MessageDigest digest, String text) {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    number(digest, bytes.length);
    digest.update(bytes);
  }

  static void number(MessageDigest digest, long value) {
    digest.update(ByteBuffer.allocate(8).putLong(0, value));
  }
}
