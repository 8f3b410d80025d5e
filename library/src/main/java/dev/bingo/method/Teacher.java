package dev.bingo.method;

import dev.bingo.encoder.EmbeddingNet;
import dev.bingo.encoder.Layer;
import dev.bingo.encoder.Modules;
import dev.bingo.method.Method.Images;
import dev.bingo.torch.Draws;
import dev.bingo.torch.Precision;
import java.util.List;
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
 */
public final class Teacher implements Keys {
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

  @Override
  public List<Tensor> keys(Images images, List<Wanted> wanted, Progress progress) {
    return keys(
        wanted.stream().map(w -> images.view(w.view())).toList(), images.precision(), progress);
  }

  /**
   * The keys of several views. Where batch-norm doesn't mix the rows, all views go through at once.
   *
   * @param views each {@code float [B, 3, S, S]}
   * @return for each view {@code float32 [B, D]}, rows of length 1, no gradient
   */
  List<Tensor> keys(List<Tensor> views, Precision wanted, Progress progress) {
    try (AutoGradMode off = new AutoGradMode(false)) {
      Precision precision = prepare(wanted);
      if (mode == BatchNormMode.RUNNING && views.size() > 1) {
        Tensor all =
            net.embed(torch.cat(new TensorVector(views.toArray(new Tensor[0]))), precision);
        long batch = views.get(0).size(0);
        return java.util.stream.LongStream.range(0, views.size())
            .mapToObj(v -> all.narrow(0, v * batch, batch))
            .toList();
      }
      Tensor[] keys = new Tensor[views.size()];
      for (int v = 0; v < keys.length; v++) {
        Draws draws = Draws.of(progress.seed(), progress.step(), v, SHUFFLE);
        keys[v] = Shuffle.keys(net, views.get(v), precision, groups, draws);
      }
      return List.of(keys);
    }
  }

  /** The precision to run in: bf16 for good once the weights are, whatever a replay wants. */
  private Precision prepare(Precision wanted) {
    if (mode == BatchNormMode.RUNNING && !folded) {
      Modules.foldBatchNorm(net);
      folded = true;
    }
    if (wanted == Precision.BF16 && !rounded) {
      Modules.toBfloat16(net);
      rounded = true;
    }
    return rounded ? Precision.BF16 : wanted;
  }

  @Override
  public boolean fromViews() {
    return true;
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
