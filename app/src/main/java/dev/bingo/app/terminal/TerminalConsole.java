package dev.bingo.app.terminal;

import dev.bingo.file.Printable;
import dev.bingo.run.Console;
import dev.bingo.train.Listener;
import java.io.PrintStream;
import java.time.Duration;
import java.util.Locale;

/**
 * What a person sees while work goes on, on stderr: one line that renews itself on a terminal,
 * plain lines now and then elsewhere.
 */
public final class TerminalConsole implements Console {
  private static final long PLAIN_NANOS = 10_000_000_000L;

  /** From this share of the time on the loader, not the step, sets the pace. */
  private static final double LOADER_BOUND = 0.2;

  private static final String MORE_FROM_THE_LOADER =
      " (loader-bound: more train.loader_threads, smaller images, or data.memory=yes)";

  private final PrintStream out;
  private final boolean terminal;
  private String task = "";
  private long started;
  private long shown;
  private int width;
  private long firstStep = -1;
  private long firstNanos;
  private boolean loaderNamed;

  public TerminalConsole(PrintStream out, boolean terminal) {
    this.out = out;
    this.terminal = terminal;
  }

  /** On stderr; the launcher knows whether that is a terminal. */
  public static TerminalConsole standard() {
    return new TerminalConsole(
        CleanStream.beneath(System.err), Boolean.getBoolean("bingo.terminal"));
  }

  /** A line that stays. */
  @Override
  public synchronized void say(String message) {
    clear();
    out.println(Printable.lines(message));
    out.flush();
  }

  /** Begins something that is counted. */
  @Override
  public synchronized void begin(String what) {
    clear();
    task = Printable.line(what);
    started = System.nanoTime();
    shown = terminal ? 0 : started;
  }

  /** So much of it is done. */
  @Override
  public synchronized void progress(long done, long total) {
    long now = System.nanoTime();
    boolean last = done >= total;
    if (!last && now - shown < (terminal ? 200_000_000L : PLAIN_NANOS)) {
      return;
    }
    shown = now;
    double seconds = (now - started) / 1e9;
    double rate = done / Math.max(1e-9, seconds);
    String line =
        String.format(
            Locale.ROOT,
            "%s  %,d/%,d  %,.0f/s  %s",
            task,
            done,
            total,
            rate,
            last ? "took " + time(seconds) : "left " + time((total - done) / Math.max(1e-9, rate)));
    show(line, last);
  }

  /** A step of a training. */
  @Override
  public synchronized void step(String name, Listener.Step s) {
    long now = System.nanoTime();
    boolean last = s.step() >= s.totalSteps();
    boolean first = firstStep < 0;
    if (first) {
      firstStep = s.step();
      firstNanos = now;
    }
    if (!last && now - shown < (terminal ? 100_000_000L : PLAIN_NANOS)) {
      return;
    }
    shown = now;
    // The first step waits for the first batch, whatever the loader's pace.
    boolean nameLoader = !first && !loaderNamed && s.waitShare() >= LOADER_BOUND;
    loaderNamed |= nameLoader;
    double pace = first ? 0 : (now - firstNanos) / 1e9 / (s.step() - firstStep);
    Double fill = s.figures().get("queue_fill");
    String line =
        String.format(
            Locale.ROOT,
            "%s  epoch %d/%d  step %,d/%,d  loss %.3f (chance %.3f)%s  %,.0f images/s  wait %.0f %%%s%s",
            Printable.line(name),
            s.epoch() + 1,
            s.epochs(),
            s.step(),
            s.totalSteps(),
            s.loss(),
            s.chanceLoss(),
            fill != null && fill < 1
                ? String.format(Locale.ROOT, "  queue %.0f %%", 100 * fill)
                : "",
            s.imagesPerSecond(),
            100 * s.waitShare(),
            nameLoader ? MORE_FROM_THE_LOADER : "",
            // One step alone, with all that is slow but once, says nothing of the pace.
            first ? "" : "  left " + time((s.totalSteps() - s.step()) * pace));
    show(line, last || nameLoader);
  }

  /** Forgets the pace of the training before. */
  @Override
  public synchronized void newTraining() {
    firstStep = -1;
    loaderNamed = false;
    shown = terminal ? 0 : System.nanoTime();
  }

  private void show(String line, boolean stay) {
    if (!terminal) {
      out.println(line);
    } else {
      out.print("\r" + line + " ".repeat(Math.max(0, width - line.length())));
      width = line.length();
      if (stay) {
        out.println();
        width = 0;
      }
    }
    out.flush();
  }

  private void clear() {
    if (terminal && width > 0) {
      out.print("\r" + " ".repeat(width) + "\r");
      width = 0;
    }
  }

  /** 75 seconds are {@code 1:15}. */
  static String time(double seconds) {
    Duration d = Duration.ofSeconds(Math.round(seconds));
    return d.toHours() > 0
        ? String.format(
            Locale.ROOT, "%d:%02d:%02d", d.toHours(), d.toMinutesPart(), d.toSecondsPart())
        : String.format(Locale.ROOT, "%d:%02d", d.toMinutes(), d.toSecondsPart());
  }
}
