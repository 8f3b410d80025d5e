package dev.bingo.fewshot;

import dev.bingo.evaluate.Features;
import dev.bingo.torch.ProgressListener;
import dev.bingo.torch.Tensors;
import java.util.Arrays;
import java.util.stream.IntStream;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.LongOptional;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;

/**
 * Classifies by prototypes with the features of any encoder: a class is the mean of its supports'
 * features, each of length 1, and an image's logit for it their cosine times a scale. Nothing is
 * trained, but for the scale.
 */
public final class Prototypes {
  /** Where the supports can't choose one. */
  public static final double DEFAULT_SCALE = 10;

  private static final double[] SCALES = {2, 5, 10, 20, 50, 100};
  private static final int ROUNDS = 10;

  private final Tensor supports;
  private final Tensor membership;
  private final double scale;
  private final LeaveOneOut check;

  private Prototypes(Tensor supports, Tensor membership, double scale, LeaveOneOut check) {
    this.supports = supports;
    this.membership = membership;
    this.scale = scale;
    this.check = check;
  }

  /**
   * Prototypes of supports. Where each class has two or more, each support is classified by the
   * others, and the scale is the one that gives them the largest likelihood.
   *
   * @param features {@code float32 [S, D]}; what is made of them belongs to the caller's scope
   * @param labels of the rows, 0 … classes − 1, each at least once
   */
  public static Prototypes of(Tensor features, int[] labels, int classes) {
    int n = labels.length;
    float[] member = new float[classes * n];
    int[] shots = new int[classes];
    for (int i = 0; i < n; i++) {
      member[labels[i] * n + i] = 1;
      shots[labels[i]]++;
    }
    if (IntStream.of(shots).anyMatch(k -> k == 0)) {
      throw new IllegalArgumentException("a class has no support: " + Arrays.toString(shots));
    }
    Tensor unit = torch.normalize(features);
    Tensor membership = Tensors.of(member, classes, n);
    if (IntStream.of(shots).anyMatch(k -> k < 2)) {
      return new Prototypes(unit, membership, DEFAULT_SCALE, null);
    }
    Tensor cosines = leaveOneOut(unit, membership, labels);
    Tensor targets = targets(labels);
    double scale = DEFAULT_SCALE;
    double least = Double.POSITIVE_INFINITY;
    for (double tried : SCALES) {
      double loss = torch.cross_entropy_loss(cosines.mul(new Scalar(tried)), targets).item_double();
      if (loss < least) {
        least = loss;
        scale = tried;
      }
    }
    Tensor given = cosines.argmax(new LongOptional(1), false);
    int right = given.eq(targets).sum().item_int();
    return new Prototypes(unit, membership, scale, new LeaveOneOut(right, n));
  }

  private static Tensor targets(int[] labels) {
    return Tensors.of(Arrays.stream(labels).asLongStream().toArray(), labels.length);
  }

  /** Cosines of each support to the prototypes, its own class's without it: {@code [S, N]}. */
  private static Tensor leaveOneOut(Tensor unit, Tensor membership, int[] labels) {
    Tensor sums = membership.mm(unit);
    Tensor cosines = unit.mm(torch.normalize(sums).t());
    Tensor own = torch.normalize(sums.index_select(0, targets(labels)).sub(unit));
    Tensor without = own.mul(unit).sum(1);
    Tensor member = membership.t().to(ScalarType.Bool);
    return torch.where(member, without.unsqueeze(1), cosines);
  }

  /** How the supports fare among themselves; null where a class has but one. */
  public LeaveOneOut check() {
    return check;
  }

  /** What cosines are multiplied with. */
  public double scale() {
    return scale;
  }

  /**
   * Logits of images, each by itself.
   *
   * @param features {@code float32 [Q, D]}
   * @return {@code [Q, N]}
   */
  public Tensor logits(Tensor features) {
    return logits(torch.normalize(features), membership.mm(supports));
  }

  private Tensor logits(Tensor unit, Tensor sums) {
    return unit.mm(torch.normalize(sums).t()).mul(new Scalar(scale));
  }

  /**
   * Logits of images that are looked at together: prototypes move towards the images that are
   * likely of their class, in rounds (soft k-means of Ren et al., arXiv 1803.00676). It helps where
   * all images are of these classes, and misleads where they are not.
   *
   * @param features {@code float32 [Q, D]}
   * @return {@code [Q, N]}
   */
  public Tensor transductive(Tensor features) {
    Tensor unit = torch.normalize(features);
    Tensor own = membership.mm(supports);
    Tensor logits = logits(unit, own);
    for (int round = 0; round < ROUNDS; round++) {
      Tensor before = logits;
      logits = Tensors.within(() -> logits(unit, own.add(before.softmax(1).t().mm(unit))));
    }
    return logits;
  }

  /**
   * Judges an encoder by episodes of its features.
   *
   * @param features of the set that the episodes are of, a row an image
   */
  public static EpisodeScores judge(
      Features features,
      Episodes episodes,
      int count,
      boolean transductive,
      ProgressListener listener) {
    Episodes.Shape shape = episodes.shape();
    int[] labels = IntStream.range(0, shape.supports()).map(i -> i / shape.shots()).toArray();
    double[] percent = new double[count];
    for (int e = 0; e < count; e++) {
      try (PointerScope scope = new PointerScope();
          NoGradGuard off = new NoGradGuard()) {
        long[] rows = IntStream.of(episodes.images(e)).asLongStream().toArray();
        Tensor all = features.values().index_select(0, Tensors.of(rows, rows.length));
        int supports = shape.supports();
        Prototypes prototypes = of(all.narrow(0, 0, supports), labels, shape.ways());
        Tensor queries = all.narrow(0, supports, rows.length - (long) supports);
        Tensor logits =
            transductive ? prototypes.transductive(queries) : prototypes.logits(queries);
        Tensor right = logits.argmax(new LongOptional(1), false).eq(EpisodicMethod.targets(shape));
        percent[e] = 100 * right.to(ScalarType.Double).mean().item_double();
      }
      listener.progressed(e + 1, count);
    }
    return new EpisodeScores(percent);
  }
}
