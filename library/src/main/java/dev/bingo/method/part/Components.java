package dev.bingo.method.part;

import dev.bingo.group.Group;
import dev.bingo.torch.Tensors;
import org.bytedeco.pytorch.AutoGradMode;
import org.bytedeco.pytorch.LongOptional;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;

/**
 * Connected components of a nearest-neighbour graph: every row is joined to the row most like it,
 * and rows that hang together get one weak label (WCL, arXiv 2110.04770, §3.2).
 */
public final class Components {
  private Components() {}

  /**
   * The component of each row; where ranks share the batch, of all its rows.
   *
   * @param embeddings {@code [B, D]}, rows of length 1, B at least 2; nearest by cosine
   * @return {@code int64 [B]}, components numbered from 0 by their first row; each has at least two
   */
  public static Tensor of(Tensor embeddings) {
    try (AutoGradMode off = new AutoGradMode(false)) {
      Tensor w = Group.here().gather(embeddings.detach());
      Tensor similarity = w.matmul(w.t()).fill_diagonal_(new Scalar(Float.NEGATIVE_INFINITY));
      long[] nearest = Tensors.toLongs(similarity.argmax(new LongOptional(1), false));
      long[] labels = label(nearest);
      return Tensors.upload(Tensors.of(labels, labels.length), w.device());
    }
  }

  /** Union–find over the edges i – nearest[i]. */
  static long[] label(long[] nearest) {
    int[] parent = new int[nearest.length];
    for (int i = 0; i < parent.length; i++) {
      parent[i] = i;
    }
    for (int i = 0; i < parent.length; i++) {
      int a = root(parent, i);
      int b = root(parent, (int) nearest[i]);
      // The smaller becomes the root, so that a root is its component's first row.
      parent[Math.max(a, b)] = Math.min(a, b);
    }
    long[] labels = new long[parent.length];
    long next = 0;
    for (int i = 0; i < parent.length; i++) {
      int root = root(parent, i);
      labels[i] = root == i ? next++ : labels[root];
    }
    return labels;
  }

  private static int root(int[] parent, int i) {
    int at = i;
    while (parent[at] != at) {
      parent[at] = parent[parent[at]];
      at = parent[at];
    }
    return at;
  }
}
