package dev.bingo.run;

import dev.bingo.encoder.Encoders;
import dev.bingo.recipe.Recipe;
import dev.bingo.recipe.Recipes;
import dev.bingo.run.Plan.Choice;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/**
 * Why a plan picks what it does, in words for people.
 *
 * @param given keys that a person set
 * @param teacher its architecture; empty where there is none
 * @param teacherSaysSize whether its file says which images it was trained with
 * @param queue key of the method's queue where it was picked; else empty
 * @param bags whether a teacher's images are enough for them
 * @param images to train with
 * @param batch that was picked
 */
record PickReasons(
    DataFacts facts,
    Set<String> given,
    String teacher,
    boolean teacherSaysSize,
    String queue,
    boolean bags,
    int images,
    int batch) {
  private static final int FEW = 300;
  private static final int SOME = 3000;

  private boolean hasTeacher() {
    return !teacher.isEmpty();
  }

  /** What is worth showing, as it stands in the recipe that came out. */
  List<Choice> choices(Recipe r) {
    List<Choice> all = new ArrayList<>();
    all.add(choice("method", r.method(), whyMethod(), "method"));
    all.add(
        choice(
            "student",
            r.student().arch()
                + (Encoders.hasStems(r.student().arch())
                    ? ", " + r.student().stem() + " stem"
                    : ""),
            whyStem(r),
            "student.arch",
            "student.stem"));
    if (hasTeacher()) {
      all.add(choice("teacher", teacher, "given", "teacher.file"));
    }
    all.add(choice("data.size", r.data().size() + " px", whySize(r), "data.size"));
    if (images < facts.images()) {
      all.add(
          choice(
              "data.limit",
              String.format(Locale.ROOT, "%,d images", images),
              "there is no time to show each once",
              "data.limit"));
    }
    all.add(choice("train.batch", "" + r.train().batch(), whyBatch(), "train.batch"));
    if (!queue.isEmpty()) {
      String why = "a quarter of the images, at most " + Picks.QUEUE;
      all.add(choice(queue, Recipes.settings(r).get(queue), why, queue));
    }
    all.add(
        choice(
            "train.epochs",
            "" + r.train().epochs(),
            r.train().epochs() >= 200 ? "as many as in the papers" : "what the time allows",
            "train.epochs"));
    all.add(choice("augmentation", r.augmentation(), whyAugmentation(r), "augmentation"));
    return all;
  }

  private Choice choice(String key, String value, String why, String... keys) {
    boolean own = false;
    for (String one : keys) {
      own |= given.contains(one);
    }
    return new Choice(key, value, own ? "as you say" : why, own);
  }

  private String whyMethod() {
    if (!hasTeacher()) {
      return "there is no teacher (teacher.file=)";
    }
    return bags
        ? "there is a teacher, and images enough for bags"
        : facts.images() < Picks.ENOUGH_FOR_BAGS
            ? "there is a teacher, but few images for bags"
            : "there is a teacher, but little time for bags";
  }

  private static String whyStem(Recipe r) {
    if (r.data().size() > Picks.TINY) {
      return "the one that most is known of";
    }
    return r.student().stem().equals("imagenet")
        ? "a tenth of the work of CIFAR's stem"
        : "small images, and time enough for them";
  }

  private String whySize(Recipe r) {
    int median = facts.medianSide();
    if (teacherSaysSize) {
      return "the teacher's";
    }
    return r.data().size() >= median || r.data().size() == Picks.LARGE
        ? "half of the images are no smaller than " + median
        : "larger ones would leave too few epochs";
  }

  private String whyBatch() {
    int most = hasTeacher() ? Picks.DISTILLING_BATCH : Picks.BATCH;
    return batch == most
        ? "small: many steps in little time"
        : "few images: for some steps an epoch";
  }

  private String whyAugmentation(Recipe r) {
    return facts.isGrey()
        ? "no blur, no hues: small and grey images"
        : r.data().size() <= Picks.SMALL ? "no blur: small images" : "MoCo v2's";
  }

  /** What is to be expected of so many images. */
  List<String> worth() {
    if (hasTeacher()) {
      return List.of();
    }
    if (facts.images() < FEW) {
      return List.of(
          "Of so few images an encoder is seldom better than random weights: the report will say."
              + " One that somebody else trained is the better start (docs/teachers.md).");
    }
    return facts.images() < SOME
        ? List.of(
            "Of some hundreds of images little is learnt: enough to tell the unlike from the alike."
                + " A teacher that somebody else trained gives more (docs/teachers.md).")
        : List.of();
  }
}
