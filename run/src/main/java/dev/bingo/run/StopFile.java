package dev.bingo.run;

import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;

/**
 * Requests to stop that another program makes by a file in the run's directory. A process's number
 * would be no way: that of a process that has ended may be anybody's by now.
 */
public final class StopFile implements StopRequests {
  private static final String NAME = "stop";
  private static final long EVERY_MILLIS = 500;

  private final Path file;
  private final Console console;

  /** For the training in this directory. */
  public StopFile(Path directory, Console console) {
    file = directory.resolve(NAME);
    this.console = console;
  }

  /** Asks the training in a directory; it takes the file away when it has seen it. */
  public static void ask(Path directory) throws IOException {
    try {
      Files.createFile(directory.resolve(NAME));
    } catch (FileAlreadyExistsException e) {
      // It has been asked, and has not seen it yet.
    }
  }

  /** Whether somebody has asked, and nobody has seen it. */
  public static boolean isAsked(Path directory) {
    return Files.exists(directory.resolve(NAME), LinkOption.NOFOLLOW_LINKS);
  }

  @Override
  public Listening listen(Runnable stop) {
    taken(); // left by somebody who asked when nothing ran here
    ScheduledExecutorService looks =
        Executors.newSingleThreadScheduledExecutor(
            work -> {
              Thread thread = new Thread(work, "bingo-stop-file");
              thread.setDaemon(true);
              return thread;
            });
    ScheduledFuture<?> unused =
        looks.scheduleWithFixedDelay(
            () -> {
              if (taken()) {
                console.say("stopping, as was asked by " + file + ": a checkpoint after this step");
                stop.run();
              }
            },
            EVERY_MILLIS,
            EVERY_MILLIS,
            TimeUnit.MILLISECONDS);
    return looks::shutdownNow;
  }

  private boolean taken() {
    try {
      return Files.deleteIfExists(file);
    } catch (IOException e) {
      return false; // a folder of that name, or a directory that can't be written: no request
    }
  }
}
