package dev.bingo.bench;

import dev.bingo.image.BadImageException;
import dev.bingo.image.ImageSource;
import dev.bingo.image.PixelBuffer;
import dev.bingo.image.Pixels;
import dev.bingo.image.Reduction;
import java.util.List;

/** A few images again and again, to make a long epoch of. */
record Repeated(ImageSource images, int size) implements ImageSource {
  @Override
  public String id(int i) {
    return images.id(i % images.size()) + "#" + i / images.size();
  }

  @Override
  public int label(int i) {
    return images.label(i % images.size());
  }

  @Override
  public List<String> classes() {
    return images.classes();
  }

  @Override
  public Pixels read(int i, Reduction reduction) throws BadImageException {
    return images.read(i % images.size(), reduction);
  }

  @Override
  public Pixels read(int i, Reduction reduction, PixelBuffer buffer) throws BadImageException {
    return images.read(i % images.size(), reduction, buffer);
  }

  @Override
  public String fingerprint() {
    return images.fingerprint();
  }

  @Override
  public String describe() {
    return images.describe() + ", repeated";
  }
}
