package dev.bingo.image;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/** An archive that stays packed; its members are read where they lie. */
final class TarFile implements AutoCloseable {
  private final Path path;
  private volatile FileChannel channel;
  private boolean closed;

  TarFile(Path path) throws IOException {
    this.path = path;
    this.channel = FileChannel.open(path, StandardOpenOption.READ);
  }

  Path path() {
    return path;
  }

  long size() throws IOException {
    return channel.size();
  }

  byte[] read(long offset, int count) throws IOException {
    byte[] bytes = new byte[count];
    return FileBlobs.cut(bytes, read(offset, ByteBuffer.wrap(bytes)).limit());
  }

  /** As {@link FileBlobs#read(FileChannel, long, ByteBuffer)}. */
  ByteBuffer read(long offset, ByteBuffer into) throws IOException {
    while (true) {
      FileChannel used = channel;
      try {
        return FileBlobs.read(used, offset, into);
      } catch (ClosedChannelException e) {
        // An interrupt of one reading thread closes the channel under all of them.
        reopen(used, e);
      }
    }
  }

  private synchronized void reopen(FileChannel used, ClosedChannelException cause)
      throws IOException {
    if (closed) {
      throw cause;
    }
    if (channel == used) {
      channel = FileChannel.open(path, StandardOpenOption.READ);
    }
  }

  @Override
  public synchronized void close() throws IOException {
    closed = true;
    channel.close();
  }
}
