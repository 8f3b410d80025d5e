package dev.bingo.app.terminal;

import dev.bingo.file.Printable;
import java.io.PrintStream;

/**
 * Prints text without what steers a terminal, whoever composed it: names, metadata and messages
 * come from data sets and files of anybody's.
 */
public final class CleanStream extends PrintStream {
  private final PrintStream beneath;

  public CleanStream(PrintStream beneath) {
    super(beneath, true);
    this.beneath = beneath;
  }

  /** The stream itself, for who steers the terminal and cleans what it prints. */
  public static PrintStream beneath(PrintStream stream) {
    return stream instanceof CleanStream clean ? clean.beneath : stream;
  }

  @Override
  public void print(String text) {
    beneath.print(Printable.lines(String.valueOf(text)));
  }

  @Override
  public void print(Object text) {
    print(String.valueOf(text));
  }

  @Override
  public void print(char[] text) {
    print(String.valueOf(text));
  }

  @Override
  public void print(char text) {
    print(String.valueOf(text));
  }
}
