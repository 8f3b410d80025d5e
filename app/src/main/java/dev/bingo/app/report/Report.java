package dev.bingo.app.report;

import dev.bingo.image.Pixels;
import java.util.List;
import java.util.Map;

/**
 * Everything that a report shows; {@link HtmlReport} lays it out. A part that is null or empty is
 * left out, and so is a number that is NaN: nothing is shown that was not computed.
 *
 * @param title of the page
 * @param subtitle one line under it: data set, machine, date
 * @param summary what came out, a sentence each
 * @param results one row an encoder
 * @param resultNotes how the numbers were measured, a line each
 * @param charts of losses and accuracies
 * @param mosaic bags
 * @param map of embeddings
 * @param confusion of one encoder
 * @param recipes that made the runs
 * @param versions of everything that matters, and the machine
 * @param commands that make all this again
 */
public record Report(
    String title,
    String subtitle,
    List<String> summary,
    List<Result> results,
    List<String> resultNotes,
    List<Chart> charts,
    Mosaic mosaic,
    EmbeddingMap map,
    Confusion confusion,
    List<Recipe> recipes,
    Map<String, String> versions,
    List<String> commands) {
  public Report {
    summary = List.copyOf(summary);
    results = List.copyOf(results);
    resultNotes = List.copyOf(resultNotes);
    charts = List.copyOf(charts);
    recipes = List.copyOf(recipes);
    commands = List.copyOf(commands);
  }

  /** What an encoder is in the comparison; it decides the colour, in the table and in charts. */
  public enum Role {
    /** Never trained. */
    RANDOM,
    /** The student without a teacher: what the distilled one is measured against. */
    ALONE,
    /** The distilled student. */
    STUDENT,
    TEACHER,
    OTHER;

    String colour() {
      return "var(--role-" + name().toLowerCase(java.util.Locale.ROOT) + ")";
    }
  }

  /**
   * An encoder and its figures, each NaN where it was not measured.
   *
   * @param name for people
   * @param detail architecture, method, epochs
   * @param knnTop1 percent
   * @param linearTop1 percent
   * @param linearTop5 percent
   * @param parameters of the backbone
   * @param imagesPerSecond in training
   */
  public record Result(
      Role role,
      String name,
      String detail,
      double knnTop1,
      double linearTop1,
      double linearTop5,
      long parameters,
      double imagesPerSecond) {}

  /**
   * A line chart.
   *
   * @param note under it; may be empty
   */
  public record Chart(
      String title, String xLabel, String yLabel, List<Series> series, String note) {
    public Chart {
      series = List.copyOf(series);
    }
  }

  /**
   * A line.
   *
   * @param x ascending
   * @param y beside it; what is not finite is left out
   * @param chance the level of a blind guess, drawn dashed; NaN for none
   */
  public record Series(Role role, String name, double[] x, double[] y, double chance) {
    public Series {
      if (x.length != y.length) {
        throw new IllegalArgumentException(
            "series '" + name + "' has " + x.length + " x and " + y.length + " y");
      }
    }
  }

  /**
   * Some bags.
   *
   * @param title of its section
   * @param bags an anchor and its mates each
   * @param purityPercent share of all mates in the data set that have their anchor's class; NaN
   *     where classes aren't known
   * @param note under the title; may be empty
   */
  public record Mosaic(String title, List<Bag> bags, double purityPercent, String note) {
    public Mosaic {
      bags = List.copyOf(bags);
    }
  }

  /** An anchor and its mates, the nearest first. */
  public record Bag(Tile anchor, List<Tile> mates) {
    public Bag {
      mates = List.copyOf(mates);
    }
  }

  /**
   * A small image.
   *
   * @param label class, −1 where unknown
   * @param className of the class; may be empty
   */
  public record Tile(Pixels pixels, int label, String className) {}

  /**
   * Embeddings in the plane.
   *
   * @param points {@code [N][2]}
   * @param labels of the points, indices into {@code classes}; −1 where unknown
   * @param note how the map was made; may be empty
   */
  public record EmbeddingMap(double[][] points, int[] labels, List<String> classes, String note) {
    public EmbeddingMap {
      classes = List.copyOf(classes);
      if (points.length != labels.length) {
        throw new IllegalArgumentException(
            "the map has " + points.length + " points and " + labels.length + " labels");
      }
    }
  }

  /**
   * Which class was taken for which.
   *
   * @param counts {@code [true class][given class]}
   * @param note whose it is; may be empty
   */
  public record Confusion(long[][] counts, List<String> classes, String note) {
    public Confusion {
      classes = List.copyOf(classes);
      for (long[] row : counts) {
        if (row.length != counts.length || counts.length != classes.size()) {
          throw new IllegalArgumentException("a confusion matrix is square, a name a row");
        }
      }
    }
  }

  /** A recipe as it ran. */
  public record Recipe(String name, String yaml) {}
}
