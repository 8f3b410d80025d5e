package dev.bingo.image;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/**
 * Counts the bad images of one set, lists them in a file, and says when they are too many: as soon
 * as their number exceeds {@code share} × size. A share of 0.01 lets one in a hundred pass, and
 * none in 99; a share of 0 lets none pass. Safe to use from many threads.
 */
public final class BadImages {
  /** One image in a hundred. */
  public static final double DEFAULT_SHARE = 0.01;

  private static final int SHOWN = 5;

  private final double share;
  private final Path list;
  private final Map<String, String> reasons = new LinkedHashMap<>();
  private Set<String> listed;

  /**
   * @param share of the set that may be bad, 0 … 1
   * @param list file that gets a line {@code id<TAB>reason} for each, or null for none. Lines that
   *     are there already, from a run that is resumed, are not written twice
   */
  public BadImages(double share, Path list) {
    if (!(share >= 0 && share <= 1)) {
      throw new IllegalArgumentException(
          "share of bad images: expected 0 to 1, got " + share + ". 0.01 is one in a hundred.");
    }
    this.share = share;
    this.list = list;
  }

  /** How many have been found. */
  public synchronized int count() {
    return reasons.size();
  }

  /** Those found so far, id to reason. */
  public synchronized Map<String, String> reasons() {
    return Map.copyOf(reasons);
  }

  /**
   * Notes a bad image; a second time changes nothing.
   *
   * @param size of the set
   * @throws TooManyBadImagesException where this is one more than may be
   */
  synchronized void add(BadImageException bad, int size) {
    String reason = bad.reason();
    if (reasons.putIfAbsent(bad.id(), reason) == null) {
      write(bad.id(), reason);
    }
    if (reasons.size() > share * size) {
      throw new TooManyBadImagesException(message(size), reasons.size());
    }
  }

  private String message(int size) {
    StringBuilder text = new StringBuilder();
    text.append(
        String.format(
            Locale.ROOT,
            "%d of %,d images can't be read; at most %s %% may be bad. The first:",
            reasons.size(),
            size,
            percent(share)));
    reasons.entrySet().stream()
        .limit(SHOWN)
        .forEach(e -> text.append("\n  ").append(printable(e.getKey() + ": " + e.getValue())));
    if (list != null) {
      text.append("\nAll are listed in ").append(list).append('.');
    }
    if (reasons.values().stream().allMatch(FileBlobs.MISSING::equals)) {
      return text.append(
              "\nThey were there when the set was opened. Has a disk been unmounted, or a")
          .append(
              " folder moved? Bring them back and start again; a training goes on with --resume.")
          .toString();
    }
    return text.append("\nRepair or remove them, or allow more with a larger share of bad images.")
        .toString();
  }

  private static String percent(double share) {
    return new java.math.BigDecimal(Double.toString(share))
        .movePointRight(2)
        .stripTrailingZeros()
        .toPlainString();
  }

  private void write(String id, String reason) {
    if (list == null) {
      return;
    }
    String line = printable(id) + "\t" + printable(reason);
    try {
      if (listed == null) {
        listed = Files.exists(list) ? new HashSet<>(Files.readAllLines(list)) : new HashSet<>();
      }
      if (listed.add(line)) {
        Files.writeString(
            list,
            line + "\n",
            StandardCharsets.UTF_8,
            StandardOpenOption.CREATE,
            StandardOpenOption.APPEND);
      }
    } catch (IOException e) {
      throw new UncheckedIOException("The list of bad images can't be written: " + list, e);
    }
  }

  /** Control characters could forge lines, or steer a terminal. */
  private static String printable(String text) {
    return text.replaceAll("\\p{Cntrl}", "?");
  }
}
