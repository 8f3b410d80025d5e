package dev.bingo.app.serving;

import dev.bingo.embed.Preview;
import dev.bingo.image.BadImageException;
import dev.bingo.image.ImageSource;
import dev.bingo.image.Pixels;
import dev.bingo.serve.Images;
import java.io.IOException;
import java.util.Map;

/** Images of whatever kind of set bingo reads. */
public final class SourceImages implements Images {
  private final ImageSource source;
  private final Map<String, Integer> positions;
  private final boolean labels;

  /**
   * Of a set that stays the caller's.
   *
   * @param labels whether the labels that it gives its images are shown
   */
  public SourceImages(ImageSource source, boolean labels) {
    this.source = source;
    this.labels = labels;
    positions = source.positions();
  }

  @Override
  public byte[] jpeg(String id, int most) throws IOException {
    Integer at = positions.get(id);
    if (at == null) {
      throw new IOException(id + ": is no image of " + source.describe());
    }
    try {
      Pixels pixels = source.read(at, (width, height) -> reduction(width, height, most));
      if (source.resolved(at) != at) {
        throw new IOException(id + ": can't be read any more");
      }
      return Preview.jpeg(pixels.rgb(), pixels.width(), pixels.height(), most);
    } catch (BadImageException e) {
      throw new IOException(id + ": can't be shown: " + e.reason(), e);
    }
  }

  /** How far an image may be shrunk while it is decoded. */
  private static int reduction(int width, int height, int most) {
    int spare = Math.max(width, height) / most;
    return spare >= 8 ? 8 : spare >= 4 ? 4 : spare >= 2 ? 2 : 1;
  }

  @Override
  public String label(String id) {
    Integer at = positions.get(id);
    int label = at == null || !labels ? ImageSource.UNLABELLED : source.label(at);
    return label < 0 ? null : source.classes().get(label);
  }
}
