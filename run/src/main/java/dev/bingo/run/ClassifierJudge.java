package dev.bingo.run;

import dev.bingo.classify.Balance;
import dev.bingo.classify.ClassifierModel;
import dev.bingo.classify.Judgement;
import dev.bingo.classify.Rejection;
import dev.bingo.image.ImageSource;
import dev.bingo.image.Subset;
import dev.bingo.recipe.RecipeException;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.TreeSet;
import java.util.stream.IntStream;

/** Judges a classifier's file by labelled images. */
public final class ClassifierJudge {
  private ClassifierJudge() {}

  /**
   * What came out, each image counting the same.
   *
   * @param after by its probabilities
   * @param before by those without its temperature
   * @param rejection what its threshold brings
   * @param images that were judged
   * @param unknown images of classes that it does not know, which were not
   */
  public record Judged(
      Judgement after, Judgement before, Rejection rejection, int images, int unknown) {}

  /**
   * Judges.
   *
   * @param files of labels; none for the images' own
   * @throws RecipeException where no image has a label that it knows
   */
  public static Judged judge(
      ClassifierModel model, ImageSource images, List<Path> files, int threads, Console console)
      throws IOException {
    KnownLabels known = KnownLabels.read(images, files);
    List<String> classes = model.classes();
    int[] labelled = IntStream.range(0, images.size()).filter(i -> known.of()[i] >= 0).toArray();
    int[] judged = Arrays.stream(labelled).filter(i -> classes.contains(known.name(i))).toArray();
    if (judged.length == 0) {
      throw new RecipeException(
          labelled.length == 0
              ? images.describe() + ": no image has a label, and a judgement needs some"
              : "the images are of "
                  + LabelledImages.shown(known.classes())
                  + ", the classifier knows "
                  + LabelledImages.shown(classes)
                  + ": none is called the same. Rename the folders or labels, or train on these");
    }
    if (labelled.length < images.size()) {
      console.say(
          String.format(
              Locale.ROOT,
              "%,d of %,d images have no label and are left out",
              images.size() - labelled.length,
              images.size()));
    }
    int unknown = labelled.length - judged.length;
    if (unknown > 0) {
      TreeSet<String> names = new TreeSet<>(known.classes());
      classes.forEach(names::remove);
      console.say(
          String.format(
              Locale.ROOT,
              "warning: %,d of %,d images are of classes that the classifier does not know (%s): they are"
                  + " left out of the figures, and would be called something else",
              unknown,
              labelled.length,
              LabelledImages.shown(List.copyOf(names))));
    }
    List<Integer> labels = new ArrayList<>();
    List<float[]> rows = new ArrayList<>();
    console.begin("classifying");
    model.classify(
        Subset.of(images, judged),
        threads,
        (position, probabilities) -> {
          labels.add(classes.indexOf(known.name(judged[position])));
          rows.add(probabilities);
        },
        console::progress);
    return judged(model, labels, rows, unknown);
  }

  private static Judged judged(
      ClassifierModel model, List<Integer> labels, List<float[]> rows, int unknown) {
    int[] right = labels.stream().mapToInt(Integer::intValue).toArray();
    float[][] probabilities = rows.toArray(new float[0][]);
    double temperature = Double.parseDouble(model.metadata().getOrDefault("temperature", "1"));
    float[][] warm = rows.stream().map(row -> warmed(row, temperature)).toArray(float[][]::new);
    double[] weights = Balance.IMAGES.weights(right, model.classes().size());
    return new Judged(
        Judgement.of(right, probabilities, weights, model.classes()),
        Judgement.of(right, warm, weights, model.classes()),
        Rejection.at(model.threshold(), right, probabilities),
        right.length,
        unknown);
  }

  /** Without the temperature: p to its power, made to sum to 1 again. */
  private static float[] warmed(float[] row, double temperature) {
    double[] powers = new double[row.length];
    double sum = 0;
    for (int c = 0; c < row.length; c++) {
      powers[c] = Math.pow(row[c], temperature);
      sum += powers[c];
    }
    float[] warm = new float[row.length];
    for (int c = 0; c < row.length; c++) {
      warm[c] = (float) (powers[c] / sum);
    }
    return warm;
  }
}
