package dev.bingo.run;

import dev.bingo.image.ImageSetException;
import dev.bingo.image.ImageSource;
import dev.bingo.image.Subset;
import dev.bingo.look.Survey;
import dev.bingo.torch.Names;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.stream.IntStream;

/**
 * What is to be known of images before a training of them is planned. Of many images a sample is
 * read.
 *
 * @param images all of them
 * @param looked images that were read
 * @param bad of those, the ids that can't be read, and why
 * @param grey of those, images without colour
 * @param copies of those, files that are equal to another one byte by byte, without the first of
 *     each
 * @param sides shorter sides of those that can be read, ascending, pixels
 * @param pixels of an image, mean
 * @param classSizes images of each class; empty without labels
 */
public record DataFacts(
    int images,
    int looked,
    Map<String, String> bad,
    int grey,
    int copies,
    int[] sides,
    double pixels,
    int[] classSizes) {
  /** So many are read at the most. */
  static final int SAMPLE = 1000;

  /** Nothing is planned for fewer. */
  public static final int LEAST = 10;

  private static final long SEED = 0x100c;
  private static final int NAMED = 3;

  /** Reads images, bad ones too: the source must not replace them. */
  static DataFacts of(ImageSource source, Console console) {
    int n = source.size();
    ImageSource some = n > SAMPLE ? Subset.random(source, SAMPLE, SEED) : source;
    console.begin("looking at " + (n > SAMPLE ? SAMPLE + " of " : "") + Names.counted(n, "image"));
    Survey survey = Survey.of(some, done -> console.progress(done, some.size()));
    Map<String, String> bad = new LinkedHashMap<>();
    survey.bad().forEach((i, why) -> bad.put(some.id(i), why));
    int[] sizes = new int[source.classes().size()];
    IntStream.range(0, n).map(source::label).filter(c -> c >= 0).forEach(c -> sizes[c]++);
    return new DataFacts(
        n,
        some.size(),
        bad,
        survey.greyOnes(),
        survey.superfluous(),
        survey.shorterSides(),
        IntStream.range(0, some.size())
            .filter(i -> survey.widths()[i] > 0)
            .mapToDouble(i -> (double) survey.widths()[i] * survey.heights()[i])
            .average()
            .orElse(0),
        sizes);
  }

  /** Whether all images were read. */
  public boolean whole() {
    return looked == images;
  }

  /** Images that can be read, of those that were looked at. */
  public int readable() {
    return sides.length;
  }

  /** Half of the images are no smaller, pixels. */
  public int medianSide() {
    return sides[sides.length / 2];
  }

  /** Whether nearly all are without colour. */
  public boolean isGrey() {
    return grey >= 0.9 * readable();
  }

  /**
   * Refuses what nothing can be learnt from.
   *
   * @param badAllowed share of images that can't be read and are put up with
   * @throws ImageSetException with what to do
   */
  void check(double badAllowed) {
    String several = Names.counted(images, "image");
    if (images < LEAST) {
      throw new ImageSetException(
          "there "
              + (images == 1 ? "is " : "are ")
              + several
              + ": a training is planned from "
              + LEAST
              + " on, and worth its time from some thousands. An encoder that somebody else trained"
              + " works at once on any number (docs/teachers.md)");
    }
    // Of a sample, half as many again may be chance.
    if (bad.size() > badAllowed * looked * (whole() ? 1 : 1.5)) {
      throw new ImageSetException(
          String.format(
              Locale.ROOT,
              "%,d of the %,d images that were looked at can't be read (%s); a share of %s is put up"
                  + " with. Look at them all with 'bingo look', mend or remove them, or allow more:"
                  + " data.bad_images=%.2f",
              bad.size(),
              looked,
              named(),
              badAllowed,
              Math.min(1, Math.ceil(100.0 * bad.size() / looked + 1) / 100)));
    }
    if (whole() && readable() - copies < LEAST) {
      throw new ImageSetException(
          "of "
              + several
              + " only "
              + (readable() - copies)
              + " can be read and are no copies of another; a training is planned from "
              + LEAST
              + " on");
    }
  }

  private String named() {
    StringBuilder text = new StringBuilder();
    bad.entrySet().stream()
        .limit(NAMED)
        .forEach(
            e ->
                text.append(text.isEmpty() ? "" : "; ")
                    .append(e.getKey())
                    .append(": ")
                    .append(e.getValue()));
    return text + (bad.size() > NAMED ? "; …" : "");
  }

  /** Classes that have an image. */
  public int classes() {
    return (int) Arrays.stream(classSizes).filter(size -> size > 0).count();
  }
}
