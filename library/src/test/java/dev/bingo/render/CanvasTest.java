package dev.bingo.render;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import dev.bingo.image.Pixels;
import dev.bingo.render.ViewDraw.Colour;
import dev.bingo.torch.Draws;
import dev.bingo.view.Augmentation;
import java.lang.management.ManagementFactory;
import java.util.List;
import org.junit.jupiter.api.Test;

class CanvasTest {
  private static final List<Colour> ALL = List.of(Colour.values());

  @Test
  void renderingLeavesNoGarbage() {
    ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    Pixels image = noise(120, 90, 1);
    ViewDraw draw =
        new ViewDraw(new CropBox(3, 5, 80, 100), ALL, 1.1, .9, 1.2345, .05, true, 1.5, true, true);
    Canvas canvas = new Canvas();
    int renders = 50;
    for (int i = 0; i < renders; i++) {
      canvas.render(image, draw, 32);
    }
    long before = threads.getCurrentThreadAllocatedBytes();
    for (int i = 0; i < renders; i++) {
      canvas.render(image, draw, 32);
    }
    // A list's iterator, at most; one buffer would be 3 kB.
    assertThat(threads.getCurrentThreadAllocatedBytes() - before).isLessThan(renders * 100L);
  }

  @Test
  void aCanvasForgetsTheImageBefore() {
    Canvas used = new Canvas();
    for (int i = 0; i < 40; i++) {
      Draws draws = Draws.of(4, i);
      Pixels image = noise(1 + draws.below(70), 1 + draws.below(70), i);
      Augmentation a = new Augmentation(.08, 1, .5, .8, .8, .8, .8, .2, .2, .5, .2);
      ViewDraw draw = a.draw(image.width(), image.height(), draws);
      int size = 8 + draws.below(40);
      byte[] fresh = new Canvas().render(image, draw, size);
      assertThat(used.render(image, draw, size)).as("image %d", i).startsWith(fresh);
    }
  }

  private static Pixels noise(int width, int height, long seed) {
    Draws draws = Draws.of(seed);
    byte[] rgb = new byte[width * height * 3];
    for (int i = 0; i < rgb.length; i++) {
      rgb[i] = (byte) draws.nextLong();
    }
    return new Pixels(width, height, rgb);
  }
}
