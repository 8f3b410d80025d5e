package dev.bingo.image;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Lists the regular files of a tar archive (ustar, GNU long names, pax) with the places of their
 * bytes. Names are only names: nothing is ever created or opened by them.
 */
final class TarIndex {
  private static final int BLOCK = 512;
  private static final int WINDOW = 32 * BLOCK;
  private static final long MAX_NAME_BYTES = 1 << 20;

  private final TarFile tar;
  private final long size;
  private final List<Member> members = new ArrayList<>();
  private byte[] window = new byte[0];
  private long windowStart;

  /** A file in the archive. */
  record Member(String name, long offset, long length) {}

  private TarIndex(TarFile tar) throws IOException {
    this.tar = tar;
    this.size = tar.size();
  }

  /**
   * Reads all headers.
   *
   * @throws ImageSetException where it is no tar archive, is compressed, corrupt or cut off
   */
  static List<Member> read(TarFile tar) throws IOException {
    TarIndex index = new TarIndex(tar);
    index.scan();
    return index.members;
  }

  private void scan() throws IOException {
    String longName = null;
    long longSize = -1;
    long at = 0;
    while (at + BLOCK <= size) {
      byte[] header = block(at);
      if (isZero(header)) {
        return;
      }
      checkSum(header, at);
      char type = (char) header[156];
      boolean extension = type == 'L' || type == 'K' || type == 'x' || type == 'g';
      long length = !extension && longSize >= 0 ? longSize : number(header, 124, 12, at);
      long data = at + BLOCK;
      // A link or folder may carry a length but no bytes.
      boolean bytes = extension || type == '0' || type == 0 || type == '7' || type > '7';
      if (bytes && length > size - data) {
        throw broken("is cut off: the file at byte " + at + " would end at " + (data + length), at);
      }
      if (extension) {
        checkExtension(length, at);
        byte[] body = tar.read(data, (int) length);
        if (type == 'L') {
          longName = text(body, 0, body.length);
        } else if (type == 'x') {
          String path = pax(body, "path");
          String paxSize = pax(body, "size");
          longName = path == null ? longName : path;
          longSize = paxSize == null ? longSize : parse(paxSize, at);
        }
      } else {
        if (type == '0' || type == 0 || type == '7') {
          members.add(new Member(longName == null ? name(header) : longName, data, length));
        }
        longName = null;
        longSize = -1;
      }
      at = data + (bytes ? (length + BLOCK - 1) / BLOCK * BLOCK : 0);
    }
    if (at == 0) {
      throw broken("has only " + size + " bytes", 0);
    }
  }

  private byte[] block(long at) throws IOException {
    if (at < windowStart || at + BLOCK > windowStart + window.length) {
      windowStart = at;
      window = tar.read(at, (int) Math.min(WINDOW, size - at));
    }
    int from = (int) (at - windowStart);
    return Arrays.copyOfRange(window, from, from + BLOCK);
  }

  private static boolean isZero(byte[] block) {
    for (byte b : block) {
      if (b != 0) {
        return false;
      }
    }
    return true;
  }

  private void checkSum(byte[] header, long at) {
    int sum = 0;
    for (int i = 0; i < BLOCK; i++) {
      sum += i >= 148 && i < 156 ? ' ' : header[i] & 0xFF;
    }
    if (sum != number(header, 148, 8, at)) {
      throw broken("has a wrong checksum at byte " + at, at);
    }
  }

  private void checkExtension(long length, long at) {
    if (length > MAX_NAME_BYTES) {
      throw broken("has a name record of " + length + " bytes at byte " + at, at);
    }
  }

  private long number(byte[] header, int from, int count, long at) {
    if ((header[from] & 0x80) != 0) { // GNU: binary, for sizes of 8 GiB and more
      long value = header[from] & 0x3F;
      for (int i = from + 1; i < from + count; i++) {
        if (value >>> 55 != 0) {
          throw broken("has an absurd number at byte " + (at + from), at);
        }
        value = (value << 8) + (header[i] & 0xFF);
      }
      return value;
    }
    String digits = text(header, from, count).strip();
    return digits.isEmpty() ? 0 : parse(digits, 8, at);
  }

  private long parse(String digits, long at) {
    return parse(digits, 10, at);
  }

  private long parse(String digits, int radix, long at) {
    try {
      long value = Long.parseLong(digits, radix);
      if (value >= 0) {
        return value;
      }
    } catch (NumberFormatException e) {
      // Reported below, like a negative one.
    }
    throw broken("has no valid header at byte " + at, at);
  }

  private static String name(byte[] header) {
    String name = text(header, 0, 100);
    boolean ustar = text(header, 257, 6).equals("ustar");
    String prefix = ustar ? text(header, 345, 155) : "";
    return prefix.isEmpty() ? name : prefix + "/" + name;
  }

  private static String text(byte[] bytes, int from, int count) {
    int end = from;
    while (end < from + count && bytes[end] != 0) {
      end++;
    }
    return new String(bytes, from, end - from, StandardCharsets.UTF_8);
  }

  /** The last value of a key among pax records, each {@code "length key=value\n"}. */
  private static String pax(byte[] body, String key) {
    String found = null;
    int at = 0;
    while (at < body.length) {
      int space = at;
      int length = 0;
      while (space < body.length && body[space] >= '0' && body[space] <= '9' && length < 1 << 24) {
        length = 10 * length + body[space++] - '0';
      }
      if (length <= space - at + 1 || length > body.length - at) {
        return found;
      }
      String record = new String(body, space + 1, at + length - space - 2, StandardCharsets.UTF_8);
      if (record.startsWith(key + "=")) {
        found = record.substring(key.length() + 1);
      }
      at += length;
    }
    return found;
  }

  private ImageSetException broken(String what, long at) {
    String hint =
        at == 0
            ? " Is it a tar archive? A compressed one (.tar.gz, .zip) must be decompressed first."
            : " Copy or download it again.";
    return new ImageSetException(tar.path() + " " + what + "." + hint);
  }
}
