package dev.bingo.fewshot;

import dev.bingo.image.ImageSource;
import dev.bingo.image.Pixels;
import dev.bingo.image.Reduction;
import dev.bingo.torch.Draws;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Images of classes that are easy to tell apart: a few bars of the class, and noise. */
record Drawings(List<Integer> labels, List<String> classes) implements ImageSource {
  private static final int SIDE = 28;

  /** So many of each class. */
  static Drawings of(int classes, int each) {
    return of(classes, each, Map.of());
  }

  /** The same but for the number of some classes. */
  static Drawings of(int classes, int each, Map<Integer, Integer> others) {
    List<Integer> labels = new ArrayList<>();
    List<String> names = new ArrayList<>();
    for (int c = 0; c < classes; c++) {
      names.add("class-" + c);
      for (int i = 0; i < others.getOrDefault(c, each); i++) {
        labels.add(c);
      }
    }
    return new Drawings(labels, names);
  }

  @Override
  public int size() {
    return labels.size();
  }

  @Override
  public String id(int i) {
    return "drawing-" + i;
  }

  @Override
  public int label(int i) {
    return labels.get(i);
  }

  @Override
  public Pixels read(int i, Reduction reduction) {
    byte[] rgb = new byte[SIDE * SIDE * 3];
    Draws noise = Draws.of(i, 1);
    for (int p = 0; p < SIDE * SIDE; p++) {
      byte value = (byte) noise.below(60);
      rgb[3 * p] = value;
      rgb[3 * p + 1] = value;
      rgb[3 * p + 2] = value;
    }
    Draws bars = Draws.of(labels.get(i), 2);
    for (int b = 0; b < 4; b++) {
      int at = bars.below(SIDE - 4);
      boolean upright = bars.chance(.5);
      for (int along = 0; along < SIDE; along++) {
        int p = upright ? along * SIDE + at : at * SIDE + along;
        for (int c = 0; c < 3; c++) {
          rgb[3 * p + c] = (byte) 230;
        }
      }
    }
    return new Pixels(SIDE, SIDE, rgb);
  }

  @Override
  public String fingerprint() {
    return "drawings " + labels;
  }

  @Override
  public String describe() {
    return "drawings";
  }
}
