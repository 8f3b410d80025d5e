package dev.bingo.pretrained;

import java.util.List;

/**
 * How somebody's file became an encoder.
 *
 * @param names how its names were read; empty for a file of bingo's own
 * @param leftOut known things in it that are not needed
 * @param alsoFits other dicts of it that would have fitted, too
 * @param warnings what speaks against it, a sentence each; it is used all the same
 */
public record Provenance(
    String names, String leftOut, List<String> alsoFits, List<String> warnings) {
  /** Of a file of bingo's own, or of a network that is not from a file. */
  public static final Provenance OWN = new Provenance("", "", List.of(), List.of());

  public Provenance {
    alsoFits = List.copyOf(alsoFits);
    warnings = List.copyOf(warnings);
  }

  /** Whether names had to be read by a table. */
  public boolean foreign() {
    return !names.isEmpty();
  }
}
