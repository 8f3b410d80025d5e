package dev.bingo.look;

import dev.bingo.image.BadImageException;
import dev.bingo.image.ForwardingSource;
import dev.bingo.image.ImageSource;
import dev.bingo.image.PixelBuffer;
import dev.bingo.image.Pixels;
import dev.bingo.image.Reduction;
import dev.bingo.similar.IndexUpdate.Embedder;
import dev.bingo.torch.Tensors;
import java.util.Arrays;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;

/**
 * How alike an encoder finds an image and a slightly altered copy of it: what to call a near
 * duplicate depends on the encoder, and is measured so.
 */
public final class Copies {
  private static final int EDGE = 40;
  private static final double LOUDER = 1.04;

  private Copies() {}

  /**
   * The cosine that nine in ten altered copies reach: a fortieth is cut off each side, and the rest
   * made brighter by 4 %.
   *
   * @param some images, a few dozen; those that can't be read are left out
   * @return NaN where none can be read
   */
  public static double cosine(ImageSource some, Embedder embedder) {
    float[][] own = vectors(some, embedder);
    float[][] altered = vectors(new Altered(some), embedder);
    double[] cosines = new double[some.size()];
    int count = 0;
    for (int i = 0; i < own.length; i++) {
      if (own[i] != null && altered[i] != null) {
        double dot = 0;
        for (int d = 0; d < own[i].length; d++) {
          dot += (double) own[i][d] * altered[i][d];
        }
        cosines[count++] = dot;
      }
    }
    double[] sorted = Arrays.copyOf(cosines, count);
    Arrays.sort(sorted);
    return count == 0 ? Double.NaN : sorted[count / 10];
  }

  private static float[][] vectors(ImageSource images, Embedder embedder) {
    float[][] all = new float[images.size()][];
    embedder.embed(
        images,
        (positions, features) -> {
          try (PointerScope scope = new PointerScope()) {
            Tensor unit = torch.normalize(features);
            for (int i = 0; i < positions.length; i++) {
              all[positions[i]] = Tensors.toFloats(unit.select(0, i));
            }
          }
        },
        (done, total) -> {});
    return all;
  }

  private static final class Altered extends ForwardingSource {
    Altered(ImageSource images) {
      super(images);
    }

    @Override
    public Pixels read(int i, Reduction reduction) throws BadImageException {
      return altered(source.read(i, reduction));
    }

    @Override
    public Pixels read(int i, Reduction reduction, PixelBuffer buffer) throws BadImageException {
      return altered(source.read(i, reduction, buffer));
    }

    private static Pixels altered(Pixels pixels) {
      int left = pixels.width() / EDGE;
      int top = pixels.height() / EDGE;
      int width = pixels.width() - 2 * left;
      int height = pixels.height() - 2 * top;
      byte[] rgb = new byte[3 * width * height];
      for (int y = 0; y < height; y++) {
        int from = 3 * ((y + top) * pixels.width() + left);
        for (int x = 0; x < 3 * width; x++) {
          rgb[3 * y * width + x] =
              (byte) Math.min(255, Math.round(LOUDER * (pixels.rgb()[from + x] & 0xff)));
        }
      }
      return new Pixels(width, height, rgb);
    }
  }
}
