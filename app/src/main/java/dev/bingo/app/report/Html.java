package dev.bingo.app.report;

import dev.bingo.file.Printable;
import java.util.Locale;

/** Text on its way into HTML. */
final class Html {
  private final StringBuilder out = new StringBuilder(1 << 16);

  /** Appends markup as it is; arguments are formatted without regard to the locale. */
  Html raw(String markup, Object... arguments) {
    out.append(arguments.length == 0 ? markup : String.format(Locale.ROOT, markup, arguments));
    return this;
  }

  /** Appends text, escaped. */
  Html text(String text) {
    out.append(escape(text));
    return this;
  }

  /** An element that holds only text. */
  Html element(String name, String text) {
    return raw("<" + name + ">").text(text).raw("</" + name.split(" ", 2)[0] + ">\n");
  }

  /** Safe between tags and in quoted attributes, and {@link Printable}. */
  static String escape(String text) {
    StringBuilder safe = new StringBuilder(text.length() + 16);
    for (char c : Printable.lines(text).toCharArray()) {
      switch (c) {
        case '&' -> safe.append("&amp;");
        case '<' -> safe.append("&lt;");
        case '>' -> safe.append("&gt;");
        case '"' -> safe.append("&quot;");
        case '\'' -> safe.append("&#39;");
        default -> safe.append(c);
      }
    }
    return safe.toString();
  }

  /** A number with so many decimals, or a dash where there is none. */
  static String number(double value, int decimals) {
    return Double.isFinite(value) ? String.format(Locale.ROOT, "%,." + decimals + "f", value) : "–";
  }

  @Override
  public String toString() {
    return out.toString();
  }
}
