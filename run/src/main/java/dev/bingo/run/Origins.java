package dev.bingo.run;

import dev.bingo.recipe.Methods;
import dev.bingo.recipe.Recipe;
import dev.bingo.weights.SafeTensors;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * Whose weights a trained encoder is derived from, for its metadata: the teacher and what the
 * student began with, each with its checksum and its licence, as far as that is known.
 */
final class Origins {
  /** In an encoder's metadata, and an export's. */
  static final String KEY = "derived_from";

  private static final int LONGEST = 2000;

  private Origins() {}

  /** In words; empty where the weights are of the images alone. */
  static String of(Recipe recipe) {
    List<String> origins = new ArrayList<>();
    if (Methods.hasTeacher(recipe) && !recipe.teacher().file().isEmpty()) {
      origins.add("teacher: " + describe(recipe.teacher().file()));
    }
    if (!recipe.student().init().isEmpty()) {
      origins.add("begun with: " + describe(recipe.student().init()));
    }
    return String.join("; ", origins);
  }

  /** A training of days must not end for want of a file that it needs no more. */
  private static String describe(String named) {
    try {
      Path file = EncoderPath.of(Path.of(named));
      String sha256 = BagMaker.sha256(file);
      return file.getFileName() + " (SHA-256 " + sha256 + "), " + licence(file, sha256);
    } catch (IOException | RuntimeException e) {
      return Path.of(named).getFileName() + ", which could not be read again; licence not known";
    }
  }

  private static String licence(Path file, String sha256) throws IOException {
    for (Zoo.Entry entry : Zoo.ENTRIES) {
      if (entry.sha256().equals(sha256)) {
        return "licence: " + entry.licence();
      }
    }
    if (!file.toString().endsWith(".safetensors")) {
      return "licence not known: ask who published it";
    }
    Map<String, String> metadata = SafeTensors.metadata(file);
    if (metadata.containsKey("license")) {
      return "licence: " + cut(metadata.get("license"));
    }
    if (metadata.containsKey(KEY)) {
      return "itself of " + cut(metadata.get(KEY));
    }
    return metadata.containsKey("recipe")
        ? "an encoder of bingo's, whose own recipe says what it learnt from"
        : "licence not known: ask who published it";
  }

  private static String cut(String text) {
    return text.length() <= LONGEST ? text : text.substring(0, LONGEST) + "…";
  }
}
