package dev.bingo.method;

import dev.bingo.encoder.Backbone;
import dev.bingo.encoder.Layer;
import dev.bingo.encoder.ProjectionHead;
import dev.bingo.torch.Precision;
import dev.bingo.view.Mates;
import dev.bingo.view.Recording;
import dev.bingo.view.View;
import java.util.List;
import java.util.Map;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;

/**
 * A learning method: which views it wants and what it makes of them. The loop knows nothing else of
 * it.
 *
 * <p>A step is {@link #loss}, backward, {@link #afterBackward}, the optimiser, {@link #afterStep};
 * the loop owns the native scope around all of it. With gradient accumulation {@code loss} is
 * called several times a step.
 */
public interface Method {
  /** What a user calls it in a recipe. */
  String name();

  /** The views of a sample, in the order in which {@link Images} holds them. */
  List<View> views();

  /**
   * All the state there is: encoders, heads, queues, pointers, prototypes, momentum copies, as
   * registered modules, parameters and buffers. What is in this tree is what a checkpoint saves and
   * what moves to the device; parameters that require a gradient are what the optimiser trains. A
   * frozen teacher is <em>not</em> in it: its weights come from its own file.
   */
  Layer state();

  /** The encoder that comes out: what is evaluated and exported. Part of {@link #state()}. */
  Backbone encoder();

  /** The head on {@link #encoder()} that the loss is computed behind. Part of {@link #state()}. */
  ProjectionHead head();

  /**
   * The loss of one batch; called outside autocast.
   *
   * @return the loss to minimise, and figures to show
   */
  Loss loss(Images images, Progress progress);

  /**
   * Between backward and the optimiser's step: gradients may be changed here (SwAV freezes its
   * prototypes).
   */
  default void afterBackward(Progress progress) {}

  /** After the optimiser's step. */
  default void afterStep(Progress progress) {}

  /** Before the loader begins an epoch, or goes on in its midst. */
  default void beforeEpoch() {}

  /** Bag mates of its own choice; null where they come from a bag file, or no view is of one. */
  default Mates mates() {
    return null;
  }

  /** Which epochs its loader is to repeat, because a teacher's keys were computed for them. */
  default Recording recording() {
    return Recording.NONE;
  }

  /** Train mode on, for everything but what the method holds in another mode. */
  default void train() {
    state().train(true);
  }

  /** The loss of a blind guess, to print beside the real one: ln(K + 1) for a queue of K. */
  double chanceLoss();

  /** Whether it learns from labels: the loop refuses images without them. */
  default boolean needsLabels() {
    return false;
  }

  /** What can fool it on a data set of this size with this batch; refuses what can't work. */
  default void check(int images, int batch) {}

  /**
   * Refuses so many ranks, where they can't share its batches; here any but one. A method whose
   * loss is a mean over rows, and whose other tensors are those of {@code dev.bingo.method.part},
   * needs no more than to let them pass: what looks at several rows asks {@link
   * dev.bingo.group.Group#here}.
   *
   * @throws IllegalArgumentException with what can be done
   */
  default void checkRanks(int ranks) {
    if (ranks > 1) {
      throw new IllegalArgumentException(
          "train.ranks: "
              + name()
              + " does not say that ranks can share its batches; train.ranks=1 trains it");
    }
  }

  /**
   * The outcome of one forward pass.
   *
   * @param value scalar, with gradient
   * @param figures detached scalars to log, by name; read by the loop only when it logs
   */
  record Loss(Tensor value, Map<String, Tensor> figures) {}

  /**
   * One batch, on the device, normalised.
   *
   * @param views in the order of {@link Method#views()}, each {@code float [B, 3, S, S]},
   *     channels_last; S is 0 where a view is a teacher's whose keys are recorded
   * @param labels {@code int64 [B]}, −1 where unknown
   * @param indices of the anchors in the data set, {@code int64 [B]}
   * @param hostIndices the same on the CPU, for what must not wait for the device
   * @param mates of their bag mates, {@code int64 [B]}; −1 without bags
   * @param precision of the networks; losses are float32 in any case
   */
  record Images(
      List<Tensor> views,
      Tensor labels,
      Tensor indices,
      Tensor hostIndices,
      Tensor mates,
      Precision precision) {
    /** On the CPU, without bags. */
    public Images(List<Tensor> views, Tensor labels, Tensor indices, Precision precision) {
      this(views, labels, indices, indices, torch.full_like(indices, new Scalar(-1)), precision);
    }

    public Tensor view(int i) {
      return views.get(i);
    }

    /** The same batch, changed. */
    public Images withViews(List<Tensor> others) {
      return new Images(others, labels, indices, hostIndices, mates, precision);
    }
  }
}
