package dev.bingo.serve;

import dev.bingo.embed.BadImageException;
import dev.bingo.embed.Preview;
import dev.bingo.format.ImageLimits;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;

/** Images in a folder, and nothing outside of it, whatever a link or a name says. */
public final class FolderImages implements Images {
  private final Path root;
  private final Preview preview = new Preview(ImageLimits.DEFAULT, Duration.ofSeconds(10));

  /** Of this folder. */
  public FolderImages(Path folder) throws IOException {
    root = folder.toRealPath();
  }

  @Override
  public byte[] jpeg(String id, int most) throws IOException {
    Path file = root.resolve(id).toRealPath();
    if (!file.startsWith(root)) {
      throw new IOException(id + ": lies outside of the folder of images");
    }
    try {
      return preview.jpeg(file, most);
    } catch (BadImageException e) {
      throw new IOException(id + ": can't be shown: " + e.getMessage(), e);
    }
  }

  @Override
  public String label(String id) {
    return null;
  }
}
