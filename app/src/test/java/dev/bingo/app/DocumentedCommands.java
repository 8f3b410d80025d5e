package dev.bingo.app;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import picocli.CommandLine;

/** The commands that README, docs and {@code --help} show. */
final class DocumentedCommands {
  private static final Pattern START =
      Pattern.compile("(?:\\$ |[A-Z_]+=\\S+ )*(?:\\./)?bingo (.*)");
  private static final Pattern INLINE = Pattern.compile("`(?:\\./)?bingo ([^`]+)`");
  private static final Pattern WORD = Pattern.compile("'([^']*)'|\"([^\"]*)\"|(\\S+)");

  /**
   * One command.
   *
   * @param where file and line, or the command whose help shows it
   * @param words after {@code bingo}
   */
  record Shown(String where, List<String> words) {
    @Override
    public String toString() {
      return where + ": bingo " + String.join(" ", words);
    }
  }

  private DocumentedCommands() {}

  /** In blocks: commands as a whole. */
  static List<Shown> blocks() throws IOException {
    List<Shown> all = new ArrayList<>();
    for (Path page : pages()) {
      List<String> lines = Files.readAllLines(page);
      boolean inside = false;
      List<String> block = new ArrayList<>();
      for (int i = 0; i < lines.size(); i++) {
        if (!lines.get(i).startsWith("```")) {
          block.add(inside ? lines.get(i) : "");
          continue;
        }
        inside = !inside;
        block.add("");
      }
      add(all, page.getFileName().toString(), block);
    }
    help(all, Bingo.commandLine());
    return all;
  }

  /** In a sentence, where a part of a command may stand for the whole. */
  static List<Shown> inSentences() throws IOException {
    List<Shown> all = new ArrayList<>();
    for (Path page : pages()) {
      Matcher inline = INLINE.matcher(Files.readString(page));
      while (inline.find()) {
        String text = inline.group(1).replaceAll("\\s+", " ");
        all.add(new Shown(page.getFileName().toString(), words(text)));
      }
    }
    return all;
  }

  private static void help(List<Shown> all, CommandLine command) {
    String name = command.getCommandSpec().qualifiedName() + " --help";
    List<String> lines = new ArrayList<>();
    for (String text : command.getCommandSpec().usageMessage().footer()) {
      lines.addAll(CommandLine.Help.Ansi.OFF.string(text).lines().map(String::strip).toList());
    }
    add(all, name, lines);
    command.getSubcommands().values().stream()
        .filter(sub -> sub.getCommandSpec().parent() == command.getCommandSpec())
        .forEach(sub -> help(all, sub));
  }

  private static void add(List<Shown> all, String where, List<String> lines) {
    for (int i = 0; i < lines.size(); i++) {
      Matcher start = START.matcher(lines.get(i).strip());
      if (!start.matches()) {
        continue;
      }
      int first = i + 1;
      StringBuilder text = new StringBuilder(uncommented(start.group(1)));
      while (text.toString().endsWith("\\") && i + 1 < lines.size()) {
        text.setLength(text.length() - 1);
        text.append(uncommented(lines.get(++i).strip()));
      }
      all.add(new Shown(where + ":" + first, words(text.toString())));
    }
  }

  /** Without a comment, and what a pipe or a redirection does with it. */
  private static String uncommented(String line) {
    return line.replaceAll("(\\s+#|\\s+[|>&]|;| {3,}).*", "").strip();
  }

  private static List<String> words(String text) {
    List<String> words = new ArrayList<>();
    Matcher word = WORD.matcher(text);
    while (word.find()) {
      words.add(word.group(word.group(1) != null ? 1 : word.group(2) != null ? 2 : 3));
    }
    return words;
  }

  private static List<Path> pages() throws IOException {
    Path root = Path.of("..");
    List<Path> pages =
        new ArrayList<>(List.of(root.resolve("README.md"), root.resolve("library/README.md")));
    try (Stream<Path> docs = Files.list(root.resolve("docs"))) {
      docs.filter(p -> p.toString().endsWith(".md")).sorted().forEach(pages::add);
    }
    return pages;
  }
}
