package dev.bingo.train;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.bingo.file.FolderLock;
import dev.bingo.file.PlainFolder;
import dev.bingo.weights.WholeFile;
import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * Where a run writes: the resolved recipe, {@code metrics.jsonl}, TensorBoard events, checkpoints.
 * One process at a time. It may come from somebody else: nothing but plain files and folders is
 * opened in it.
 */
public final class RunDirectory implements Closeable {
  /** Names of files in it. */
  public static final String RECIPE = "recipe.yaml";

  public static final String METRICS = "metrics.jsonl";
  public static final String ENCODER = "encoder.safetensors";
  public static final String BAGS = "bags.npy";

  /** The encoder of the epoch that scored best. */
  public static final String BEST = "best.safetensors";

  /** What came out, for a browser. */
  public static final String REPORT = "report.html";

  /** What its encoder was judged to be worth later, likewise. */
  public static final String EVALUATION = "eval.html";

  /** Settings of a training by episodes. */
  public static final String FEW_SHOT_SETTINGS = "few-shot.json";

  /** What comes out of one. */
  public static final String FEW_SHOT = "few-shot.safetensors";

  /** Name of the folder of a teacher's keys. */
  public static final String KEYS = "keys";

  private static final String CHECKPOINTS = "checkpoints";
  private static final String EVENTS = "tensorboard";
  private static final List<String> FILES =
      List.of(
          RECIPE,
          METRICS,
          ENCODER,
          BEST,
          REPORT,
          EVALUATION,
          FEW_SHOT_SETTINGS,
          FEW_SHOT,
          Watchdog.FILE,
          badImages("train"),
          badImages("val"),
          BAGS,
          BAGS + ".ids",
          BAGS + ".json");
  private static final List<String> FOLDERS = List.of(CHECKPOINTS, EVENTS, Capture.FOLDER, KEYS);
  private static final Pattern STEP = Pattern.compile("step-\\d{9,18}\\.safetensors");
  private static final ObjectMapper JSON = new ObjectMapper();

  private final PlainFolder folder;
  private final FolderLock lock;
  private final FileChannel metrics;
  private final EventFile events;
  private final List<Path> made;

  /**
   * Opens or makes a run directory and takes its lock.
   *
   * @throws IOException where it can't be written, another process holds it, or {@link #checked}
   *     refuses it
   */
  public RunDirectory(Path path) throws IOException {
    folder = checked(path);
    made = missing(path.resolve(CHECKPOINTS));
    folder.makeFolder(CHECKPOINTS);
    lock =
        FolderLock.take(
            folder,
            "another process is training in this run directory; wait for it, or choose another");
    boolean opened = false;
    try {
      sweep("");
      sweep(CHECKPOINTS);
      metrics = folder.append(METRICS);
      events = new EventFile(folder, EVENTS);
      opened = true;
    } finally {
      if (!opened) {
        lock.close();
      }
    }
  }

  /**
   * Looks at a directory before anything in it is read or written; it need not be there.
   *
   * @throws FileSystemException about the first thing in it that is neither a plain file nor a
   *     folder, or is the one where a run has the other
   */
  public static PlainFolder checked(Path path) throws IOException {
    PlainFolder folder = new PlainFolder(path);
    folder.check("", 1);
    for (String name : FOLDERS) {
      folder.check(name, 2);
    }
    for (String name : FILES) {
      folder.file(name);
    }
    if (Files.isDirectory(folder.folder(CHECKPOINTS))) {
      checkpoints(folder);
    }
    return folder;
  }

  /** Name of the list of a set's bad images. */
  public static String badImages(String set) {
    return "bad-images-" + set + ".tsv";
  }

  /** The folder and those above it that are not there, the innermost first. */
  private static List<Path> missing(Path folder) {
    return Stream.iterate(folder.toAbsolutePath(), Path::getParent)
        .takeWhile(p -> p != null && Files.notExists(p))
        .toList();
  }

