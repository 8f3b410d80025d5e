package dev.bingo.app.terminal;

import dev.bingo.train.Listener;
import java.util.Locale;

/** The line of a training: where it stands after each step, with the figures of the last report. */
final class TrainingLine {
  /** From this share of the time on the loader, not the step, sets the pace. */
  private static final double LOADER_BOUND = 0.2;

  private final TerminalConsole console;
  private final String name;
  private final Pace pace = new Pace();
  private Listener.Step report;
  private int reports;
  private boolean loaderNamed;

  TrainingLine(TerminalConsole console, String name) {
    this.console = console;
    this.name = name;
  }

  /** A step's figures. */
  void report(Listener.Step step) {
    report = step;
    reports++;
    // The first report waits for the first batch, whatever the loader's pace.
    if (reports > 1 && !loaderNamed && step.waitShare() >= LOADER_BOUND) {
      loaderNamed = true;
      console.say(
          String.format(
              Locale.ROOT,
              "the loader is the bottleneck (%.0f %% of the time is spent waiting for it): more"
                  + " train.loader_threads, smaller images, or data.memory=yes",
              100 * step.waitShare()));
    }
  }

  /**
   * A step is done.
   *
   * @param epoch from 0
   */
  void taken(int epoch, int epochs, long step, long steps) {
    pace.at(console.now(), step);
    Line line =
        new Line()
            .part(5, name)
            .part(3, "epoch %d/%d".formatted(epoch + 1, epochs))
            .part(2, String.format(Locale.ROOT, "step %,d/%,d", step, steps));
    if (report != null) {
      Double fill = report.figures().get("queue_fill");
      line.part(0, String.format(Locale.ROOT, "loss %.3f", report.loss()))
          .part(4, String.format(Locale.ROOT, "chance %.3f", report.chanceLoss()))
          .part(
              7,
              fill != null && fill < 1
                  ? String.format(Locale.ROOT, "queue %.0f %%", 100 * fill)
                  : "")
          .part(6, String.format(Locale.ROOT, "%,.0f images/s", report.imagesPerSecond()))
          .part(8, String.format(Locale.ROOT, "wait %.0f %%", 100 * report.waitShare()));
    }
    console.live(line.part(1, pace.left(steps - step)), step >= steps);
  }
}
