package dev.bingo.fewshot;

import dev.bingo.torch.Tensors;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.ScalarTypeOptional;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;

/**
 * Memory-Augmented Relation Network (He et al., ACM MM 2020, arXiv 2005.04414), <b>as we
 * reconstruct it</b>: neither its code nor more of its text than the abstract could be had. That
 * says that visually similar samples are chosen from the working context, that information
 * propagates from them by attention, that relations are learnt, and that memory slots augment the
 * context. What the slots hold, k, the attention and the loss are ours; docs/few-shot.md has the
 * formulas. Without a context it is its ancestor, the Relation Network.
 */
public final class Mrn extends Learner {
  /** Its name. */
  public static final String NAME = "mrn";

  /** The name of its ancestor. */
  public static final String RELATION = "relation";

  /** Training classes from which on its memory is read. */
  public static final int LEAST_CLASSES = Memory.LEAST;

  private static final long PAIRS = 4096;

  private final MrnConfig config;
  private final RelationModule relation;
  private final Propagation propagation;
  private final Memory memory;
  private final Memory.Learnt learnt;

  /**
   * A network whose encoder and relation module are yet to be drawn.
   *
   * @param encoder is owned
   * @param side of the encoder's maps
   * @param seed of slots that are learnt
   */
  public Mrn(MrnConfig config, Conv4 encoder, int side, long seed) {
    super(config.context() == MrnConfig.Context.NONE ? RELATION : NAME, encoder);
    this.config = config;
    relation = part("relation", new RelationModule(side));
    propagation = config.propagates() ? part("propagation", new Propagation()) : null;
    boolean slots = config.propagates() && config.ofMemory();
    boolean written = config.slots() == MrnConfig.Slots.WRITTEN;
    memory = slots && written ? part("memory", new Memory(side)) : null;
    learnt = slots && !written ? part("learnt", new Memory.Learnt(side, seed)) : null;
  }

  /** What it was made by. */
  public MrnConfig config() {
    return config;
  }

  @Override
  public boolean canBeTransductive() {
    return propagation != null && config.ofEpisode();
  }

  @Override
  public boolean transductive() {
    return config.transductive() && canBeTransductive();
  }

  @Override
  public Tensor logits(Task task) {
    long supports = task.supports().size(0);
    long queries = task.queries().size(0);
    boolean together = task.transductive() && canBeTransductive();
    Tensor maps =
        together && task.unlabelled() != null
            ? torch.cat(new TensorVector(task.supports(), task.queries(), task.unlabelled()))
            : torch.cat(new TensorVector(task.supports(), task.queries()));
    if (propagation != null) {
      long inContext = !config.ofEpisode() ? 0 : together ? maps.size(0) : supports;
      Memory.Slots slots = slots(task);
      for (int round = 0; round < config.rounds(); round++) {
        maps = propagation.forward(maps, inContext, slots, config, 2 * task.draw() + round);
      }
    }
    Tensor prototypes = task.means(maps.narrow(0, 0, supports));
    return relations(prototypes, maps.narrow(0, supports, queries));
  }

  /** Pairs are large: without batch statistics, which are of all of them, some at a time. */
  private Tensor relations(Tensor classes, Tensor queries) {
    long some = Math.max(1, PAIRS / classes.size(0));
    if (relation.is_training() || queries.size(0) <= some) {
      return relation.logits(classes, queries);
    }
    TensorVector parts = new TensorVector();
    for (long at = 0; at < queries.size(0); at += some) {
      Tensor part = queries.narrow(0, at, Math.min(some, queries.size(0) - at));
      parts.push_back(Tensors.within(() -> relation.logits(classes, part)));
    }
    return torch.cat(parts);
  }

  private Memory.Slots slots(Task task) {
    if (learnt != null) {
      return learnt.read();
    }
    return memory == null ? null : memory.read(config.masked() ? task.classes() : new long[0]);
  }

  @Override
  Tensor loss(Tensor logits, Tensor targets) {
    if (config.loss() == MrnConfig.Loss.CE) {
      return torch.cross_entropy_loss(logits, targets);
    }
    Tensor wanted = torch.one_hot(targets, logits.size(1)).to(ScalarType.Float);
    return torch.mse_loss(logits.sigmoid(), wanted);
  }

  /** Relations that were trained one by one are shares of their sum. */
  @Override
  public Tensor probabilities(Tensor logits) {
    if (config.loss() == MrnConfig.Loss.CE) {
      return super.probabilities(logits);
    }
    Tensor each = logits.sigmoid();
    return each.div(
        each.sum(new long[] {1}, true, new ScalarTypeOptional()).clamp_min(new Scalar(1e-12)));
  }

  @Override
  double chanceLoss(int ways) {
    // The best constant relation is 1 / N.
    return config.loss() == MrnConfig.Loss.CE ? Math.log(ways) : (1.0 / ways) * (1 - 1.0 / ways);
  }

  @Override
  boolean remembers() {
    return memory != null;
  }

  @Override
  void remember(long[] classes, float[][] means) {
    if (memory != null) {
      memory.write(classes, means);
    }
  }

  /** Which class each slot of the memory holds, −1 for none; empty where it has no memory. */
  long[] held() {
    return memory == null ? new long[0] : memory.held();
  }
}
