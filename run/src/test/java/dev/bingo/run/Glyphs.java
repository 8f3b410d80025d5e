package dev.bingo.run;

import dev.bingo.torch.Draws;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import javax.imageio.ImageIO;

/** Folders of small drawings whose classes are easy to tell apart. */
public final class Glyphs {
  private static final int SIDE = 28;

  private Glyphs() {}

  /**
   * A sub-folder a class, {@code PREFIX0} and so on, with {@code 0.png} and so on in each.
   *
   * @return the folder
   */
  public static Path folder(Path folder, String prefix, int classes, int each) throws IOException {
    for (int c = 0; c < classes; c++) {
      Path own = Files.createDirectories(folder.resolve(prefix + c));
      for (int i = 0; i < each; i++) {
        draw(own.resolve(i + ".png"), prefix.hashCode() + c, i);
      }
    }
    return folder;
  }

  /** Bars of the class, and noise of the image. */
  public static void draw(Path file, int of, int number) throws IOException {
    BufferedImage image = new BufferedImage(SIDE, SIDE, BufferedImage.TYPE_INT_RGB);
    Draws noise = Draws.of(of, number, 1);
    for (int p = 0; p < SIDE * SIDE; p++) {
      image.setRGB(p % SIDE, p / SIDE, 0x010101 * noise.below(60));
    }
    Draws bars = Draws.of(of, 2);
    for (int b = 0; b < 4; b++) {
      int at = bars.below(SIDE);
      boolean upright = bars.chance(.5);
      for (int along = 0; along < SIDE; along++) {
        image.setRGB(upright ? at : along, upright ? along : at, 0xE6E6E6);
      }
    }
    ImageIO.write(image, "png", file.toFile());
  }
}
