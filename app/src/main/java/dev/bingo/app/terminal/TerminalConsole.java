package dev.bingo.app.terminal;

import dev.bingo.file.Printable;
import dev.bingo.run.Console;
import dev.bingo.train.Listener;
import java.io.PrintStream;
import java.time.Duration;
import java.util.Locale;
import java.util.function.LongSupplier;

/**
 * What a person sees while work goes on, on stderr: one line that renews itself on a terminal,
 * plain lines now and then elsewhere, less often the longer it takes.
 */
public final class TerminalConsole implements Console {
  private static final long TERMINAL_NANOS = 100_000_000L;
  private static final long PLAIN_FIRST_NANOS = 2_000_000_000L;
  private static final long PLAIN_MOST_NANOS = 60_000_000_000L;
  private static final int USUAL_COLUMNS = 80;

  private final PrintStream out;
  private final boolean terminal;
  private final int columns;
  private final LongSupplier clock;
  private String task = "";
  private Pace pace = new Pace();
  private TrainingLine training;
  private long started;
  private long shown;
  private long apart;
  private int width;

  public TerminalConsole(PrintStream out, boolean terminal) {
    this(out, terminal, USUAL_COLUMNS, System::nanoTime);
  }

  /**
   * @param columns of the terminal
   * @param clock nanoseconds
   */
  TerminalConsole(PrintStream out, boolean terminal, int columns, LongSupplier clock) {
    this.out = out;
    this.terminal = terminal;
    this.columns = columns;
    this.clock = clock;
    restart();
  }

  /** On stderr; the launcher knows whether that is a terminal, and how wide. */
  public static TerminalConsole standard() {
    return new TerminalConsole(
        CleanStream.beneath(System.err),
        Boolean.getBoolean("bingo.terminal"),
        Math.max(20, Integer.getInteger("bingo.columns", USUAL_COLUMNS)),
        System::nanoTime);
  }

  /** Nanoseconds, of no particular start. */
  long now() {
    return clock.getAsLong();
  }

  /** A line that stays. */
  @Override
  public synchronized void say(String message) {
    clear();
    out.println(Printable.lines(message));
    out.flush();
  }

  /** Begins something that is counted, and says so: its first piece may take long. */
  @Override
  public synchronized void begin(String what) {
    clear();
    task = Printable.line(what);
    pace = new Pace();
    restart();
    print(task + " ...", false);
  }

  /** So much of it is done. */
  @Override
  public synchronized void progress(long done, long total) {
    boolean last = done >= total;
    pace.at(now(), done);
    double rate = pace.perSecond();
    live(
        new Line()
            .part(0, task)
            .part(1, String.format(Locale.ROOT, "%,d/%,d", done, total))
            .part(3, Double.isNaN(rate) ? "" : rate(rate))
            .part(2, last ? "took " + time((now() - started) / 1e9) : pace.left(total - done)),
        last);
  }

  /** A training begins: its first step may take long. */
  @Override
  public synchronized void newTraining(String name) {
    training = new TrainingLine(this, Printable.line(name));
    begin(name + "  starting");
  }

  @Override
  public synchronized void step(Listener.Step step) {
    training.report(step);
  }

  @Override
  public synchronized void stepTaken(int epoch, int epochs, long step, long totalSteps) {
    training.taken(epoch, epochs, step, totalSteps);
  }

  private void restart() {
    started = now();
    shown = started;
    apart = terminal ? TERMINAL_NANOS : PLAIN_FIRST_NANOS;
  }

  /**
   * Shows where something stands, in place of the line before, if it is time for a line.
   *
   * @param stay whether it is the last: shown at all events, and left there
   */
  synchronized void live(Line line, boolean stay) {
    long now = now();
    if (!stay && now - shown < apart) {
      return;
    }
    shown = now;
    if (!terminal) {
      apart = Math.min(2 * apart, PLAIN_MOST_NANOS);
    }
    // A line as wide as the terminal would be wrapped, and the next one begin below it.
    print(line.within(columns - 1), stay);
  }

  private void print(String line, boolean stay) {
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

  private static String rate(double perSecond) {
    return String.format(Locale.ROOT, perSecond < 10 ? "%.1f/s" : "%,.0f/s", perSecond);
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
