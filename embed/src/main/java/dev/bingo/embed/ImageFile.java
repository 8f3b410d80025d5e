package dev.bingo.embed;

import dev.bingo.format.ImageLimits;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedByInterruptException;
import java.nio.channels.FileChannel;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;

/** Files of strangers: opening a pipe can hang, and a device has no end. */
final class ImageFile {
  private ImageFile() {}

  /**
   * The whole of a regular file, or of one that a link leads to.
   *
   * @throws BadImageException where it is none, is too long or can't be read
   */
  static byte[] read(Path file, ImageLimits limits) throws IOException {
    try {
      BasicFileAttributes attributes = Files.readAttributes(file, BasicFileAttributes.class);
      if (!attributes.isRegularFile()) {
        throw new BadImageException(
            attributes.isDirectory()
                ? "it is a folder"
                : "it is no regular file (a pipe, socket or device)");
      }
      Decoder.checkLength(attributes.size(), limits);
      // What the system makes up while it is read, as in /proc, says that it has no bytes.
      ByteBuffer bytes = ByteBuffer.allocate((int) attributes.size());
      try (FileChannel channel = FileChannel.open(file)) {
        while (bytes.hasRemaining() && channel.read(bytes) >= 0) {}
      }
      return bytes.hasRemaining()
          ? java.util.Arrays.copyOf(bytes.array(), bytes.position())
          : bytes.array();
    } catch (BadImageException | ClosedByInterruptException e) {
      throw e; // an interrupt is not the image's fault
    } catch (NoSuchFileException e) {
      throw new BadImageException("no such file", e);
    } catch (AccessDeniedException e) {
      throw new BadImageException("no permission to read it", e);
    } catch (IOException e) {
      throw new BadImageException("it can't be read: " + e.getMessage(), e);
    }
  }
}
