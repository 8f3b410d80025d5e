package dev.bingo.weights;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.pytorch.Tensor;

/** The raw little-endian bytes of a tensor, between its memory and a file. */
final class TensorBytes {
  private static final long PART = 1L << 30;

  private TensorBytes() {}

  /** Fills a contiguous tensor of the CPU from position {@code at} of a file. */
  static void read(Path file, FileChannel channel, long at, Tensor into) throws IOException {
    long bytes = into.numel() * into.element_size();
    for (long done = 0; done < bytes; done += PART) {
      ByteBuffer part = part(into, done, bytes);
      long start = at + done;
      while (part.hasRemaining()) {
        if (channel.read(part, start + part.position()) < 0) {
          throw new IOException(file + ": was cut short while being read");
        }
      }
    }
  }

  /** Writes a tensor of any device and layout, contiguous. */
  static void write(FileChannel channel, Tensor tensor) throws IOException {
    Tensor flat = tensor.detach().cpu().contiguous();
    long bytes = flat.numel() * flat.element_size();
    for (long done = 0; done < bytes; done += PART) {
      WholeFile.writeFully(channel, part(flat, done, bytes));
    }
  }

  private static ByteBuffer part(Tensor flat, long from, long bytes) {
    BytePointer data = new BytePointer(flat.data_ptr());
    return data.position(from).limit(Math.min(bytes, from + PART)).asByteBuffer();
  }
}
