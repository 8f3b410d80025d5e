package dev.bingo.spark;

import java.io.IOException;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;

/** Where images are and vectors go: never over what is no job's output, nor among the images. */
final class Places {
  private Places() {}

  /**
   * Refuses what would fail late, or delete what is no vectors.
   *
   * @throws IOException with what to do
   */
  static void check(String images, String out, boolean overwrite, Configuration hadoop)
      throws IOException {
    Path to = new Path(out);
    FileSystem system = to.getFileSystem(hadoop);
    to = system.makeQualified(to);
    Path pattern = new Path(images);
    FileStatus[] found = pattern.getFileSystem(hadoop).globStatus(pattern);
    if (found == null || found.length == 0) {
      throw new IOException("--images " + images + ": there is nothing of that name");
    }
    for (FileStatus status : found) {
      Path from = status.getPath();
      if (within(from, to) || within(to, from)) {
        throw new IOException(
            "--out %s and the images %s: one lies within the other; choose another --out"
                .formatted(to, from));
      }
    }
    if (system.exists(to)) {
      checkReplaced(to, overwrite, system);
    }
  }

  private static void checkReplaced(Path out, boolean overwrite, FileSystem system)
      throws IOException {
    if (!overwrite) {
      boolean whole = system.exists(new Path(out, "_SUCCESS"));
      throw new IOException(
          "--out %s exists%s; --overwrite replaces it"
              .formatted(out, whole ? "" : ", without a whole output (no _SUCCESS)"));
    }
    for (FileStatus file : system.listStatus(out)) {
      String name = file.getPath().getName();
      boolean ours = name.startsWith("_") || name.startsWith(".") || name.startsWith("part-");
      if (!ours || file.getPath().equals(out)) {
        throw new IOException(
            "--out %s holds '%s', which no such job wrote and --overwrite would delete; choose another"
                .formatted(out, name));
      }
    }
  }

  private static boolean within(Path path, Path folder) {
    for (Path at = path; at != null; at = at.getParent()) {
      if (at.equals(folder)) {
        return true;
      }
    }
    return false;
  }
}
