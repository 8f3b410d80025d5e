package dev.bingo.method;

import dev.bingo.encoder.Layer;
import dev.bingo.torch.Tensors;
import org.bytedeco.pytorch.AutoGradMode;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;

/**
 * A first-in, first-out store of K keys of width D (MoCo, arXiv 1911.05722, §3.2), started with
 * noise.
 *
 * <p>Within a step the old keys are compared with first, then {@link #push} overwrites the oldest.
 * A batch need not divide K: the write wraps round.
 */
public final class Queue extends Layer {
  private final Tensor queue;
  private final Tensor pointer;
  private final Tensor filled;
  private final Tensor owners;
  private final int size;

  /**
   * A queue of random unit keys.
   *
   * @param width D
   * @param size K
   */
  public Queue(int width, int size, long seed) {
    super("Queue");
    if (size < 1) {
      throw new IllegalArgumentException("queue: expected at least one key, got " + size);
    }
    this.size = size;
    torch.manual_seed(seed * 1_000_003 + 17);
    queue = buffer("queue", torch.normalize(torch.randn(size, width)).t().contiguous());
    pointer = buffer("queue_ptr", Tensors.zeros(ScalarType.Long, 1));
    filled = buffer("queue_filled", Tensors.zeros(ScalarType.Long, 1));
    owners = buffer("queue_owner", Tensors.zeros(ScalarType.Long, size).sub(new Scalar(1)));
  }

  /** The keys, {@code [D, K]}, columns of length 1. A copy: later pushes don't change it. */
  public Tensor keys() {
    return queue.detach().clone();
  }

  /** Whose key each column is, {@code int64 [K]}: an index into the data set, −1 for noise. */
  public Tensor owners() {
    return owners.detach().clone();
  }

  /**
   * Overwrites the oldest keys.
   *
   * @param keys {@code [B, D]}, rows of length 1, B ≤ K
   * @param indices of the images they belong to, {@code int64 [B]}
   */
  public void push(Tensor keys, Tensor indices) {
    long count = keys.size(0);
    if (count > size) {
      throw new IllegalArgumentException(
          "a batch of " + count + " keys is larger than the queue of " + size);
    }
    try (AutoGradMode off = new AutoGradMode(false)) {
      long at = pointer.item_long();
      long first = Math.min(count, size - at);
      write(at, keys.narrow(0, 0, first), indices.narrow(0, 0, first));
      if (first < count) {
        write(0, keys.narrow(0, first, count - first), indices.narrow(0, first, count - first));
      }
      pointer.fill_(new Scalar((at + count) % size));
      filled.fill_(new Scalar(Math.min(size, filled.item_long() + count)));
    }
  }

  private void write(long at, Tensor keys, Tensor indices) {
    queue.narrow(1, at, keys.size(0)).copy_(keys.t());
    owners.narrow(0, at, keys.size(0)).copy_(indices);
  }

  /** K. */
  public int size() {
    return size;
  }

  /** Share of columns that hold keys rather than noise, a float scalar. */
  public Tensor fill() {
    return filled.to(ScalarType.Float).div(new Scalar((double) size)).squeeze();
  }
}
