package dev.bingo.method.part;

import dev.bingo.group.Group;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;

/**
 * SimCLR's NT-Xent (Chen et al., arXiv 2002.05709, equation 1): each of 2B embeddings is to find
 * the other view of its image among all others of the batch.
 */
public final class NtXent {
  private NtXent() {}

  /**
   * The loss of a batch.
   *
   * @param first {@code [B, D]}, rows of length 1; {@code second} likewise, of the other views
   * @param devices G as whose gradients are taken: what an embedding is compared with passes a
   *     gradient on only where it is of its own device, image n being on n mod G. Ranks have G / W
   *     devices each, or the whole batch is one
   */
  public static Tensor loss(Tensor first, Tensor second, double temperature, int devices) {
    Group ranks = Group.here();
    long images = first.size(0) * ranks.size();
    Tensor z = torch.cat(new TensorVector(ranks.gather(first), ranks.gather(second)));
    Tensor ids = torch.arange(new Scalar(2 * images)).to(z.device(), ScalarType.Long);
    Tensor others = ids.roll(new long[] {images}, 0);
    int apart = Math.max(devices, ranks.size());
    Tensor device = ids.remainder(new Scalar(images)).remainder(new Scalar(apart));
    Tensor loss = null;
    for (int g = ranks.rank(); g < apart; g += ranks.size()) {
      Tensor own = device.eq(new Scalar(g));
      Tensor rows = own.nonzero().squeeze(1);
      Tensor partners = others.index_select(0, rows);
      Tensor keys = devices == 1 ? z : torch.where(own.unsqueeze(1), z, z.detach());
      Tensor noNegatives = rows.unsqueeze(1).eq(ids).logical_or(partners.unsqueeze(1).eq(ids));
      Tensor term =
          new InfoNce(z.index_select(0, rows), keys.t(), noNegatives, temperature)
              .loss(z.index_select(0, partners));
      loss = loss == null ? term : loss.add(term);
    }
    return loss.div(new Scalar((double) apart / ranks.size()));
  }
}
