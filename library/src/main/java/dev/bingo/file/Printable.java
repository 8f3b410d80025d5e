package dev.bingo.file;

/**
 * Text of unknown origin (names of files, metadata, messages) for a terminal or a list: a question
 * mark stands for each character that steers a terminal, forges a line or turns the direction of
 * reading.
 */
public final class Printable {
  private static final int NON_JOINER = 0x200c;
  private static final int JOINER = 0x200d;

  private Printable() {}

  /** As a part of one line. */
  public static String line(String text) {
    return clean(text, "");
  }

  /** Line feeds and tabs stay. */
  public static String lines(String text) {
    return clean(text, "\n\t");
  }

  /**
   * As a cell of a table of values: one line, that no spreadsheet takes for a formula. An
   * apostrophe comes before what begins like one.
   */
  public static String cell(String text) {
    String line = line(text);
    boolean formula =
        !line.isEmpty() && "=+-@\uff1d\uff0b\uff0d\uff20".indexOf(line.charAt(0)) >= 0;
    return formula ? "'" + line : line;
  }

  /** {@link #cell} for a line of comma-separated values (RFC 4180). */
  public static String csv(String text) {
    return quoted(cell(text));
  }

  /** A text to the letter for a line of comma-separated values: in quotes where it must be. */
  public static String quoted(String text) {
    boolean plain = text.chars().noneMatch(c -> c == ',' || c == '"' || c == '\n' || c == '\r');
    return plain ? text : '"' + text.replace("\"", "\"\"") + '"';
  }

  /** Whether {@link #line} would leave a text as it is. */
  public static boolean isLine(String text) {
    return text.codePoints().allMatch(Printable::isHarmless);
  }

  private static String clean(String text, String allowed) {
    StringBuilder clean = new StringBuilder(text.length());
    text.codePoints()
        .forEach(c -> clean.appendCodePoint(isHarmless(c) || allowed.indexOf(c) >= 0 ? c : '?'));
    return clean.toString();
  }

  private static boolean isHarmless(int c) {
    return switch (Character.getType(c)) {
      case Character.CONTROL,
          Character.LINE_SEPARATOR,
          Character.PARAGRAPH_SEPARATOR,
          Character.SURROGATE ->
          false;
      // Marks of direction among them; the joiners are part of many languages' words.
      case Character.FORMAT -> c == NON_JOINER || c == JOINER;
      default -> true;
    };
  }
}
