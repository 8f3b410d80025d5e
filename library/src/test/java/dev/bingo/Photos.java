package dev.bingo;

import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import javax.imageio.ImageIO;

/** Small image files: stripes whose direction is the class. */
public final class Photos {
  private Photos() {}

  /**
   * Writes {@code n} pictures of {@code side} pixels to two folders, {@code across} and {@code
   * down}.
   */
  public static Path write(Path folder, int n, int side) throws IOException {
    for (int i = 0; i < n; i++) {
      boolean across = i % 2 == 0;
      Path to = Files.createDirectories(folder.resolve(across ? "across" : "down"));
      ImageIO.write(stripes(side, i, across), "png", to.resolve(i + ".png").toFile());
    }
    return folder;
  }

  private static BufferedImage stripes(int side, int i, boolean across) {
    BufferedImage image = new BufferedImage(side, side, BufferedImage.TYPE_INT_RGB);
    for (int y = 0; y < side; y++) {
      for (int x = 0; x < side; x++) {
        int at = (across ? y : x) + i;
        int red = at % 8 < 4 ? 40 + 5 * (i % 20) : 200;
        int green = 255 * y / side;
        image.setRGB(x, y, (red << 16) | (green << 8) | (255 * x / side));
      }
    }
    return image;
  }
}
