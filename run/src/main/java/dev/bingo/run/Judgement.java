package dev.bingo.run;

import dev.bingo.Encoder;
import dev.bingo.evaluate.AgainstRandom;
import dev.bingo.evaluate.Collapse;
import dev.bingo.evaluate.Embeddings;
import dev.bingo.evaluate.Features;
import dev.bingo.image.ImageSource;
import dev.bingo.image.Subset;
import dev.bingo.torch.Names;
import dev.bingo.torch.ProgressListener;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.IntStream;
import org.bytedeco.javacpp.PointerScope;

/**
 * What an encoder is worth on some images: beside random weights, and beside another encoder that
 * it ought to be better than.
 *
 * @param images that were looked at
 * @param random it and random weights, by each measure: the first one decides
 * @param control it and the control, likewise; empty without one
 * @param collapse whether it tells images apart
 */
public record Judgement(
    int images, List<AgainstRandom> random, List<AgainstRandom> control, Collapse collapse) {
  /** Of {@link Collapse#spread}: below, nearly all images are one to the encoder. */
  private static final double COLLAPSED = 0.01;

  private static final long SEED = 0x5eed;

  public Judgement {
    random = List.copyOf(random);
    control = List.copyOf(control);
  }

  /** How it came out. */
  public enum Grade {
    COLLAPSED,
    BELOW_RANDOM,
    AS_RANDOM,
    BELOW_CONTROL,
    AS_CONTROL,
    GOOD
  }

  /**
   * Judges; by labels where all that have one are enough, else by how often two views of an image
   * find each other.
   *
   * @param control what it ought to be better than; null for none
   * @param images those with a label alone are used where there are some; 1,000 at the most
   */
  public static Judgement of(
      Encoder encoder, Encoder control, ImageSource images, Console console) {
    ImageSource some = some(images, encoder.info().imageSize());
    List<AgainstRandom> own = ForeignWeights.measure(encoder, some, console);
    List<AgainstRandom> beside = new ArrayList<>();
    if (control != null) {
      List<AgainstRandom> other = ForeignWeights.measure(control, some, console);
      for (int i = 0; i < own.size(); i++) {
        AgainstRandom mine = own.get(i);
        beside.add(
            new AgainstRandom(mine.measure(), mine.images(), mine.score(), other.get(i).score()));
      }
    }
    try (PointerScope scope = new PointerScope()) {
      Features features =
          Embeddings.extract(encoder.backbone(), some, encoder.options(), ProgressListener.NONE);
      return new Judgement(some.size(), own, beside, Collapse.of(features.values()));
    }
  }

  /** As many as {@link ForeignWeights#measure} takes, so that all see the same ones. */
  private static ImageSource some(ImageSource images, int size) {
    boolean labels =
        images.labelled() && IntStream.range(0, images.size()).anyMatch(i -> images.label(i) >= 0);
    ImageSource known = labels ? Subset.labelled(images) : images;
    int most = ForeignWeights.judged(size);
    return known.size() > most ? Subset.random(known, most, SEED) : known;
  }

  /** The worst that is true of it. */
  public Grade grade() {
    if (!(collapse.spread() >= COLLAPSED)) {
      return Grade.COLLAPSED;
    }
    AgainstRandom first = random.get(0);
    if (first.worse()) {
      return Grade.BELOW_RANDOM;
    }
    if (random.stream().noneMatch(AgainstRandom::better)) {
      return Grade.AS_RANDOM;
    }
    if (control.isEmpty() || control.get(0).better()) {
      return Grade.GOOD;
    }
    return control.get(0).worse() ? Grade.BELOW_CONTROL : Grade.AS_CONTROL;
  }

  /** The grade in a sentence, with the figures it stands on. */
  public String verdict() {
    AgainstRandom first = random.get(0);
    AgainstRandom second = control.isEmpty() ? null : control.get(0);
    return switch (grade()) {
      case COLLAPSED ->
          String.format(
              Locale.ROOT,
              "Collapsed: the encoder makes nearly the same of all images (spread %.4f, where 1 is"
                  + " even). It is of no use.",
              collapse.spread());
      case BELOW_RANDOM -> "Below random weights: " + figures(first, "random weights") + ".";
      case AS_RANDOM ->
          "No better than random weights: " + figures(first, "random weights") + luck(first);
      case BELOW_CONTROL -> "Below the control: " + figures(second, "the control") + ".";
      case AS_CONTROL ->
          "No better than the control: " + figures(second, "the control") + luck(second);
      case GOOD ->
          first.better()
              ? "Better than random weights: " + figures(first, "random weights") + beside(second)
              : "Better than random weights by "
                  + figures(better(), "random weights")
                  + "; not by "
                  + figures(first, "random weights")
                  + beside(second);
    };
  }

  private AgainstRandom better() {
    return random.stream().filter(AgainstRandom::better).findFirst().orElseThrow();
  }

  private static String beside(AgainstRandom control) {
    return control == null
        ? "."
        : String.format(Locale.ROOT, "; better than the control (%.1f %%).", control.random());
  }

  private static String luck(AgainstRandom measured) {
    return " (of %s: within luck).".formatted(Names.counted(measured.images(), "image"));
  }

  private static String figures(AgainstRandom measured, String other) {
    return String.format(
        Locale.ROOT,
        "%s %.1f %%, %s %.1f %%",
        measured.measure(),
        measured.score(),
        other,
        measured.random());
  }

  /** How the figures were measured, a sentence each. */
  public List<String> protocol() {
    List<String> all = new ArrayList<>();
    for (AgainstRandom measured : random) {
      all.add(
          (measured.measure().equals("kNN")
                  ? "kNN: the class of each image by its 10 nearest others, of "
                  : "Self-retrieval: how often a view of an image, cropped and coloured anew, finds"
                      + " another view of it before those of all others, of ")
              + Names.counted(measured.images(), "image")
              + ". Figures of another number of images can't be compared with these.");
    }
    all.add(
        String.format(
            Locale.ROOT,
            "Features: spread %.2f of 1, effective rank %.1f, mean cosine of two images %.2f.",
            collapse.spread(),
            collapse.effectiveRank(),
            collapse.meanCosine()));
    return all;
  }
}
