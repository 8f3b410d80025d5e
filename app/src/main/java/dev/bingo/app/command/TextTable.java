package dev.bingo.app.command;

import dev.bingo.file.Printable;
import java.util.ArrayList;
import java.util.List;

/** Names of files in a table of 80 columns, and in lists for programs. */
final class TextTable {
  static final int COLUMNS = 80;

  private TextTable() {}

  /** A name in so many columns: of one that is longer the middle goes, since its end tells most. */
  static String fit(String name, int columns) {
    String line = Printable.line(name);
    int length = line.codePointCount(0, line.length());
    if (length <= columns) {
      return line;
    }
    int head = (columns - 1) / 3;
    int tail = columns - 1 - head;
    return line.substring(0, line.offsetByCodePoints(0, head))
        + "…"
        + line.substring(line.offsetByCodePoints(line.length(), -tail));
  }

  /** A sentence in lines of so many columns, between words; a word that is longer is shortened. */
  static List<String> wrap(String sentence, int columns) {
    List<String> lines = new ArrayList<>();
    StringBuilder line = new StringBuilder();
    for (String word : Printable.line(sentence).split("(?<=\\S) (?=\\S)", -1)) {
      if (line.length() > 0 && line.length() + 1 + word.length() > columns) {
        lines.add(line.toString());
        line.setLength(0);
      }
      line.append(line.length() == 0 ? "" : " ").append(fit(word, columns));
    }
    lines.add(line.toString());
    return lines;
  }
}
