package dev.bingo.app.command;

import java.util.stream.Collectors;
import picocli.CommandLine.Model.CommandSpec;

/** Words as a shell takes them. */
final class Shell {
  private Shell() {}

  /** The whole command that is being run, to be run again. */
  static String command(CommandSpec spec) {
    CommandSpec root = spec.root();
    return root.name()
        + root.commandLine().getParseResult().originalArgs().stream()
            .map(word -> " " + quoted(word))
            .collect(Collectors.joining());
  }

  /** In quotes where it needs some. */
  static String quoted(String word) {
    return word.matches("[\\w./=:,+@%-]+") ? word : "'" + word.replace("'", "'\\''") + "'";
  }
}
