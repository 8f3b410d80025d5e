package dev.bingo.export;

import dev.bingo.file.Printable;
import dev.bingo.weights.WholeFile;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import java.util.regex.Pattern;

/** What people must know of an exported file, in Markdown, beside it. */
public final class ModelCard {
  private static final String NOT_KNOWN = "not known";

  /**
   * What Markdown or HTML within it could take for markup, and what makes a link of a bare address.
   */
  private static final Pattern MARKUP =
      Pattern.compile("[\\\\`*\\[\\]<>|!#~&@]|(?<=[A-Za-z]):(?=//)|(?<=www)\\.");

  private final StringBuilder text = new StringBuilder();
  private final Map<String, String> about;

  private ModelCard(Map<String, String> about) {
    this.about = about;
  }

  /** The card of a file: its whole name and {@code .md}, so that each format has its own. */
  public static Path besides(Path file) {
    return file.resolveSibling(file.getFileName() + ".md");
  }

  /**
   * Writes the card, whole or not at all.
   *
   * @param about the file's metadata
   * @param use how it is loaded, in Markdown
   */
  public static void write(Path file, Map<String, String> about, String use) throws IOException {
    WholeFile.write(besides(file), new ModelCard(about).of(file.getFileName().toString(), use));
  }

  private String of(String name, String use) {
    line("# " + prose(name));
    line("");
    line(
        classifies()
            ? "A classifier of images of %s classes, trained by bingo on %s labelled images. An image of"
                    .formatted(prose(get("classes")), prose(get("labelled")))
                + " anything else gets one of them all the same."
            : "An image encoder, exported by bingo. It maps an image to %s numbers; images that look alike get"
                    .formatted(prose(get("width")))
                + " vectors of high cosine.");
    line("");
    line("| | |");
    line("|---|---|");
    row("architecture", get("architecture") + ", stem " + get("stem"));
    row("trained by", get("method"));
    if (classifies()) {
      row("classifier", get("classifier"));
      row("counts the same", get("counted"));
      row("calibration error", get("calibration_error"));
      row("labelled images, fingerprint", get("labelled_data"));
    } else {
      row("precision", get("precision"));
    }
    row("accuracy", get("accuracy"));
    row("checked", get("verification"));
    if (about.containsKey("fidelity")) {
      row("beside fp32", get("fidelity"));
    }
    if (about.containsKey("calibration")) {
      row("calibrated on", get("calibration"));
    }
    row("training data, fingerprint", get("data"));
    if (about.containsKey("derived_from")) {
      row("weights of others", get("derived_from"));
    }
    row("encoder file, SHA-256", get("encoder_sha256"));
    line("");
    line("## Preprocessing");
    line("");
    line(
        "RGB. The short side to %s pixels (bilinear, antialiased, as PIL), the centre of %s × %s, then"
                .formatted(prose(get("resize")), prose(get("image_size")), prose(get("image_size")))
            + " (value / 255 − mean) / std with");
    line("");
    block("", "mean = " + Printable.line(get("mean")) + "\nstd  = " + Printable.line(get("std")));
    line("");
    line("## Use");
    line("");
    line(use.strip());
    line("");
    line("## Recipe");
    line("");
    block("yaml", get("recipe").strip());
    return text.toString();
  }

  private boolean classifies() {
    return ClassifierHead.KIND.equals(about.get("kind"));
  }

  private String get(String key) {
    return about.getOrDefault(key, NOT_KNOWN);
  }

  private void row(String name, String value) {
    line("| " + name + " | " + prose(value) + " |");
  }

  /**
   * Metadata come with a file from anybody: they stay text, of one line, without links or markup.
   */
  private static String prose(String value) {
    return MARKUP.matcher(Printable.line(value)).replaceAll("\\\\$0");
  }

  /** Fenced by more backticks than any line within begins with. */
  private void block(String language, String content) {
    String clean = Printable.lines(content);
    String fence = "```";
    while (clean.contains(fence)) {
      fence += "`";
    }
    line(fence + language);
    line(clean);
    line(fence);
  }

  private void line(String line) {
    text.append(line).append('\n');
  }
}
