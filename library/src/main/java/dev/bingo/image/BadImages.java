package dev.bingo.image;

import dev.bingo.file.PlainFolder;
import dev.bingo.file.Printable;
import dev.bingo.file.Remedy;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.function.IntConsumer;

/**
 * Counts the bad images of one set, lists them in a file, and says when they are too many: as soon
 * as their number exceeds {@code share} × size. A share of 0.01 lets one in a hundred pass, and
 * none in 99; a share of 0 lets none pass. Safe to use from many threads.
 */
public final class BadImages {
  /** One image in a hundred. */
  public static final double DEFAULT_SHARE = 0.01;

  private static final int SHOWN = 20;
  private static final long LONGEST = 64 << 20;

  private final double share;
  private final Path list;
  private final PlainFolder folder;
  private final IntConsumer listener;
  private final Map<String, String> reasons = new LinkedHashMap<>();
  private Set<String> listed;

  /**
   * @param share of the set that may be bad, 0 … 1
   * @param list file that gets a line {@code id<TAB>reason} for each, or null for none; a plain
   *     file. Characters that steer a terminal are question marks there, and an apostrophe stands
   *     before what a spreadsheet would take for a formula. Lines that are there already, from a
   *     run that is resumed, are not written twice
   */
  public BadImages(double share, Path list) {
    this(share, list, count -> {});
  }

  /**
   * The same, with somebody who is told.
   *
   * @param listener gets their number whenever one more is found, on whatever thread found it
   */
  public BadImages(double share, Path list, IntConsumer listener) {
    if (!(share >= 0 && share <= 1)) {
      throw new IllegalArgumentException(
          "share of bad images: expected 0 to 1, got " + share + ". 0.01 is one in a hundred.");
    }
    this.share = share;
    this.list = list;
    this.listener = listener;
    folder = list == null ? null : new PlainFolder(list.toAbsolutePath().getParent());
  }

  /** How many have been found. */
  public synchronized int count() {
    return reasons.size();
  }

  /** Those found so far, id to reason, in the order in which they were found. */
  public synchronized Map<String, String> reasons() {
    return new LinkedHashMap<>(reasons);
  }

  /** The first twenty, a line each, for people. */
  public synchronized List<String> first() {
    return reasons.entrySet().stream()
        .limit(SHOWN)
        .map(e -> Printable.line(e.getKey() + ": " + e.getValue()))
        .toList();
  }

  /** All, a line {@code id<TAB>reason} each. */
  public synchronized String table() {
    StringBuilder text = new StringBuilder();
    reasons.forEach((id, reason) -> text.append(line(id, reason)).append('\n'));
    return text.toString();
  }

  /**
   * Notes a bad image; a second time changes nothing.
   *
   * @param size of the set
   * @return whether they are too many
   */
  boolean add(BadImageException bad, int size) {
    int count;
    boolean found;
    synchronized (this) {
      found = reasons.putIfAbsent(bad.id(), bad.reason()) == null;
      if (found) {
        write(bad.id(), bad.reason());
      }
      count = reasons.size();
    }
    if (found) {
      listener.accept(count);
    }
    return count > share * size;
  }

  /**
   * What to end with.
   *
   * @param size of the set
   * @param looked how many of them were looked at
   */
  synchronized TooManyBadImagesException tooMany(int size, int looked) {
    boolean all = reasons.size() >= size;
    Remedy remedy = gone() ? Remedy.BRING_BACK : all ? Remedy.NONE : Remedy.MORE_BAD_IMAGES;
    return new TooManyBadImagesException(
        message(size, looked), reasons.size(), remedy, needed(size));
  }

  private String message(int size, int looked) {
    StringBuilder text = new StringBuilder();
    boolean all = reasons.size() >= size;
    text.append(
        String.format(
            Locale.ROOT,
            all
                ? "%1$,d of %2$,d images can't be read.%5$s"
                : "%1$,d of %2$,d images can't be read%3$s; at most %4$s %% may be bad.%5$s",
            reasons.size(),
            size,
            looked < size ? String.format(Locale.ROOT, " (of the %,d looked at)", looked) : "",
            percent(share),
            reasons.size() > SHOWN ? " The first:" : ""));
    first().forEach(bad -> text.append("\n  ").append(bad));
    if (list != null) {
      text.append("\nAll are listed in ").append(list).append('.');
    }
    if (gone()) {
      text.append(
          "\nHas a disk been unmounted, or a folder moved? Bring them back and start again.");
    } else if (!all) {
      text.append("\nRepair or remove them, or let a share of ")
          .append(needed(size))
          .append(" be bad.");
    }
    return text.toString();
  }

  private boolean gone() {
    return reasons.values().stream().allMatch(FileBlobs.MISSING::equals);
  }

  /** The least share of two digits or so that lets these pass. */
  private String needed(int size) {
    double share = Math.ceil(100.0 * reasons.size() / size) / 100;
    return Double.toString(Math.min(1, share));
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
    String line = line(id, reason);
    try (FileChannel out = folder.append(list.getFileName().toString())) {
      if (listed == null) {
        listed = lines();
      }
      if (listed.add(line)) {
        ByteBuffer bytes = ByteBuffer.wrap((line + "\n").getBytes(StandardCharsets.UTF_8));
        while (bytes.hasRemaining()) {
          out.write(bytes);
        }
      }
    } catch (IOException e) {
      throw new UncheckedIOException("The list of bad images can't be written: " + list, e);
    }
  }

  private static String line(String id, String reason) {
    return Printable.cell(id) + "\t" + Printable.cell(reason);
  }

  /** What an earlier run has written; of a list that is too long to be one, nothing. */
  private Set<String> lines() throws IOException {
    return Files.size(list) > LONGEST
        ? new HashSet<>()
        : new HashSet<>(
            new String(Files.readAllBytes(list), StandardCharsets.UTF_8).lines().toList());
  }
}