  /** Deletes what a process killed while it wrote a file has left. */
  private void sweep(String name) throws IOException {
    for (Path file : folder.list(name)) {
      if (WholeFile.isTemporary(file) && Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS)) {
        Files.deleteIfExists(file);
      }
    }
  }

  public Path path() {
    return folder.root();
  }

  /** The directory, whose files are opened through it. */
  PlainFolder folder() {
    return folder;
  }

  /** Writes a text file into the directory, whole or not at all. */
  public void write(String name, String text) throws IOException {
    WholeFile.write(folder.file(name), text);
  }

  /** Appends a line to {@code metrics.jsonl}, and its numbers to the TensorBoard events. */
  void log(long step, Map<String, ?> values) throws IOException {
    byte[] line = (JSON.writeValueAsString(values) + "\n").getBytes(StandardCharsets.UTF_8);
    try {
      WholeFile.writeFully(metrics, ByteBuffer.wrap(line));
      events.add(step, values);
    } catch (IOException e) {
      throw new FileSystemException(path() + "'s metrics and events", null, e.getMessage());
    }
  }

  /** Forces the metrics to disk. */
  long metricsLength() throws IOException {
    metrics.force(false);
    return metrics.position();
  }

  /**
   * Drops what was logged after a checkpoint.
   *
   * @param length bytes of metrics that stay
   * @param step the last that stays
   */
  void truncate(long length, long step) throws IOException {
    metrics.truncate(length);
    // Not beyond the end, should someone have shortened the file: that would leave zeros.
    metrics.position(Math.min(length, metrics.size()));
    events.restart(step + 1);
  }

  Path checkpoint(long step) throws IOException {
    return folder.file(CHECKPOINTS + String.format(Locale.ROOT, "/step-%09d.safetensors", step));
  }

  /** Checkpoints, newest first. */
  List<Path> checkpoints() throws IOException {
    return checkpoints(folder);
  }

  private static List<Path> checkpoints(PlainFolder folder) throws IOException {
    List<Path> found = new ArrayList<>();
    for (Path file : folder.list(CHECKPOINTS)) {
      String name = file.getFileName().toString();
      if (STEP.matcher(name).matches()) {
        found.add(folder.file(CHECKPOINTS + "/" + name));
      }
    }
    found.sort(Comparator.comparing((Path f) -> f.getFileName().toString()).reversed());
    return found;
  }

  /** Renames damaged checkpoints, so that they are counted and read no more. */
  void setAside(List<Path> damaged) throws IOException {
    for (Path file : damaged) {
      Files.move(
          file,
          folder.file(CHECKPOINTS + "/" + file.getFileName() + ".damaged"),
          StandardCopyOption.REPLACE_EXISTING);
    }
  }

  /** Deletes all but the newest checkpoints. */
  public void prune(int keep) throws IOException {
    List<Path> all = checkpoints();
    for (Path old : all.subList(Math.min(keep, all.size()), all.size())) {
      Files.deleteIfExists(old);
    }
  }

  @Override
  public void close() throws IOException {
    try (lock) {
      events.close();
      boolean begun = made.isEmpty() || metrics.size() > 0 || !checkpoints().isEmpty();
      metrics.close();
      if (!begun) {
        deleteUnused();
      }
    }
  }

  /** A start that failed leaves no folder of its own, but where others wrote into it. */
  private void deleteUnused() throws IOException {
    Set<String> own = Set.of(CHECKPOINTS, METRICS, "lock");
    List<Path> all = folder.list("");
    if (!all.stream().allMatch(f -> own.contains(f.getFileName().toString()))) {
      return;
    }
    Files.delete(folder.file(METRICS));
    Files.delete(folder.file("lock"));
    for (Path one : made) {
      try {
        Files.delete(one);
      } catch (DirectoryNotEmptyException e) {
        return; // another run's
      }
    }
  }
}
