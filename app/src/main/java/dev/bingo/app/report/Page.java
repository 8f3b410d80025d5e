package dev.bingo.app.report;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/** What all pages share: one file that loads nothing, and whose browser sees to it. */
final class Page {
  /** Tells a page of bingo's from anybody else's file. */
  private static final String GENERATOR = "<meta name=\"generator\" content=\"bingo\">\n";

  private static final int HEAD = 1024;

  private Page() {}

  /** Whether a file is a page of bingo's, which may be replaced by a newer one. */
  static boolean isOwn(Path file) throws IOException {
    try (InputStream in = Files.newInputStream(file)) {
      return new String(in.readNBytes(HEAD), StandardCharsets.UTF_8).contains(GENERATOR);
    }
  }

  /**
   * A page.
   *
   * @param styles files beside this class, in their order
   */
  static String of(String title, Html body, String... styles) {
    Html html = new Html();
    html.raw("<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n")
        .raw("<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n")
        .raw(GENERATOR)
        .raw("<meta name=\"color-scheme\" content=\"light dark\">\n")
        // The browser itself refuses anything that is not in this file.
        .raw("<meta http-equiv=\"Content-Security-Policy\"")
        .raw(" content=\"default-src 'none'; img-src data:; style-src 'unsafe-inline'\">\n")
        .element("title", title)
        .raw("<style>\n");
    for (String style : styles) {
      html.raw(text(style));
    }
    return html.raw("</style>\n</head>\n<body>\n<main>\n")
        .raw(body.toString())
        .raw("</main>\n</body>\n</html>\n")
        .toString();
  }

  private static String text(String name) {
    try (InputStream in = Page.class.getResourceAsStream(name)) {
      if (in == null) {
        throw new IllegalStateException(name + " is missing beside " + Page.class);
      }
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
