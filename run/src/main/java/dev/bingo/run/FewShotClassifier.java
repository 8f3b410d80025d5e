package dev.bingo.run;

import dev.bingo.evaluate.Embeddings;
import dev.bingo.evaluate.Features;
import dev.bingo.fewshot.Conv4;
import dev.bingo.fewshot.Learner;
import dev.bingo.fewshot.LeaveOneOut;
import dev.bingo.fewshot.Prototypes;
import dev.bingo.fewshot.Task;
import dev.bingo.image.BadImageException;
import dev.bingo.image.Dimensions;
import dev.bingo.image.ImageSource;
import dev.bingo.recipe.RecipeException;
import dev.bingo.torch.ProgressListener;
import dev.bingo.torch.Tensors;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;

/** A user's classes, each by a few images, and what a model makes of other images by them. */
public final class FewShotClassifier {
  /** Photos that a learner may look at together: it compares each with each. */
  private static final int MOST_TOGETHER = 5000;

  private static final int ROWS = 4096;
  private static final int SHOWN = 5;

  private final FewShotModel model;
  private final List<String> classes;
  private final int[] shots;
  private final Tensor supports;
  private final Prototypes prototypes;
  private final LeaveOneOut check;

  private FewShotClassifier(
      FewShotModel model,
      List<String> classes,
      int[] shots,
      Tensor supports,
      Prototypes prototypes,
      LeaveOneOut check) {
    this.model = model;
    this.classes = List.copyOf(classes);
    this.shots = shots;
    this.supports = supports;
    this.prototypes = prototypes;
    this.check = check;
  }

  /**
   * Refuses images that can't be supports, before any is read.
   *
   * @throws RecipeException where there is but one class, a class without an image, or none at all
   */
  public static void check(ImageSource supports) {
    if (!supports.labelled()) {
      throw new RecipeException(
          "--support: "
              + supports.describe()
              + ". Give a folder with a sub-folder of photos for each class");
    }
    int[] count =
        counts(IntStream.range(0, supports.size()).map(supports::label), supports.classes());
    if (count.length < 2) {
      throw new RecipeException(
          "--support: one class alone, '%s': there is nothing to tell apart. Give a second, such as"
                  .formatted(supports.classes().get(0))
              + " photos of anything else");
    }
    List<String> empty = without(count, supports.classes());
    if (!empty.isEmpty()) {
      throw new RecipeException(
          "--support: no image of " + shown(empty) + ". Put photos there, or remove the class");
    }
  }

  private static int[] counts(IntStream labels, List<String> classes) {
    int[] count = new int[classes.size()];
    labels.filter(label -> label >= 0).forEach(label -> count[label]++);
    return count;
  }

  /** The classes that have none. */
  private static List<String> without(int[] count, List<String> classes) {
    return IntStream.range(0, count.length)
        .filter(c -> count[c] == 0)
        .mapToObj(classes::get)
        .toList();
  }

  private static String shown(List<String> names) {
    return String.join(", ", names.stream().limit(SHOWN).map(n -> "'" + n + "'").toList())
        + (names.size() > SHOWN ? ", …" : "");
  }

  /**
   * Takes the supports in. What it holds belongs to the caller's scope.
   *
   * @param source labelled images; those that can't be read, or have no label, are left out
   * @throws RecipeException as {@link #check}, or where no image of a class can be read
   */
  public static FewShotClassifier of(
      FewShotModel model, ImageSource source, ProgressListener listener) {
    check(source);
    Features features = model.embed(source, listener);
    long[] labels = Tensors.toLongs(features.labels());
    int[] count = counts(Arrays.stream(labels).mapToInt(Math::toIntExact), source.classes());
    List<String> unread = without(count, source.classes());
    if (!unread.isEmpty()) {
      throw new RecipeException("--support: no image of " + shown(unread) + " can be read");
    }
    long[] rows =
        IntStream.range(0, labels.length)
            .filter(i -> labels[i] >= 0)
            .boxed()
            .sorted(Comparator.comparingLong(i -> labels[i]))
            .mapToLong(Integer::longValue)
            .toArray();
    Tensor values = features.values().index_select(0, Tensors.of(rows, rows.length));
    List<String> classes = source.classes();
    Learner learner = model.learner();
    if (learner == null) {
      int[] of = Arrays.stream(rows).mapToInt(row -> (int) labels[(int) row]).toArray();
      Prototypes prototypes = Prototypes.of(values, of, count.length);
      return new FewShotClassifier(model, classes, count, values, prototypes, prototypes.check());
    }
    Tensor maps = maps(model, values);
    LeaveOneOut check = LeaveOneOut.of(learner, maps, count, model.ids(classes));
    return new FewShotClassifier(model, classes, count, maps, null, check);
  }

