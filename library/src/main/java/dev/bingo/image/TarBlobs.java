package dev.bingo.image;

import dev.bingo.format.BadBytes;
import dev.bingo.format.ImageLimits;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.util.List;

/** Images inside archives. */
final class TarBlobs implements Blobs {
  private final List<TarFile> shards;
  private final int[] shard;
  private final long[] offset;
  private final long[] length;

  TarBlobs(List<TarFile> shards, int[] shard, long[] offset, long[] length) {
    this.shards = shards;
    this.shard = shard;
    this.offset = offset;
    this.length = length;
  }

  @Override
  public long length(int i) {
    return length[i];
  }

  @Override
  public long modified(int i) throws IOException {
    return Files.getLastModifiedTime(shards.get(shard[i]).path()).toMillis();
  }

  @Override
  public byte[] read(int i, long from, int count) throws IOException {
    int available = (int) Math.max(0, Math.min(count, length[i] - from));
    return shards.get(shard[i]).read(offset[i] + from, available);
  }

  @Override
  public ByteBuffer read(int i, ImageLimits limits, PixelBuffer buffer)
      throws IOException, BadBytes {
    FileBlobs.checkLength(length[i], limits);
    return shards.get(shard[i]).read(offset[i], buffer.encoded((int) length[i]));
  }

  @Override
  public void close() {
    closeAll(shards);
  }

  static void closeAll(List<TarFile> shards) {
    IOException first = null;
    for (TarFile shard : shards) {
      try {
        shard.close();
      } catch (IOException e) {
        first = first == null ? e : first;
      }
    }
    if (first != null) {
      throw new UncheckedIOException(first);
    }
  }
}
