package dev.bingo.similar;

import dev.bingo.file.Remedy;
import dev.bingo.weights.OtherFileException;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;

/**
 * What vectors are of: only those of one encoder, of images prepared alike, can be compared.
 *
 * @param encoder SHA-256 of its file
 * @param settings of how images are chosen and prepared, by name: size, normalisation, precision
 */
public record Identity(String encoder, Map<String, String> settings) {
  public Identity {
    settings = Map.copyOf(settings);
  }

  /**
   * Refuses vectors of anything else.
   *
   * @param index that holds the vectors of {@code other}
   */
  void check(Identity other, Path index) throws OtherFileException {
    if (!encoder.equals(other.encoder)) {
      throw new OtherFileException(
          index + ": is the index of another encoder (SHA-256 " + shorten(other.encoder) + ")",
          Remedy.OTHER_INDEX);
    }
    for (Map.Entry<String, String> e : new TreeMap<>(settings).entrySet()) {
      String there = other.settings.getOrDefault(e.getKey(), "");
      if (!there.equals(e.getValue())) {
        throw new OtherFileException(
            "%s: was made with %s '%s', not '%s'".formatted(index, e.getKey(), there, e.getValue()),
            Remedy.OTHER_INDEX);
      }
    }
  }

  private static String shorten(String digest) {
    return digest.length() > 12 ? digest.substring(0, 12) + "…" : digest;
  }
}
