package dev.bingo.file;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.List;

/**
 * A folder that somebody else may have filled, such as a run directory that was sent: below it
 * nothing but plain files and folders is opened. A link could lead to any of the user's own files,
 * a pipe or a device may never end. The folder itself may be reached by links: the user named it.
 *
 * <p>Who can change the folder while it is worked in can still exchange a file between the check
 * and the opening; what is written is opened without following links all the same.
 */
public final class PlainFolder {
  private final Path root;

  /** Opens and makes nothing. */
  public PlainFolder(Path root) {
    this.root = root;
  }

  /** As it was given. */
  public Path root() {
    return root;
  }

  /**
   * The path of a file, which is a plain one or not there yet.
   *
   * @param name relative to the folder
   * @throws FileSystemException where it, or a folder on the way to it, is anything else
   */
  public Path file(String name) throws IOException {
    Path relative = below(name);
    Path file = root.resolve(relative);
    if (relative.getParent() != null) {
      folder(relative.getParent());
    }
    BasicFileAttributes found = attributes(file);
    if (found != null && !found.isRegularFile()) {
      throw refusal(file, found, "a plain file");
    }
    return file;
  }

  /**
   * The path of a folder, which is a plain one or not there yet.
   *
   * @param name relative to the folder
   * @throws FileSystemException where it, or a folder on the way to it, is anything else
   */
  public Path folder(String name) throws IOException {
    return folder(below(name));
  }

  private static Path below(String name) {
    Path relative = Path.of(name);
    if (relative.isAbsolute()
        || relative.startsWith("..")
        || !relative.normalize().equals(relative)) {
      throw new IllegalArgumentException("'" + name + "' does not lie below the folder");
    }
    return relative;
  }

  private Path folder(Path relative) throws IOException {
    Path at = root;
    for (Path name : relative) {
      at = at.resolve(name);
      BasicFileAttributes found = name.toString().isEmpty() ? null : attributes(at);
      if (found != null && !found.isDirectory()) {
        throw refusal(at, found, "a plain folder");
      }
    }
    return at;
  }

  /** As {@link #folder}, made where it is not there. */
  public Path makeFolder(String name) throws IOException {
    return Files.createDirectories(folder(name));
  }

  /** What lies in a folder below, or in the folder itself where the name is empty; unordered. */
  public List<Path> list(String name) throws IOException {
    return list(folder(name));
  }

  private static List<Path> list(Path folder) throws IOException {
    List<Path> found = new ArrayList<>();
    try (DirectoryStream<Path> entries = Files.newDirectoryStream(folder)) {
      entries.forEach(found::add);
    } catch (DirectoryIteratorException e) {
      throw e.getCause();
    }
    return found;
  }

  /**
   * Refuses a folder below in which anything but plain files and folders lies.
   *
   * @param name of the folder; empty for this one
   * @param depth how many levels of folders to look at
   */
  public void check(String name, int depth) throws IOException {
    Path folder = folder(name);
    if (Files.isDirectory(folder)) {
      check(folder, depth);
    }
  }

  private static void check(Path folder, int depth) throws IOException {
    for (Path entry : list(folder)) {
      BasicFileAttributes found = attributes(entry);
      if (found != null && found.isDirectory() && depth > 1) {
        check(entry, depth - 1);
      } else if (found != null && !found.isDirectory() && !found.isRegularFile()) {
        throw refusal(entry, found, "only plain files and folders");
      }
    }
  }

  /**
   * Opens a file to write on behind what it holds, and makes it where it is not there.
   *
   * @throws FileSystemException where it is no plain file, or has a second name (a hard link),
   *     under which it may be somebody's file elsewhere
   */
  public FileChannel append(String name) throws IOException {
    Path file = file(name);
    if (file.getFileSystem().supportedFileAttributeViews().contains("unix")
        && Files.exists(file, LinkOption.NOFOLLOW_LINKS)
        && (int) Files.getAttribute(file, "unix:nlink", LinkOption.NOFOLLOW_LINKS) > 1) {
      throw new FileSystemException(
          file.toString(),
          null,
          "has a second name (a hard link), so that what is written to it could land in a file"
              + " elsewhere. Put a copy in its place");
    }
    FileChannel channel =
        FileChannel.open(
            file, StandardOpenOption.CREATE, StandardOpenOption.WRITE, LinkOption.NOFOLLOW_LINKS);
    channel.position(channel.size());
    return channel;
  }

  private static BasicFileAttributes attributes(Path file) throws IOException {
    try {
      return Files.readAttributes(file, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
    } catch (NoSuchFileException e) {
      return null;
    }
  }

  private static FileSystemException refusal(
      Path file, BasicFileAttributes found, String expected) {
    String kind =
        found.isSymbolicLink()
            ? "is a symbolic link"
            : found.isDirectory()
                ? "is a folder"
                : found.isRegularFile() ? "is a file" : "is a pipe, a socket or a device";
    return new FileSystemException(
        file.toString(),
        null,
        kind
            + ", where "
            + expected
            + " may be: it could lead to files elsewhere, or never end. Remove it, or put in its"
            + " place what is meant");
  }
}
