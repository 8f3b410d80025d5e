package dev.bingo.image;

import java.net.URI;
import java.net.URLDecoder;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.text.Normalizer;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/** Names of images: which files are images, how ids are made and ordered. */
final class Names {
  private static final Set<String> EXTENSIONS =
      Set.of(
          "jpg", "jpeg", "jpe", "jfif", "jif", "pjpeg", "pjp", "png", "webp", "bmp", "tif", "tiff");

  /** Those for people; the others are rare spellings of .jpg. */
  static final String ENDINGS = ".jpg, .jpeg, .png, .webp, .bmp, .tif or .tiff";

  /** Folders that systems and programs put beside people's files, lower case. */
  private static final Set<String> JUNK =
      Set.of(
          "__macosx",
          "@eadir",
          "#recycle",
          "@recycle",
          "#snapshot",
          "@recently-snapshot",
          "$recycle.bin",
          "system volume information",
          "lost+found",
          "__pycache__");

  /** The order of UTF-8 bytes, which is that of code points: the same on every machine. */
  static final Comparator<String> ORDER = Names::compare;

  private Names() {}

  /**
   * Whether a name ends like an image of ours and is not hidden. What follows a question mark is of
   * the address that it was loaded from.
   */
  static boolean isImage(String name) {
    String base = name.substring(name.lastIndexOf('/') + 1);
    int query = base.indexOf('?');
    return !isHidden(base)
        && (endsLikeImage(base) || (query > 0 && endsLikeImage(base.substring(0, query))));
  }

  private static boolean endsLikeImage(String base) {
    int dot = base.lastIndexOf('.');
    return dot > 0 && EXTENSIONS.contains(base.substring(dot + 1).toLowerCase(Locale.ROOT));
  }

  static boolean isHidden(String baseName) {
    return baseName.startsWith(".") && !baseName.equals("..");
  }

  /** Whether a file or a folder in its path is hidden. */
  static boolean anyHidden(String path) {
    return (path.startsWith(".") || path.contains("/."))
        && Arrays.stream(path.split("/")).anyMatch(Names::isHidden);
  }

  static boolean isJunk(String folder) {
    return JUNK.contains(folder.toLowerCase(Locale.ROOT));
  }

  /** The first folder of a path that is a system's and no class, as it is counted, or null. */
  static String junk(String path) {
    int from = 0;
    for (int slash = path.indexOf('/'); slash >= 0; slash = path.indexOf('/', from)) {
      String folder = path.substring(from, slash);
      if (isJunk(folder)) {
        return "in " + folder;
      }
      from = slash + 1;
    }
    return null;
  }

  static String lower(Path path) {
    Path name = path.getFileName();
    return name == null ? "" : name.toString().toLowerCase(Locale.ROOT);
  }

  /** One element of a path as text, whatever the locale makes of its bytes. */
  static String element(Path path) {
    String name = path.getFileName().toString();
    return isAscii(name) ? name : fromUri(path);
  }

  /**
   * The path that a text names: by its bytes in UTF-8, as nearly all file systems have them, in a
   * locale without these characters too (that of a plain container). Where there is no such file,
   * but one whose accents are composed otherwise, or by the locale's bytes, that one.
   *
   * @throws InvalidPathException where no file can have such a name
   */
  static Path resolve(Path folder, String text) {
    if (isAscii(text) || !folder.getFileSystem().getSeparator().equals("/")) {
      return folder.resolve(text);
    }
    Path asWritten = byUtf8(folder, text);
    if (Files.exists(asWritten)) {
      return asWritten;
    }
    for (Normalizer.Form form : List.of(Normalizer.Form.NFC, Normalizer.Form.NFD)) {
      Path composed = byUtf8(folder, Normalizer.normalize(text, form));
      if (Files.exists(composed)) {
        return composed;
      }
    }
    try {
      Path byLocale = folder.resolve(text);
      return Files.exists(byLocale) ? byLocale : asWritten;
    } catch (InvalidPathException e) {
      return asWritten; // the locale has no such characters
    }
  }

  private static Path byUtf8(Path folder, String text) {
    ByteBuffer bytes;
    try {
      bytes = StandardCharsets.UTF_8.newEncoder().encode(CharBuffer.wrap(text));
    } catch (CharacterCodingException e) {
      throw new InvalidPathException(text, "it is no valid Unicode");
    }
    String base = text.startsWith("/") ? "" : folder.toAbsolutePath().toUri().getRawPath();
    StringBuilder path = new StringBuilder(base);
    if (!base.isEmpty() && !base.endsWith("/")) {
      path.append('/');
    }
    while (bytes.hasRemaining()) {
      int b = bytes.get() & 0xFF;
      boolean plain = b < 128 && (Character.isLetterOrDigit(b) || "/._-~".indexOf(b) >= 0);
      path.append(plain ? String.valueOf((char) b) : String.format("%%%02X", b));
    }
    try {
      return Path.of(URI.create("file://" + path));
    } catch (IllegalArgumentException e) {
      throw new InvalidPathException(text, String.valueOf(e.getMessage()));
    }
  }

  /** A name from its bytes: UTF-8, or with escapes for what isn't, so that no two become one. */
  static String decoded(byte[] bytes) {
    try {
      return StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString();
    } catch (CharacterCodingException e) {
      StringBuilder name = new StringBuilder();
      for (byte b : bytes) {
        boolean plain = b >= 0 && b != '%';
        name.append(plain ? String.valueOf((char) b) : String.format("%%%02X", b & 0xFF));
      }
      return name.toString();
    }
  }

  private static boolean isAscii(String text) {
    return text.chars().allMatch(c -> c < 128);
  }

  private static String fromUri(Path path) {
    String raw = path.toUri().getRawPath();
    String trimmed = raw.endsWith("/") ? raw.substring(0, raw.length() - 1) : raw;
    String name = trimmed.substring(trimmed.lastIndexOf('/') + 1);
    String decoded = URLDecoder.decode(name.replace("+", "%2B"), StandardCharsets.UTF_8);
    return decoded.indexOf('\uFFFD') < 0 ? decoded : name;
  }

  private static int compare(String a, String b) {
    int shorter = Math.min(a.length(), b.length());
    for (int i = 0; i < shorter; i++) {
      char x = a.charAt(i);
      char y = b.charAt(i);
      if (x != y) {
        // Surrogates stand for the code points above all others.
        boolean xHigh = Character.isSurrogate(x);
        boolean yHigh = Character.isSurrogate(y);
        return xHigh == yHigh ? Character.compare(x, y) : Boolean.compare(xHigh, yHigh);
      }
    }
    return Integer.compare(a.length(), b.length());
  }
}
