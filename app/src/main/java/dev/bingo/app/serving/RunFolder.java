package dev.bingo.app.serving;

import com.fasterxml.jackson.core.JacksonException;
import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.bingo.recipe.RecipeException;
import dev.bingo.run.RunSummary;
import dev.bingo.run.StopFile;
import dev.bingo.serve.Runs;
import dev.bingo.train.RunDirectory;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Stream;

/** Run directories: one, or all in a folder. */
public final class RunFolder implements Runs {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final int MOST_BYTES = 1 << 20;

  /** After so long without a word nobody can say whether it still runs. */
  private static final Duration SILENCE = Duration.ofMinutes(2);

  private final Path folder;
  private final Map<Path, Read> known = new ConcurrentHashMap<>();

  private record Read(long length, RunSummary summary) {}

  /** Of a run's directory, or of a folder with such. */
  public RunFolder(Path folder) {
    this.folder = folder;
  }

  /** Whether there is a run in it. */
  public static boolean holdsRuns(Path folder) throws IOException {
    return !new RunFolder(folder).directories().isEmpty();
  }

  private Map<String, Path> directories() throws IOException {
    Map<String, Path> all = new TreeMap<>();
    if (RunSummary.isRun(folder)) {
      all.put(folder.toAbsolutePath().normalize().getFileName().toString(), folder);
      return all;
    }
    try (Stream<Path> entries = Files.list(folder)) {
      entries
          .filter(entry -> Files.isDirectory(entry, LinkOption.NOFOLLOW_LINKS))
          .filter(RunSummary::isRun)
          .forEach(entry -> all.put(entry.getFileName().toString(), entry));
    }
    return all;
  }

  private Path directory(String name) throws IOException {
    Path directory = directories().get(name);
    if (directory == null) {
      throw new NoSuchFileException(name);
    }
    RunDirectory.checked(directory);
    return directory;
  }

  @Override
  public List<Run> list() throws IOException {
    List<Run> runs = new ArrayList<>();
    for (Map.Entry<String, Path> entry : directories().entrySet()) {
      try {
        runs.add(run(entry.getKey(), entry.getValue()));
      } catch (RecipeException | IOException e) {
        String why = "can't be read: " + e.getMessage();
        runs.add(new Run(entry.getKey(), why, "", 0, 0, 0, 0, Map.of()));
      }
    }
    return runs;
  }

  private Run run(String name, Path directory) throws IOException {
    Path metrics = RunDirectory.checked(directory).file(RunDirectory.METRICS);
    long length = Files.exists(metrics) ? Files.size(metrics) : 0;
    Read read = known.get(directory);
    if (read == null || read.length != length) {
      read = new Read(length, RunSummary.read(directory));
      known.put(directory, read);
    }
    RunSummary summary = read.summary;
    Path last = Files.exists(metrics) ? metrics : directory.resolve(RunDirectory.RECIPE);
    Duration quiet = Duration.between(Files.getLastModifiedTime(last).toInstant(), Instant.now());
    return new Run(
        name,
        state(directory, quiet),
        summary.method(),
        summary.epochs(),
        summary.epochsDone(),
        Math.max(0, quiet.toSeconds()),
        badImages(directory),
        summary.settings());
  }

  private static String state(Path directory, Duration quiet) {
    if (StopFile.isAsked(directory)) {
      return "asked to stop";
    }
    if (Files.exists(directory.resolve(RunDirectory.ENCODER))) {
      return "done";
    }
    return quiet.compareTo(SILENCE) < 0 ? "running" : "silent";
  }

  private static int badImages(Path directory) throws IOException {
    Path list = RunDirectory.checked(directory).file(RunDirectory.badImages("train"));
    if (!Files.exists(list)) {
      return 0;
    }
    try (Stream<String> lines = Files.lines(list)) {
      return (int) Math.max(0, lines.limit(1_000_000).count() - 1);
    }
  }

  @Override
  public Lines metrics(String name, long from) throws IOException {
    Path file = RunDirectory.checked(directory(name)).file(RunDirectory.METRICS);
    if (!Files.exists(file)) {
      return new Lines(0, List.of());
    }
    try (FileChannel channel =
        FileChannel.open(file, Set.of(StandardOpenOption.READ, LinkOption.NOFOLLOW_LINKS))) {
      // Shorter than before: the run went back to a checkpoint.
      long start = from > channel.size() ? 0 : from;
      ByteBuffer bytes = ByteBuffer.allocate((int) Math.min(MOST_BYTES, channel.size() - start));
      channel.position(start);
      while (bytes.hasRemaining() && channel.read(bytes) >= 0) {
        // reads on
      }
      int end = bytes.position();
      while (end > 0 && bytes.get(end - 1) != '\n') {
        end--;
      }
      String text = new String(bytes.array(), 0, end, StandardCharsets.UTF_8);
      List<Map<String, Object>> lines = new ArrayList<>();
      for (String line : (Iterable<String>) text.lines()::iterator) {
        lines.add(JSON.readValue(line, new TypeReference<>() {}));
      }
      return new Lines(start + end, lines);
    } catch (JacksonException e) {
      throw new IOException(file + ": is no file of metrics: " + e.getOriginalMessage(), e);
    }
  }

  @Override
  public void stop(String name) throws IOException {
    Path directory = directory(name);
    if (Files.exists(directory.resolve(RunDirectory.ENCODER))) {
      throw new IOException(name + " is done: there is nothing to stop");
    }
    StopFile.ask(directory);
  }
}