  private static Tensor maps(FewShotModel model, Tensor rows) {
    int side = Conv4.mapSize(model.imageSize());
    return rows.reshape(rows.size(0), Conv4.CHANNELS, side, side)
        .to(model.judge().device(), rows.scalar_type());
  }

  /** The classes, in the order of the probabilities. */
  public List<String> classes() {
    return classes;
  }

  /** Supports of each class. */
  public int[] shots() {
    return shots.clone();
  }

  /** How the supports fare among themselves; null where a class has but one. */
  public LeaveOneOut check() {
    return check;
  }

  /** Images whose shorter side is under half of what the model sees: they are blurred for it. */
  public long small(ImageSource source) {
    return IntStream.range(0, source.size()).filter(i -> isSmall(source, i)).count();
  }

  private boolean isSmall(ImageSource source, int i) {
    try {
      Dimensions of = source.dimensions(i);
      return 2 * Math.min(of.width(), of.height()) < model.imageSize();
    } catch (BadImageException e) {
      return false; // whoever reads it is told
    }
  }

  /**
   * Refuses photos that can't be looked at together, before any is read.
   *
   * @throws RecipeException with what can be done
   */
  public void checkTogether(int photos) {
    if (!model.canBeTransductive()) {
      throw new RecipeException(
          "--transductive: "
              + model.describe()
              + ", looks at each photo by itself; leave the option out");
    }
    if (model.learner() != null && photos > MOST_TOGETHER) {
      throw new RecipeException(
          "--transductive: compares each photo with each, which takes %,d at the most, and there are %,d;"
                  .formatted(MOST_TOGETHER, photos)
              + " take fewer by --limit, or leave the option out");
    }
  }

  /**
   * What became of images.
   *
   * @param positions in their set, of those that could be read
   * @param probabilities of each class, a row an image
   */
  public record Classified(int[] positions, float[][] probabilities) {}

  /**
   * Classifies images.
   *
   * @param together whether they are looked at together, see {@link #checkTogether}
   */
  public Classified classify(ImageSource photos, boolean together, ProgressListener listener) {
    try (PointerScope scope = new PointerScope();
        NoGradGuard off = new NoGradGuard()) {
      Learner learner = model.learner();
      if (learner == null) {
        Features features = model.embed(photos, listener);
        return new Classified(
            features.positions(),
            rows(together ? prototypes.transductive(features.values()) : apart(features.values())));
      }
      if (together) {
        Features features = model.embed(photos, listener);
        return new Classified(
            features.positions(), rows(relations(maps(model, features.values()), true)));
      }
      // One after another: maps are larger than features, and photos may be many.
      Features given =
          Embeddings.extract(
              view -> relations(model.judge().encoded(learner, view), false).cpu(),
              classes.size(),
              photos,
              model.options(),
              listener);
      return new Classified(given.positions(), values(given.values()));
    }
  }

  private Tensor apart(Tensor features) {
    TensorVector parts = new TensorVector();
    for (long at = 0; at < features.size(0); at += ROWS) {
      Tensor some = features.narrow(0, at, Math.min(ROWS, features.size(0) - at));
      parts.push_back(Tensors.within(() -> prototypes.logits(some)));
    }
    return torch.cat(parts);
  }

  /** Probabilities by the learner. */
  private Tensor relations(Tensor queries, boolean together) {
    try (NoGradGuard off = new NoGradGuard()) {
      Learner learner = model.learner();
      Task task = new Task(supports, queries, null, shots, model.ids(classes), together, 0);
      return learner.probabilities(learner.logits(task));
    }
  }

  private float[][] rows(Tensor logits) {
    return values(model.learner() == null ? logits.softmax(1) : logits);
  }

  private float[][] values(Tensor probabilities) {
    float[] all = Tensors.toFloats(probabilities);
    int width = classes.size();
    List<float[]> rows = new ArrayList<>();
    for (int at = 0; at < all.length; at += width) {
      rows.add(Arrays.copyOfRange(all, at, at + width));
    }
    return rows.toArray(new float[0][]);
  }
}
