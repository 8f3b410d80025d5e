package dev.bingo.image;

import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.Locale;
import java.util.Set;

/** Names of images: which files are images, how ids are made and ordered. */
final class Names {
  private static final Set<String> EXTENSIONS =
      Set.of("jpg", "jpeg", "png", "webp", "bmp", "tif", "tiff");

  /** The order of UTF-8 bytes, which is that of code points: the same on every machine. */
  static final Comparator<String> ORDER = Names::compare;

  private Names() {}

  /** Whether a name ends like an image of ours and is not hidden. */
  static boolean isImage(String name) {
    String base = name.substring(name.lastIndexOf('/') + 1);
    int dot = base.lastIndexOf('.');
    return dot > 0
        && !isHidden(base)
        && EXTENSIONS.contains(base.substring(dot + 1).toLowerCase(Locale.ROOT));
  }

  static boolean isHidden(String baseName) {
    return baseName.startsWith(".");
  }

  static String lower(Path path) {
    Path name = path.getFileName();
    return name == null ? "" : name.toString().toLowerCase(Locale.ROOT);
  }

  /** One element of a path as text. */
  static String element(Path path) {
    String name = path.getFileName().toString();
    // A name whose bytes don't fit the locale; its URI still holds them. Kept apart by escapes.
    return name.indexOf('\uFFFD') < 0 ? name : fromUri(path);
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
