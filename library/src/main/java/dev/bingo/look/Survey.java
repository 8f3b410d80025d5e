package dev.bingo.look;

import dev.bingo.image.BadImageException;
import dev.bingo.image.ImageSource;
import dev.bingo.image.PixelBuffer;
import dev.bingo.image.Pixels;
import dev.bingo.image.Stamp;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.LongConsumer;
import java.util.stream.IntStream;

/**
 * What every image of a set is by itself: each is read once.
 *
 * @param bad positions of images that can't be read, and why
 * @param widths of each image as stored, pixels; 0 where it can't be read
 * @param heights likewise
 * @param grey which images have no colour
 * @param bytes encoded, of all images together; 0 where they are stored raw
 * @param copies groups of positions of images whose files are equal byte by byte, largest first
 */
public record Survey(
    Map<Integer, String> bad,
    int[] widths,
    int[] heights,
    boolean[] grey,
    long bytes,
    List<int[]> copies) {
  private static final int SPREAD = 3;

  /** Reads all images, on all cores. */
  public static Survey of(ImageSource source, LongConsumer progress) {
    int n = source.size();
    int[] widths = new int[n];
    int[] heights = new int[n];
    boolean[] grey = new boolean[n];
    String[] digests = new String[n];
    String[] faults = new String[n];
    AtomicInteger done = new AtomicInteger();
    ThreadLocal<PixelBuffer> buffers = ThreadLocal.withInitial(PixelBuffer::new);
    IntStream.range(0, n)
        .parallel()
        .forEach(
            i -> {
              try {
                Pixels pixels = source.read(i, (width, height) -> 8, buffers.get());
                widths[i] = pixels.fullWidth();
                heights[i] = pixels.fullHeight();
                grey[i] = isGrey(pixels);
                digests[i] = source.digest(i);
              } catch (BadImageException e) {
                faults[i] = e.reason();
              }
              synchronized (done) {
                progress.accept(done.incrementAndGet());
              }
            });
    Map<Integer, String> bad = new TreeMap<>();
    Map<String, List<Integer>> byDigest = new LinkedHashMap<>();
    long bytes = 0;
    for (int i = 0; i < n; i++) {
      bytes += source.stamp(i).map(Stamp::bytes).orElse(0L);
      if (faults[i] != null) {
        bad.put(i, faults[i]);
      } else {
        byDigest.computeIfAbsent(digests[i], digest -> new ArrayList<>()).add(i);
      }
    }
    List<int[]> copies =
        byDigest.values().stream()
            .filter(group -> group.size() > 1)
            .map(group -> group.stream().mapToInt(Integer::intValue).toArray())
            .sorted((a, b) -> Integer.compare(b.length, a.length))
            .toList();
    return new Survey(bad, widths, heights, grey, bytes, copies);
  }

  /** JPEG's rounding leaves a little colour in grey. */
  private static boolean isGrey(Pixels pixels) {
    byte[] rgb = pixels.rgb();
    int end = pixels.width() * pixels.height() * 3;
    for (int p = 0; p < end; p += 3) {
      int red = rgb[p] & 0xff;
      int green = rgb[p + 1] & 0xff;
      int blue = rgb[p + 2] & 0xff;
      if (Math.max(red, Math.max(green, blue)) - Math.min(red, Math.min(green, blue)) > SPREAD) {
        return false;
      }
    }
    return true;
  }

  /** How many images can be read. */
  public int readable() {
    return widths.length - bad.size();
  }

  /** Shorter sides of the images that can be read, ascending, pixels. */
  public int[] shorterSides() {
    return IntStream.range(0, widths.length)
        .filter(i -> widths[i] > 0)
        .map(i -> Math.min(widths[i], heights[i]))
        .sorted()
        .toArray();
  }

  /** How many images have no colour. */
  public int greyOnes() {
    return (int) IntStream.range(0, grey.length).filter(i -> grey[i]).count();
  }

  /** Images that are there twice or more, without the first of each group. */
  public int superfluous() {
    return copies.stream().mapToInt(group -> group.length - 1).sum();
  }

  /**
   * Groups of copies that have more than one label: at most one can be right.
   *
   * @param labels of each position, −1 where unknown
   */
  public List<int[]> contradictions(int[] labels) {
    return copies.stream()
        .filter(
            group ->
                Arrays.stream(group).map(i -> labels[i]).filter(l -> l >= 0).distinct().count() > 1)
        .toList();
  }
}
