package dev.bingo.image;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Rows of a CSV file as RFC 4180 has them: commas, quotes doubled inside quotes. */
final class CsvReader {
  private static final int LONGEST_FIELD = 1 << 20;

  private final BufferedReader lines;
  private final Path file;
  private int line;

  CsvReader(BufferedReader lines, Path file) {
    this.lines = lines;
    this.file = file;
  }

  /** Number of the line last read, from 1. */
  int line() {
    return line;
  }

  /** The next row's fields, or null at the end. */
  List<String> next() throws IOException {
    String text = lines.readLine();
    if (text == null) {
      return null;
    }
    line++;
    int start = line;
    List<String> fields = new ArrayList<>();
    StringBuilder field = new StringBuilder();
    boolean quoted = false;
    int i = 0;
    while (true) {
      if (i == text.length()) {
        if (!quoted) {
          fields.add(field.toString());
          return fields;
        }
        text = lines.readLine();
        if (text == null) {
          throw new ImageSetException(file + ", line " + start + ": a quote is not closed");
        }
        line++;
        field.append('\n');
        if (field.length() > LONGEST_FIELD) {
          throw new ImageSetException(file + ", line " + start + ": a quote is not closed");
        }
        i = 0;
        continue;
      }
      char c = text.charAt(i++);
      if (quoted && c == '"' && i < text.length() && text.charAt(i) == '"') {
        field.append('"');
        i++;
      } else if (c == '"' && (quoted || field.isEmpty())) {
        quoted = !quoted;
      } else if (c == ',' && !quoted) {
        fields.add(field.toString());
        field.setLength(0);
      } else {
        field.append(c);
      }
    }
  }
}
