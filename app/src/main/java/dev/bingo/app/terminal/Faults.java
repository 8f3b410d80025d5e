package dev.bingo.app.terminal;

import dev.bingo.file.Remediable;
import dev.bingo.file.Remedy;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import java.util.Locale;

/** What an error means for the person who started the run, and what to do. */
public final class Faults {
  private static final String GO_ON =
      " What was written before is whole: the same command, or for a training 'bingo train --resume"
          + " RUN', goes on.";

  private Faults() {}

  /** One or a few lines, without a stack trace. */
  public static String explain(Throwable e) {
    if (isOutOfMemory(e)) {
      return "out of memory: "
          + firstLine(e)
          + ". What helps: a smaller train.batch (train.accumulate keeps the step's size),"
          + " a smaller queue, a smaller data.size, data.memory=no; for the Java heap"
          + " JAVA_OPTS=-Xmx8g."
          + GO_ON;
    }
    if (e instanceof NoSuchFileException missing) {
      return missing.getFile() + ": no such file";
    }
    if (e instanceof AccessDeniedException denied) {
      return denied.getFile()
          + ": permission denied. Run as a user who may, or choose another place (--out)";
    }
    String message = e.getMessage() == null ? e.toString() : e.getMessage();
    return message + remedy(message, e) + (e instanceof FileSystemException ? advice(message) : "");
  }

  /** The command line's words for what the library says can be done. */
  private static String remedy(String message, Throwable e) {
    for (Throwable cause = e; cause != null; cause = cause.getCause()) {
      if (cause instanceof Remediable known && known.remedy() != Remedy.NONE) {
        String words = words(known.remedy(), known.subject());
        boolean lines = message.contains("\n");
        return (lines ? "\n" : message.endsWith(".") ? " " : ". ") + words;
      }
    }
    return "";
  }

  /**
   * The command line's words for what can be done.
   *
   * @param subject what it is done to; may be empty
   */
  public static String words(Remedy remedy, String subject) {
    return switch (remedy) {
      case NONE -> "";
      case ALLOW_CODE -> "Where you trust who made it: --allow-code, or teacher.allow_code=yes";
      case NAME_OUTPUT -> "--output NAME (in a recipe teacher.output) names one";
      case NAME_ARCHITECTURE ->
          "Give --arch where the guess is wrong, and --allow-missing 'PATTERN' for what may lack its"
              + " counterpart";
      case MORE_TIME -> "--run-seconds (in a recipe teacher.run_seconds) gives it more";
      case NAME_PART ->
          "--prefix " + subject + " (in a recipe data.train_prefix=" + subject + ") takes it";
      case MORE_BAD_IMAGES ->
          "--bad-images " + subject + " (in a recipe data.bad_images) lets them.";
      case BRING_BACK -> "A training goes on with 'bingo train --resume RUN'.";
      case MAKE_BAGS -> "'bingo bags' does";
      case NAME_LIST -> "bags.listing=FILE names it";
      case REBUILD_INDEX -> "--rebuild makes it anew";
      case OTHER_INDEX -> "--index names another, --rebuild makes this one anew";
      case RESUME -> "'bingo train --resume RUN' goes on with its run";
      case REPLAY ->
          "'bingo replay "
              + subject
              + "' runs the step again, in fp32 too. The settings to change are optimiser.lr,"
              + " schedule.warmup_epochs and train.clip_norm; train.precision=fp32 tells whether bf16"
              + " is to blame";
    };
  }

  /** Whether the heap, the machine's memory or the device's ran out. */
  public static boolean isOutOfMemory(Throwable e) {
    for (Throwable cause = e; cause != null; cause = cause.getCause()) {
      String text = String.valueOf(cause.getMessage()).toLowerCase(Locale.ROOT);
      if (cause instanceof OutOfMemoryError
          || (cause instanceof RuntimeException
              && (text.contains("can't allocate memory")
                  || text.contains("not enough memory")
                  || text.contains("out of memory")))) {
        return true;
      }
    }
    return false;
  }

  /** The system's own words, as Linux and macOS give them. */
  private static String advice(String message) {
    String text = message.toLowerCase(Locale.ROOT);
    if (text.contains("no space left") || text.contains("file too large")) {
      return ". Make room there, or choose another place (--out)." + GO_ON;
    }
    if (text.contains("quota")) {
      return ". Free or raise your quota there, or choose another place (--out)." + GO_ON;
    }
    if (text.contains("read-only")) {
      return ". It can't be written to: choose another place (--out).";
    }
    if (text.contains("input/output error") || text.contains("stale file handle")) {
      return ". The disk or its connection fails; mend that first." + GO_ON;
    }
    return "";
  }

  private static String firstLine(Throwable e) {
    return String.valueOf(e.getMessage()).lines().findFirst().orElse("");
  }
}
