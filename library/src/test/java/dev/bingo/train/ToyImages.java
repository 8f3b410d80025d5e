package dev.bingo.train;

import dev.bingo.image.ImageSource;
import dev.bingo.image.Pixels;
import dev.bingo.image.Reduction;
import dev.bingo.torch.Draws;
import java.util.List;

/**
 * Images of noise, a function of their position.
 *
 * @param labels how many classes; 0 for images without labels
 */
record ToyImages(int size, int labels) implements ImageSource {
  private static final int SIDE = 16;

  ToyImages(int size) {
    this(size, 0);
  }

  @Override
  public String id(int i) {
    return "noise-" + i;
  }

  @Override
  public int label(int i) {
    return labels == 0 ? UNLABELLED : i % labels;
  }

  @Override
  public List<String> classes() {
    return List.of();
  }

  @Override
  public Pixels read(int i, Reduction reduction) {
    Draws draws = Draws.of(i);
    byte[] rgb = new byte[SIDE * SIDE * 3];
    for (int b = 0; b < rgb.length; b++) {
      rgb[b] = (byte) draws.below(256);
    }
    return new Pixels(SIDE, SIDE, rgb);
  }

  @Override
  public String fingerprint() {
    return "noise " + size;
  }

  @Override
  public String describe() {
    return fingerprint();
  }
}
