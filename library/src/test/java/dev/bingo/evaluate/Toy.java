package dev.bingo.evaluate;

import dev.bingo.encoder.Backbone;
import dev.bingo.encoder.BatchNorm;
import dev.bingo.image.BadImageException;
import dev.bingo.image.BadImages;
import dev.bingo.image.ImageSource;
import dev.bingo.image.Pixels;
import dev.bingo.image.Reduction;
import dev.bingo.image.Tolerant;
import dev.bingo.torch.Draws;
import dev.bingo.torch.Tensors;
import java.util.List;
import java.util.Set;
import org.bytedeco.pytorch.Tensor;

/** Small made-up data and a backbone that hardly does anything. */
final class Toy {
  private Toy() {}

  /** Points around one centre a class; {@code noise} near 0 makes them separable. */
  static Features blobs(int n, int width, int classes, double noise, long seed) {
    float[] values = new float[n * width];
    long[] labels = new long[n];
    for (int i = 0; i < n; i++) {
      labels[i] = i % classes;
      Draws centre = Draws.of(77, labels[i]);
      Draws own = Draws.of(seed, i);
      for (int d = 0; d < width; d++) {
        values[i * width + d] = (float) (centre.normal() + noise * own.normal());
      }
    }
    return new Features(Tensors.of(values, n, width), Tensors.of(labels, n), 0);
  }

  /** One colour a class, with a little noise; {@code n} images of 8 x 8. */
  record Colours(int n, int seed) implements ImageSource {
    @Override
    public int size() {
      return n;
    }

    @Override
    public String id(int i) {
      return "image " + i;
    }

    @Override
    public int label(int i) {
      return i % 3;
    }

    @Override
    public List<String> classes() {
      return List.of("red", "green", "blue");
    }

    @Override
    public Pixels read(int i, Reduction reduction) {
      byte[] rgb = new byte[8 * 8 * 3];
      Draws draws = Draws.of(seed, i);
      for (int p = 0; p < rgb.length; p++) {
        rgb[p] = (byte) (draws.below(60) + (p % 3 == label(i) ? 150 : 0));
      }
      return new Pixels(8, 8, rgb);
    }

    @Override
    public String fingerprint() {
      return "toy";
    }

    @Override
    public String describe() {
      return n + " toy images";
    }
  }

  /** A set of which some images can't be read, and are replaced. */
  static ImageSource withBad(ImageSource images, Integer... bad) {
    return new Tolerant(new Broken(images, Set.of(bad)), new BadImages(1, null));
  }

  private record Broken(ImageSource images, Set<Integer> bad) implements ImageSource {
    @Override
    public int size() {
      return images.size();
    }

    @Override
    public String id(int i) {
      return images.id(i);
    }

    @Override
    public int label(int i) {
      return images.label(i);
    }

    @Override
    public List<String> classes() {
      return images.classes();
    }

    @Override
    public Pixels read(int i, Reduction reduction) throws BadImageException {
      if (bad.contains(i)) {
        throw new BadImageException(id(i), "broken", null);
      }
      return images.read(i, reduction);
    }

    @Override
    public String fingerprint() {
      return images.fingerprint();
    }

    @Override
    public String describe() {
      return images.describe();
    }
  }

  /** Mean colour, after a batch-norm. */
  static final class MeanColour extends Backbone {
    final BatchNorm norm = child("norm", new BatchNorm(3));

    MeanColour() {
      super("mean_colour", 3);
    }

    @Override
    public Tensor features(Tensor images) {
      return norm.forward(images.mean(2, 3));
    }
  }
}
