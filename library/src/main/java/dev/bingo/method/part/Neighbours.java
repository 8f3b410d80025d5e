package dev.bingo.method.part;

import dev.bingo.encoder.Layer;
import dev.bingo.group.Group;
import dev.bingo.torch.Draws;
import dev.bingo.torch.Tensors;
import dev.bingo.view.Mates;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.AutoGradMode;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;

/**
 * The nearest images of every image, by embeddings kept over an epoch. Until the first search each
 * image is its own.
 *
 * <p>The table that an epoch draws from is made at the end of the epoch before and is saved, so
 * that a resumed epoch goes on with the same one.
 */
public final class Neighbours extends Layer implements Mates {
  // Similarities held at a time: 256 MB.
  private static final long MOST = 1L << 26;

  private final Tensor bank;
  private final Tensor table;
  private final int k;
  // What the loader's threads read.
  private volatile long[] published;

  /**
   * @param images N
   * @param width D of their embeddings
   * @param k nearest ones of each, fewer than N
   */
  public Neighbours(int images, int width, int k) {
    super("Neighbours");
    this.k = k;
    try (PointerScope scope = new PointerScope()) {
      bank = buffer("bank", Tensors.zeros(ScalarType.Float, images, width));
      Tensor own = torch.arange(new Scalar(images)).to(ScalarType.Long).unsqueeze(1);
      table = buffer("table", own.repeat(1, k));
    }
    publish();
  }

  /** Remembers {@code [B, D]} embeddings, rows of length 1, of images {@code int64 [B]}. */
  public void keep(Tensor images, Tensor embeddings) {
    Group ranks = Group.here();
    Tensor all = ranks.gather(images);
    Tensor theirs = ranks.gather(embeddings.detach());
    ranks.once(() -> keepAll(all, theirs));
  }

  private void keepAll(Tensor images, Tensor embeddings) {
    try (AutoGradMode off = new AutoGradMode(false)) {
      bank.index_copy_(0, images, embeddings);
    }
  }

  /** Makes the table anew: exact, by cosine, the image itself left out. */
  public void search() {
    search(Math.max(1, MOST / bank.size(0)));
  }

  /**
   * Searches.
   *
   * @param most rows at a time
   */
  public void search(long most) {
    long images = bank.size(0);
    for (long from = 0; from < images; from += most) {
      try (PointerScope scope = new PointerScope();
          AutoGradMode off = new AutoGradMode(false)) {
        long rows = Math.min(most, images - from);
        Tensor block = table.narrow(0, from, rows);
        Tensor similarity = bank.narrow(0, from, rows).matmul(bank.t());
        similarity.narrow(1, from, rows).fill_diagonal_(new Scalar(Float.NEGATIVE_INFINITY));
        block.copy_(similarity.topk(k, 1, true, true).get1());
      }
    }
  }

  /** Lets the loader draw from the table as it is. */
  public void publish() {
    try (PointerScope scope = new PointerScope()) {
      published = Tensors.toLongs(table);
    }
  }

  @Override
  public int mate(int anchor, Draws draws) {
    return (int) published[anchor * k + draws.below(k)];
  }
}
