package dev.bingo.fewshot;

import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;

/**
 * Prototypical networks (arXiv 1703.05175): a class is the mean of its supports, and a query's
 * logit its squared Euclidean distance to it, negated.
 */
public final class ProtoNet extends Learner {
  /** Its name. */
  public static final String NAME = "protonet";

  /** Owns the encoder. */
  public ProtoNet(Conv4 encoder) {
    super(NAME, encoder);
  }

  @Override
  public Tensor logits(Task task) {
    Tensor prototypes = task.means(task.supports()).flatten(1, -1);
    Tensor queries = task.queries().flatten(1, -1);
    Tensor difference = queries.unsqueeze(1).sub(prototypes.unsqueeze(0));
    return difference.pow(new Scalar(2)).sum(-1).neg();
  }

  @Override
  Tensor loss(Tensor logits, Tensor targets) {
    return torch.cross_entropy_loss(logits, targets);
  }

  @Override
  double chanceLoss(int ways) {
    return Math.log(ways);
  }
}
