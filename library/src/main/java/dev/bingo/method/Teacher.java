package dev.bingo.method;

import dev.bingo.encoder.EmbeddingNet;
import dev.bingo.encoder.Layer;
import dev.bingo.encoder.Maps;
import dev.bingo.encoder.Modules;
import dev.bingo.group.Group;
import dev.bingo.method.Method.Images;
import dev.bingo.method.part.Shuffle;
import dev.bingo.torch.Draws;
import dev.bingo.torch.Precision;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.bytedeco.pytorch.AutoGradMode;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;

/**
 * A frozen network that gives the keys.
 *
 * <p>Its parameters never change. With {@link BatchNormMode#BATCH} the running statistics drift, as
 * in BINGO's public code, which never calls {@code eval()}; the keys don't depend on them, so that
 * a resumed run needs no copy of them. With {@link BatchNormMode#RUNNING} batch-norm is folded into
 * the layers before it at the first keys: the network is the teacher's alone from then on, not to
 * be saved or exported.
 *
 * <p>Ranks that are threads share one teacher, whose running statistics then stay as they are.
 */
public final class Teacher implements Keys {
  /** The setting of its batch-norm groups. */
  static final String GROUPS = "teacher.groups";

  static final long SHUFFLE = 0x7ea;

  /** What the teacher's batch-norm normalises by. */
  public enum BatchNormMode {
    /** The batch's own statistics: BINGO's public code. */
    BATCH,
    /** The running statistics of its training: SEED's public code. */
    RUNNING
  }

  private final EmbeddingNet net;
  private final BatchNormMode mode;
  private final int groups;
  private boolean folded;
  private boolean rounded;

  /**
   * Freezes a network.
   *
   * @param groups batch-norm groups G of teacher and student, as if on G devices, with keys
   *     shuffled across them; as {@link MocoConfig#groups()}. Public code: 8 devices
   */
  public Teacher(EmbeddingNet net, BatchNormMode mode, int groups) {
    this.net = net;
    this.mode = mode;
    this.groups = groups;
    Modules.freeze(net);
    Modules.batchNormGroups(net, groups);
    net.train(mode == BatchNormMode.BATCH);
  }

  /** Where batch-norm doesn't mix the rows, all views go through at once. */
  @Override
  public List<Tensor> keys(Images images, Progress progress, int... views) {
    try (AutoGradMode off = new AutoGradMode(false)) {
      Precision precision = prepare(images.precision());
      Tensor[] pixels = IntStream.of(views).mapToObj(images::view).toArray(Tensor[]::new);
      if (mode == BatchNormMode.RUNNING && views.length > 1) {
        Tensor all = net.embed(torch.cat(new TensorVector(pixels)), precision);
        long batch = pixels[0].size(0);
        return LongStream.range(0, views.length)
            .mapToObj(v -> all.narrow(0, v * batch, batch))
            .toList();
      }
      Tensor[] keys = new Tensor[views.length];
      for (int v = 0; v < keys.length; v++) {
        Draws draws = Draws.of(progress.seed(), progress.step(), views[v], SHUFFLE);
        keys[v] = Shuffle.keys(net, pixels[v], precision, groups, draws);
      }
      return List.of(keys);
    }
  }

  /** Whether it shows its feature maps, which are the same whatever else is in the batch. */
  boolean hasMap() {
    return mode == BatchNormMode.RUNNING && net.backbone().hasMap();
  }

  /** Its features, rows of length 1, and its maps; of one view, no gradient. */
  Maps featuresAndMap(Images images, int view) {
    try (AutoGradMode off = new AutoGradMode(false)) {
      Maps maps = net.featuresAndMap(images.view(view), prepare(images.precision()));
      return new Maps(torch.normalize(maps.features()), maps.map());
    }
  }

  /** The precision to run in: bf16 for good once the weights are, whatever a replay wants. */
  private synchronized Precision prepare(Precision wanted) {
    if (mode == BatchNormMode.RUNNING && !folded) {
      Modules.foldBatchNorm(net);
      folded = true;
    }
    if (Group.here().size() > 1) {
      Modules.holdStatistics(net);
    }
    if (wanted == Precision.BF16 && !rounded) {
      Modules.toBfloat16(net);
      rounded = true;
    }
    return rounded ? Precision.BF16 : wanted;
  }

  /** Whether a key is what it is beside the other images of its batch only. */
  public boolean mixesBatch() {
    return mode == BatchNormMode.BATCH;
  }

  @Override
  public int groups() {
    return groups;
  }

  @Override
  public int width() {
    return net.width();
  }

  /** For moving it to a device. */
  public Layer module() {
    return net;
  }
}
