package dev.bingo.image;

import dev.bingo.format.BadBytes;
import dev.bingo.format.ImageLimits;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedByInterruptException;
import java.nio.channels.FileChannel;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.Arrays;
import java.util.List;

/** One file an image. */
final class FileBlobs implements Blobs {
  private final List<Path> files;

  static final String MISSING = "no such file";

  FileBlobs(List<Path> files) {
    this.files = files;
  }

  @Override
  public long length(int i) throws IOException, BadBytes {
    return length(files.get(i));
  }

  @Override
  public long modified(int i) throws IOException {
    return Files.getLastModifiedTime(files.get(i)).toMillis();
  }

  @Override
  public byte[] read(int i, long offset, int count) throws IOException, BadBytes {
    Path file = files.get(i);
    long length = length(file); // refuses what opening could hang on
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
      byte[] bytes = new byte[(int) Math.max(0, Math.min(count, length - offset))];
      return cut(bytes, read(channel, offset, ByteBuffer.wrap(bytes)).limit());
    }
  }

  @Override
  public ByteBuffer read(int i, ImageLimits limits, PixelBuffer buffer)
      throws IOException, BadBytes {
    return readWhole(files.get(i), limits, buffer);
  }

  static ByteBuffer readWhole(Path file, ImageLimits limits, PixelBuffer buffer)
      throws IOException, BadBytes {
    long length = length(file);
    checkLength(length, limits);
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
      return read(channel, 0, buffer.encoded((int) length));
    }
  }

  static void checkLength(long length, ImageLimits limits) throws BadBytes {
    if (length > limits.maxFileBytes()) {
      throw new BadBytes("the file has " + length + " bytes; allowed are " + limits.maxFileBytes());
    }
  }

  /** The first so many. */
  static byte[] cut(byte[] bytes, int count) {
    return count < bytes.length ? Arrays.copyOf(bytes, count) : bytes;
  }

  /** Fills a buffer from {@code offset} on, or until the file ends, and flips it. */
  static ByteBuffer read(FileChannel channel, long offset, ByteBuffer bytes) throws IOException {
    try {
      while (bytes.hasRemaining() && channel.read(bytes, offset + bytes.position()) >= 0) {}
    } catch (ClosedByInterruptException e) {
      // Somebody wants this thread to end; that is not the image's fault.
      throw new UncheckedIOException(e);
    }
    return bytes.flip();
  }

  /** What went wrong with a file, in words. */
  static String reason(Exception e) {
    if (e instanceof NoSuchFileException) {
      return MISSING;
    }
    if (e instanceof AccessDeniedException) {
      return "no permission to read it";
    }
    return e instanceof BadBytes ? e.getMessage() : "it can't be read: " + e.getMessage();
  }

  private static long length(Path file) throws IOException, BadBytes {
    BasicFileAttributes attributes = Files.readAttributes(file, BasicFileAttributes.class);
    if (!attributes.isRegularFile()) {
      throw new BadBytes(
          attributes.isDirectory()
              ? "it is a folder"
              : "it is no regular file (a pipe, socket or device)");
    }
    return attributes.size();
  }
}
