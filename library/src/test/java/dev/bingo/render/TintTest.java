package dev.bingo.render;

import static org.assertj.core.api.Assertions.assertThat;

import dev.bingo.torch.Draws;
import org.junit.jupiter.api.Test;

/** The SIMD forms of the colour operations against PIL's arithmetic, written down plainly. */
class TintTest {
  private static final int FACTORS = 400;

  @Test
  void saturationIsABlendInFloats() {
    Planes noise = noise(4096, 2);
    Saturation saturation = new Saturation();
    for (int i = 0; i < FACTORS; i++) {
      float factor = i * 4.2f / FACTORS;
      Planes actual = copy(noise);
      saturation.prepare(factor);
      saturation.apply(actual);
      for (int k = 0; k < noise.size(); k++) {
        int luma = Luma.of(noise.red[k], noise.green[k], noise.blue[k]);
        check(actual.red[k], blended(luma, noise.red[k], factor), "red", factor);
        check(actual.green[k], blended(luma, noise.green[k], factor), "green", factor);
        check(actual.blue[k], blended(luma, noise.blue[k], factor), "blue", factor);
      }
    }
  }

  @Test
  void blendingWithALevelIsABlendInFloats() {
    Planes noise = noise(1024, 3);
    Blend blend = new Blend();
    for (int i = 0; i < FACTORS; i++) {
      float factor = i * 4.2f / FACTORS;
      int base = i * 7 % 256;
      Planes actual = copy(noise);
      blend.prepare(base, factor);
      blend.apply(actual);
      for (int k = 0; k < noise.size(); k++) {
        check(actual.blue[k], blended(base, noise.blue[k], factor), "blue", factor);
      }
    }
  }

  @Test
  void hueGoesThroughHsvAndBack() {
    Planes colours = noise(1 << 16, 4);
    for (int v = 0; v < 256; v++) {
      colours.red[v] = v;
      colours.green[v] = v;
      colours.blue[v] = v;
      colours.red[256 + v] = 255;
      colours.green[256 + v] = v;
      colours.blue[256 + v] = 255 - v;
    }
    Hue hue = new Hue();
    for (double turns : new double[] {0, .1, -.1, .5, -.5, .033}) {
      Planes actual = copy(colours);
      hue.prepare(turns);
      hue.apply(actual);
      for (int k = 0; k < colours.size(); k++) {
        int expected = turned(colours.red[k], colours.green[k], colours.blue[k], turns);
        check(rgb(actual.red[k], actual.green[k], actual.blue[k]), expected, "RGB", turns);
      }
    }
  }

  private static void check(int actual, int expected, String what, double parameter) {
    if (actual != expected) {
      assertThat(actual).as("%s at %s", what, parameter).isEqualTo(expected);
    }
  }

  private static int blended(int base, int value, float factor) {
    float mixed = base + factor * (value - base);
    return mixed <= 0 ? 0 : mixed >= 255 ? 255 : (int) mixed;
  }

  /** As PIL's Convert.c has it. */
  private static int turned(int r, int g, int b, double turns) {
    int max = Math.max(r, Math.max(g, b));
    int min = Math.min(r, Math.min(g, b));
    int h = 0;
    int s = 0;
    if (max > min) {
      float chroma = max - min;
      float rc = (max - r) / chroma;
      float gc = (max - g) / chroma;
      float bc = (max - b) / chroma;
      float sixths =
          r == max ? bc - gc : g == max ? (float) (2.0 + rc - bc) : (float) (4.0 + gc - rc);
      float turn = (float) ((sixths / 6.0 + 1.0) % 1.0);
      h = (int) (turn * 255.0);
      s = (int) (chroma / max * 255.0);
    }
    h = (h + (int) (255 * turns)) & 0xFF;
    if (s == 0) {
      return rgb(max, max, max);
    }
    double sector = Math.floor(h * 6.0 / 255.0);
    float f = (float) (h * 6.0 / 255.0 - sector);
    float saturation = (float) (s / 255.0);
    int p = (int) Math.round(max * (1.0 - saturation));
    int q = (int) Math.round(max * (1.0 - saturation * f));
    int t = (int) Math.round(max * (1.0 - saturation * (1.0 - f)));
    return switch ((int) sector % 6) {
      case 0 -> rgb(max, t, p);
      case 1 -> rgb(q, max, p);
      case 2 -> rgb(p, max, t);
      case 3 -> rgb(p, q, max);
      case 4 -> rgb(t, p, max);
      default -> rgb(max, p, q);
    };
  }

  private static int rgb(int r, int g, int b) {
    return (r << 16) | (g << 8) | b;
  }

  private static Planes noise(int pixels, long seed) {
    Draws draws = Draws.of(seed);
    Planes noise = new Planes();
    noise.resize(pixels, 1);
    for (int i = 0; i < pixels; i++) {
      noise.red[i] = draws.below(256);
      noise.green[i] = draws.below(256);
      noise.blue[i] = draws.below(256);
    }
    return noise;
  }

  private static Planes copy(Planes image) {
    Planes copy = new Planes();
    copy.resize(image.width, image.height);
    image.copy(0, copy, 0, image.size());
    return copy;
  }
}
