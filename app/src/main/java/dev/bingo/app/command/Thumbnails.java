package dev.bingo.app.command;

import dev.bingo.app.report.PicturePage.Group;
import dev.bingo.app.report.PicturePage.Picture;
import dev.bingo.image.BadImageException;
import dev.bingo.image.ImageSource;
import dev.bingo.image.Pixels;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/** Pictures of some images of a set. */
final class Thumbnails {
  private final ImageSource source;
  private final Map<String, Integer> positions = new HashMap<>();

  /** Of images with these ids. */
  Thumbnails(ImageSource source, Set<String> ids) {
    this.source = source;
    for (int i = 0; i < source.size(); i++) {
      if (ids.contains(source.id(i))) {
        positions.putIfAbsent(source.id(i), i);
      }
    }
  }

  /** The picture of one of them. */
  Picture picture(String id, String caption) {
    Integer at = positions.get(id);
    return at == null ? new Picture("", id, caption) : picture(source, at, id, caption);
  }

  /** Two of them, and the cosine of their vectors. */
  Group pair(String a, String b, double cosine) {
    String caption = String.format(Locale.ROOT, "%.4f", cosine);
    return new Group(caption, null, List.of(picture(a, ""), picture(b, "")));
  }

  /** Image {@code i} of a set; without a thumbnail where it can't be read. */
  static Picture picture(ImageSource source, int i, String name, String caption) {
    try {
      Pixels pixels = source.read(i, Picture::reduction);
      // A set that replaces bad images would show another one.
      return source.resolved(i) == i
          ? Picture.of(pixels, name, caption)
          : new Picture("", name, caption);
    } catch (BadImageException e) {
      return new Picture("", name, caption);
    }
  }
}
