package dev.bingo.file;

import java.io.Closeable;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.HashSet;
import java.util.Set;

/** One holder at a time, in this process and all others, by a file {@code lock} in the folder. */
public final class FolderLock implements Closeable {
  private static final String NAME = "lock";

  /** A system drops all of a process's locks on a file with the first of its channels to close. */
  private static final Set<Object> HELD_HERE = new HashSet<>();

  private final Object key;
  private final FileChannel channel;
  private final FileLock lock;

  private FolderLock(Object key, FileChannel channel, FileLock lock) {
    this.key = key;
    this.channel = channel;
    this.lock = lock;
  }

  /**
   * Takes the lock.
   *
   * @param folder that is there
   * @param busy what is said where another holds it, after the folder's name
   * @throws IOException where another holds it, or it can't be had
   */
  public static FolderLock take(PlainFolder folder, String busy) throws IOException {
    synchronized (HELD_HERE) {
      Path file = folder.file(NAME);
      // Found by its file, and not opened where it is held here: closing it again would let go.
      Object key = Files.exists(file) ? key(file) : null;
      if (key != null && HELD_HERE.contains(key)) {
        throw busy(folder, busy);
      }
      FileChannel channel = folder.append(NAME);
      FileLock lock = null;
      try {
        lock = channel.tryLock();
      } catch (OverlappingFileLockException e) {
        // Held by a copy of this class: refused below.
      } finally {
        if (lock == null) {
          channel.close();
        }
      }
      if (lock == null) {
        throw busy(folder, busy);
      }
      FolderLock taken = new FolderLock(key(file), channel, lock);
      HELD_HERE.add(taken.key);
      return taken;
    }
  }

  private static IOException busy(PlainFolder folder, String words) {
    return new IOException(folder.root() + ": " + words);
  }

  private static Object key(Path file) throws IOException {
    Object key = Files.readAttributes(file, BasicFileAttributes.class).fileKey();
    return key != null ? key : file.toRealPath();
  }

  @Override
  public void close() throws IOException {
    synchronized (HELD_HERE) {
      try (channel) {
        lock.release();
      } finally {
        HELD_HERE.remove(key);
      }
    }
  }
}
