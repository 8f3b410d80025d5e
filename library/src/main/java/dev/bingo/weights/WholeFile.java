package dev.bingo.weights;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.security.SecureRandom;
import java.util.regex.Pattern;

/**
 * Files that appear whole or not at all: written beside their place, forced to disk, then renamed.
 */
public final class WholeFile {
  private static final SecureRandom RANDOM = new SecureRandom();
  private static final Pattern TEMPORARY = Pattern.compile("\\..+\\.bingo-[0-9a-f]{16}\\.tmp");

  private WholeFile() {}

  /** Fills the file that is to appear. */
  @FunctionalInterface
  public interface Content {
    void writeTo(FileChannel channel) throws IOException;
  }

  /**
   * Writes {@code file}; an earlier one of that name stays until the new one is complete.
   *
   * @throws FileSystemException where the disk is full or can't be written, with the file's name
   */
  public static void write(Path file, Content content) throws IOException {
    Path folder = file.toAbsolutePath().getParent();
    Files.createDirectories(folder);
    Path temporary = temporary(file);
    // Made anew or not at all: nothing that lies there, least of all a link, is written through.
    FileChannel opened =
        FileChannel.open(temporary, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
    try {
      try (FileChannel channel = opened) {
        content.writeTo(channel);
        channel.force(true);
      } catch (FileSystemException e) {
        throw e; // says which file
      } catch (IOException e) {
        throw new FileSystemException(file.toString(), null, e.getMessage());
      }
      Files.move(
          temporary, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    } finally {
      Files.deleteIfExists(temporary);
    }
    try (FileChannel directory = FileChannel.open(folder, StandardOpenOption.READ)) {
      directory.force(true);
    } catch (IOException e) {
      // Windows can't open a directory; there the rename is durable enough.
      if (!System.getProperty("os.name").startsWith("Windows")) {
        throw e;
      }
    }
  }

  /**
   * A place beside a file for what is to become it, or is of use only while it is made. Nobody can
   * foresee the name.
   */
  public static Path temporary(Path file) {
    String random = "%016x".formatted(RANDOM.nextLong());
    return file.toAbsolutePath()
        .resolveSibling("." + file.getFileName() + ".bingo-" + random + ".tmp");
  }

  /**
   * Whether a file's name is of {@link #temporary}'s kind; its process is gone where nobody else
   * may write.
   */
  public static boolean isTemporary(Path file) {
    return TEMPORARY.matcher(file.getFileName().toString()).matches();
  }

  /** Writes text, UTF-8. */
  public static void write(Path file, String text) throws IOException {
    write(
        file,
        channel -> writeFully(channel, ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8))));
  }

  /** Writes all that remains in {@code bytes}. */
  public static void writeFully(FileChannel channel, ByteBuffer bytes) throws IOException {
    while (bytes.hasRemaining()) {
      channel.write(bytes);
    }
  }
}
