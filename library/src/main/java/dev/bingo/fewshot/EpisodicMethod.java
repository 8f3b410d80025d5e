package dev.bingo.fewshot;

import dev.bingo.encoder.Backbone;
import dev.bingo.encoder.Layer;
import dev.bingo.encoder.Modules;
import dev.bingo.encoder.ProjectionHead;
import dev.bingo.fewshot.Episodes.Shape;
import dev.bingo.method.Method;
import dev.bingo.method.Progress;
import dev.bingo.torch.Draws;
import dev.bingo.torch.Precision;
import dev.bingo.torch.Tensors;
import dev.bingo.view.Augmentation;
import dev.bingo.view.View;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.bytedeco.pytorch.LongOptional;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;

/**
 * Training by episodes as a method of the loop: a batch is an episode, in the order of {@link
 * Episodes#order}. Supports and queries go through the encoder together, so that its batch-norm
 * sees them as one batch.
 */
public final class EpisodicMethod implements Method {
  /** Largest gradient norm of each module, as the ancestor's code has it. */
  private static final double CLIP = .5;

  private static final int PAD = 4;
  private static final long PURPOSE = 0xF1195;

  private final Learner learner;
  private final Shape shape;
  private final int size;
  private final boolean cropped;
  private final ProjectionHead none;
  private final List<long[]> seen = new ArrayList<>();
  private final List<float[][]> means = new ArrayList<>();

  /**
   * A training that has not begun.
   *
   * @param learner is trained, and stays the caller's
   * @param size side of the images, pixels
   * @param cropped each training image is padded by 4 pixels, cut out at a random place, and
   *     flipped at random
   */
  public EpisodicMethod(Learner learner, Shape shape, int size, boolean cropped) {
    this.learner = learner;
    this.shape = shape;
    this.size = size;
    this.cropped = cropped;
    none = ProjectionHead.none(Conv4.CHANNELS);
  }

  @Override
  public String name() {
    return learner.method();
  }

  @Override
  public List<View> views() {
    Augmentation whole = new Augmentation(1, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0);
    return List.of(new View("image", View.Source.ANCHOR, whole, size));
  }

  @Override
  public Layer state() {
    return learner;
  }

  @Override
  public Backbone encoder() {
    return learner.encoder();
  }

  @Override
  public ProjectionHead head() {
    return none;
  }

  @Override
  public boolean needsLabels() {
    return true;
  }

  @Override
  public double chanceLoss() {
    return learner.chanceLoss(shape.ways());
  }

  @Override
  public Loss loss(Images images, Progress progress) {
    Tensor x = cropped ? cropped(images.view(0), progress) : images.view(0);
    Tensor maps;
    try (Precision.Scope autocast = images.precision().autocast(x.device().type())) {
      maps = learner.encoder().maps(x).to(ScalarType.Float);
    }
    long[] classes = classes(images.labels());
    Tensor logits =
        learner.logits(Task.of(maps, shape, classes, learner.transductive(), progress.step()));
    Tensor targets = targets(shape).to(maps.device(), ScalarType.Long);
    if (learner.remembers()) {
      seen.add(classes);
      means.add(means(maps.detach()));
    }
    Tensor right = logits.detach().argmax(new LongOptional(1), false);
    Tensor accuracy = right.eq(targets).to(ScalarType.Float).mean();
    return new Loss(learner.loss(logits, targets), Map.of("accuracy", accuracy));
  }

  /** What the classes of an episode are called in training. */
  private long[] classes(Tensor labels) {
    long[] all = Tensors.toLongs(labels);
    return IntStream.range(0, shape.ways()).mapToLong(c -> all[c * shape.shots()]).toArray();
  }

  /** The class of each query within its episode, {@code int64 [N · Q]}. */
  static Tensor targets(Shape shape) {
    long[] of =
        IntStream.range(0, shape.ways() * shape.queries())
            .mapToLong(i -> i / shape.queries())
            .toArray();
    return Tensors.of(of, of.length);
  }

  /** Of each class's supports and queries. */
  private float[][] means(Tensor maps) {
    int supports = shape.supports();
    float[][] all = new float[shape.ways()][];
    for (int c = 0; c < all.length; c++) {
      Tensor own = maps.narrow(0, (long) c * shape.shots(), shape.shots());
      Tensor queries = maps.narrow(0, supports + (long) c * shape.queries(), shape.queries());
      all[c] = Tensors.toFloats(torch.cat(new TensorVector(own, queries)).mean(0));
    }
    return all;
  }

  /** Draws of (seed, step, row): the images of an epoch come in more than one episode. */
  private Tensor cropped(Tensor images, Progress progress) {
    Tensor padded = torch.constant_pad_nd(images, PAD, PAD, PAD, PAD);
    TensorVector all = new TensorVector();
    for (long row = 0; row < images.size(0); row++) {
      Draws draws = Draws.of(progress.seed(), progress.step(), row, PURPOSE);
      int top = draws.below(2 * PAD + 1);
      int left = draws.below(2 * PAD + 1);
      Tensor cut =
          padded.narrow(0, row, 1).narrow(2, top, images.size(2)).narrow(3, left, images.size(3));
      all.push_back(draws.chance(.5) ? cut.flip(3) : cut);
    }
    return torch.cat(all);
  }

  @Override
  public void afterBackward(Progress progress) {
    learner
        .parts()
        .forEach(
            part -> {
              Tensor[] trained = Modules.trainable(part).values().toArray(new Tensor[0]);
              if (trained.length > 0) {
                torch.clip_grad_norm_(new TensorVector(trained), CLIP);
              }
            });
  }

  @Override
  public void afterStep(Progress progress) {
    for (int i = 0; i < seen.size(); i++) {
      learner.remember(seen.get(i), means.get(i));
    }
    seen.clear();
    means.clear();
  }
}
