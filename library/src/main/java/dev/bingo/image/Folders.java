package dev.bingo.image;

import java.io.IOException;
import java.nio.file.FileSystemLoopException;
import java.nio.file.FileVisitOption;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumSet;
import java.util.List;

/**
 * Folders of image files, or one such file. Sub-folders are classes, those without images too;
 * below a class everything is walked. Without sub-folders the set is unlabelled. Hidden files and
 * folders are left out, and so, counted, is all that is no image; links are followed, but not in
 * circles.
 */
final class Folders {
  private static final int MAX_DEPTH = 20;

  private record Found(String id, Path path) {}

  private Folders() {}

  /**
   * Opens a folder.
   *
   * @param prefix that led to it, for people; may be empty
   */
  static ImageSource open(Path root, String prefix, SourceOptions options) throws IOException {
    Walk walk = new Walk(root);
    Files.walkFileTree(root, EnumSet.of(FileVisitOption.FOLLOW_LINKS), MAX_DEPTH, walk);
    List<Found> found = walk.found;
    walk.folders.check(root.toString(), prefix, true);
    boolean byClass = found.stream().anyMatch(f -> f.id().indexOf('/') >= 0);
    if (byClass) {
      found.stream()
          .filter(f -> f.id().indexOf('/') < 0)
          .forEach(f -> walk.leftOut.add("beside the class folders"));
      found.removeIf(f -> f.id().indexOf('/') < 0);
    }
    if (found.isEmpty()) {
      throw new ImageSetException(
          "No images in "
              + root
              + ". Expected files that end in "
              + Names.ENDINGS
              + ", in a sub-folder for each class or directly inside; found "
              + Listing.of(root)
              + ".");
    }
    found.sort(Comparator.comparing(Found::id, Names.ORDER));
    List<String> ids = found.stream().map(Found::id).toList();
    Labels labels =
        byClass
            ? Labels.named(ids.stream().map(Folders::firstElement).toList(), walk.folders.top())
            : new Labels(Labels.unlabelled(ids.size()), List.of());
    Blobs blobs = new FileBlobs(found.stream().map(Found::path).toList());
    String what = Files.isDirectory(root) ? "folder " : "image ";
    return new EncodedSource(what + root, walk.leftOut, ids, labels, blobs, options);
  }

  private static String firstElement(String id) {
    return id.substring(0, id.indexOf('/'));
  }

  private static final class Walk extends SimpleFileVisitor<Path> {
    private final Path root;
    private final List<Found> found = new ArrayList<>();
    private final Splits folders = new Splits();
    private final LeftOut leftOut = new LeftOut();

    /** The id of the folder that is being walked, with a slash at its end. */
    private String prefix = "";

    Walk(Path root) {
      this.root = root;
    }

    @Override
    public FileVisitResult preVisitDirectory(Path folder, BasicFileAttributes attributes) {
      if (folder.equals(root)) {
        return FileVisitResult.CONTINUE;
      }
      String name = Names.element(folder);
      if (Names.isHidden(name)) {
        return FileVisitResult.SKIP_SUBTREE;
      }
      if (Names.isJunk(name)) {
        leftOut.add("folder " + name);
        return FileVisitResult.SKIP_SUBTREE;
      }
      folders.add(prefix, name);
      prefix = prefix + name + "/";
      return FileVisitResult.CONTINUE;
    }

    @Override
    public FileVisitResult postVisitDirectory(Path folder, IOException fault) throws IOException {
      if (fault != null) {
        throw fault;
      }
      prefix = prefix.substring(0, prefix.lastIndexOf('/', prefix.length() - 2) + 1);
      return FileVisitResult.CONTINUE;
    }

    @Override
    public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) {
      // What is no regular file stays in the list, so that reading it is reported as a bad image.
      String name = Names.element(file);
      if (attributes.isDirectory()) {
        leftOut.add("deeper than " + MAX_DEPTH + " folders");
      } else if (Names.isImage(name)) {
        found.add(new Found(prefix + name, file));
      } else if (!Names.isHidden(name)) {
        leftOut.file(name);
      }
      return FileVisitResult.CONTINUE;
    }

    @Override
    public FileVisitResult visitFileFailed(Path file, IOException fault) throws IOException {
      if (fault instanceof FileSystemLoopException) {
        return FileVisitResult.CONTINUE;
      }
      throw fault;
    }
  }
}
