package dev.bingo.image;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Lists the regular files of a tar archive (ustar, GNU long names, pax) with the places of their
 * bytes; of archives that were put one behind the other, all of them. A link to a file of the
 * archive is that file under another name. Names are only names: nothing is ever created or opened
 * by them.
 */
final class TarIndex {
  private static final int BLOCK = 512;
  private static final int WINDOW = 32 * BLOCK;
  private static final long MAX_NAME_BYTES = 1 << 20;

  /** More zeros than any tool writes at an end are the end. */
  private static final long MOST_ZEROS = 64 << 20;

  private static final String SPARSE = "GNU.sparse.";

  private final TarFile tar;
  private final long size;
  private final List<Member> members = new ArrayList<>();
  private final TarLinks links = new TarLinks(members);
  private byte[] window = new byte[0];
  private long windowStart;

  /**
   * A file in the archive.
   *
   * @param name without {@code ./}
   * @param sparse whether its bytes are stored with holes left out, so that they can't be read
   */
  record Member(String name, long offset, long length, boolean sparse) {
    Member named(String other) {
      return new Member(other, offset, length, sparse);
    }
  }

  /**
   * What is in an archive.
   *
   * @param members in its order
   * @param lost links that lead to no file in it
   * @param ended whether its end is marked; else it may have been cut off between two files
   * @param more bytes behind the end that are no archive
   */
  record Contents(List<Member> members, int lost, boolean ended, long more) {}

  private TarIndex(TarFile tar) throws IOException {
    this.tar = tar;
    this.size = tar.size();
  }

  /**
   * Reads all headers.
   *
   * @throws ImageSetException where it is no tar archive, is compressed, corrupt or cut off
   */
  static Contents read(TarFile tar) throws IOException {
    return new TarIndex(tar).scan();
  }

  private Contents scan() throws IOException {
    Map<String, String> extended = new LinkedHashMap<>();
    long at = 0;
    long zeros = 0;
    while (at + BLOCK <= size && zeros < MOST_ZEROS) {
      byte[] header = block(at);
      if (isZero(header)) {
        zeros += BLOCK;
        at += BLOCK;
        continue;
      }
      if (zeros > 0 && !hasSum(header)) {
        break;
      }
      zeros = 0;
      checkSum(header, at);
      at = entry(header, at, extended);
    }
    if (!extended.isEmpty()) {
      throw broken("is cut off: a name at its end has no file", at);
    }
    if (zeros == 0 && at < size) {
      throw broken(
          at == 0 ? "has only " + size + " bytes" : "is cut off inside the header at byte " + at,
          at);
    }
    int lost = links.resolve();
    return new Contents(members, lost, zeros > 0, zeros > 0 ? size - at : 0);
  }

  /**
   * Takes in an entry.
   *
   * @param extended what records before it say of it; emptied once that is used
   * @return where the next one begins
   */
  private long entry(byte[] header, long at, Map<String, String> extended) throws IOException {
    char type = header[156] == 0 ? '0' : (char) header[156];
    boolean extension = "LKxg".indexOf(type) >= 0;
    boolean file = type == '0' || type == '7' || type == 'S';
    String given = extension ? null : extended.get("size");
    long length = given != null ? parse(given, at) : number(header, 124, 12, at);
    long data = type == 'S' ? afterSparseMap(header, at) : at + BLOCK;
    // A link or folder may carry a length but no bytes.
    boolean bytes = extension || file || type > '7';
    if (bytes && length > size - data) {
      throw broken("is cut off: the file at byte " + at + " would end at " + (data + length), at);
    }
    if (extension) {
      checkExtension(length, at);
      extend(type, tar.read(data, (int) length), at, extended);
    } else {
      String name = TarLinks.plain(extended.getOrDefault("path", name(header)));
      if (file) {
        boolean sparse =
            type == 'S' || extended.keySet().stream().anyMatch(k -> k.startsWith(SPARSE));
        String own = extended.getOrDefault(SPARSE + "name", name);
        links.file(new Member(TarLinks.plain(own), data, length, sparse));
      } else if (type == '1' || type == '2') {
        links.link(name, extended.getOrDefault("linkpath", text(header, 157, 100)), type == '2');
      }
      extended.clear();
    }
    return data + (bytes ? (length + BLOCK - 1) / BLOCK * BLOCK : 0);
  }

  private void extend(char type, byte[] body, long at, Map<String, String> extended) {
    switch (type) {
      case 'L' -> extended.put("path", text(body, 0, body.length));
      case 'K' -> extended.put("linkpath", text(body, 0, body.length));
      case 'x' -> pax(body, at, extended);
      default -> {} // 'g' speaks of all that follow: of comments and times, in practice
    }
  }

  /** GNU's old sparse files have the rest of their map between header and bytes. */
  private long afterSparseMap(byte[] header, long at) throws IOException {
    long data = at + BLOCK;
    for (boolean more = header[482] != 0; more; data += BLOCK) {
      if (data + BLOCK > size) {
        throw broken("is cut off inside the file at byte " + at, at);
      }
      more = block(data)[504] != 0;
    }
    return data;
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
    if (!hasSum(header)) {
      throw broken("has a wrong checksum at byte " + at, at);
    }
  }

  private static boolean hasSum(byte[] header) {
    int sum = 0;
    for (int i = 0; i < BLOCK; i++) {
      sum += i >= 148 && i < 156 ? ' ' : header[i] & 0xFF;
    }
    String digits = text(header, 148, 8).strip();
    return digits.matches("[0-7]{1,8}") && Integer.parseInt(digits, 8) == sum;
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
    return Names.decoded(Arrays.copyOfRange(bytes, from, end));
  }

  /** Pax records, each {@code "length key=value\n"}; of one key the last counts. */
  private void pax(byte[] body, long at, Map<String, String> into) {
    int from = 0;
    while (from < body.length && body[from] != 0) {
      int space = from;
      int length = 0;
      while (space < body.length && body[space] >= '0' && body[space] <= '9' && length < 1 << 24) {
        length = 10 * length + body[space++] - '0';
      }
      if (length <= space - from + 1 || length > body.length - from) {
        throw broken("has a broken pax record at byte " + at, at);
      }
      String record = Names.decoded(Arrays.copyOfRange(body, space + 1, from + length - 1));
      int equals = record.indexOf('=');
      String key = equals < 0 ? "" : record.substring(0, equals);
      if (key.equals("path")
          || key.equals("linkpath")
          || key.equals("size")
          || key.startsWith(SPARSE)) {
        into.put(key, record.substring(equals + 1));
      }
      from += length;
    }
  }

  private ImageSetException broken(String what, long at) {
    String hint =
        at == 0
            ? " Is it a tar archive? A compressed one (.tar.gz, .zip) must be decompressed first."
            : " Copy or download it again.";
    return new ImageSetException(tar.path() + " " + what + "." + hint);
  }
}
