package dev.bingo.method.part;

import dev.bingo.encoder.Layer;
import dev.bingo.group.Group;
import dev.bingo.torch.Counter;
import dev.bingo.torch.Tensors;
import java.util.LinkedHashMap;
import java.util.Map;
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
 * A batch need not divide K: the write wraps round. Ranks push the keys of all, in the batch's
 * order.
 */
public final class Queue extends Layer {
  private final Tensor queue;
  private final Counter pointer;
  private final Tensor filled;
  private final Counter fill;
  private final Tensor owners;
  private final Map<String, Tensor> columns = new LinkedHashMap<>();
  private final int size;

  /**
   * A queue of random unit keys.
   *
   * @param width D
   * @param size K
   */
  public Queue(int width, int size, long seed) {
    this(width, size, seed, Map.of());
  }

  /**
   * A queue that keeps more of each key than the key.
   *
   * @param columns by name, each {@code [K, …]}, as they are before anything is pushed
   */
  public Queue(int width, int size, long seed, Map<String, Tensor> columns) {
    super("Queue");
    if (size < 1) {
      throw new IllegalArgumentException("queue: expected at least one key, got " + size);
    }
    this.size = size;
    torch.manual_seed(seed * 1_000_003 + 17);
    queue = buffer("queue", torch.normalize(torch.randn(size, width)).t().contiguous());
    pointer = new Counter(buffer("queue_ptr", Tensors.zeros(ScalarType.Long, 1)));
    filled = buffer("queue_filled", Tensors.zeros(ScalarType.Long, 1));
    fill = new Counter(filled);
    owners = buffer("queue_owner", Tensors.zeros(ScalarType.Long, size).sub(new Scalar(1)));
    columns.forEach(
        (name, start) -> this.columns.put(name, buffer("queue_" + name, start.clone())));
  }

  /** A queue of zeros, which are alike to nothing, in place of noise. */
  public static Queue ofZeros(int width, int size) {
    Queue queue = new Queue(width, size, 0);
    try (AutoGradMode off = new AutoGradMode(false)) {
      queue.queue.zero_();
    }
    return queue;
  }

  /** The keys, {@code [D, K]}, columns of length 1. A copy: later pushes don't change it. */
  public Tensor keys() {
    return queue.detach().clone();
  }

  /** The same without a copy: it may be large, and is to be used before the next push. */
  public Tensor borrowed() {
    return queue.detach();
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
    push(keys, indices, Map.of());
  }

  /**
   * Overwrites the oldest keys and what is kept with them.
   *
   * @param rows a {@code [B, …]} for each column
   */
  public void push(Tensor keys, Tensor indices, Map<String, Tensor> rows) {
    push(keys, indices, rows, Long.MAX_VALUE);
  }

  /**
   * The same, up to the last column: of a batch that would go round, the rest is left out.
   *
   * @param keys {@code [B, D]}, rows of length 1
   */
  public void pushToEnd(Tensor keys, Tensor indices) {
    push(keys, indices, Map.of(), toEnd());
  }

  private void push(Tensor keys, Tensor indices, Map<String, Tensor> rows, long most) {
    if (!rows.keySet().equals(columns.keySet())) {
      throw new IllegalArgumentException(
          "expected rows for the columns " + columns.keySet() + ", got " + rows.keySet());
    }
    Group ranks = Group.here();
    Tensor all = ranks.gather(keys.detach());
    Tensor owners = ranks.gather(indices);
    Map<String, Tensor> kept = new LinkedHashMap<>();
    columns.keySet().forEach(name -> kept.put(name, ranks.gather(rows.get(name).detach())));
    ranks.once(() -> pushAll(all, owners, kept, Math.min(all.size(0), most)));
  }

  private void pushAll(Tensor keys, Tensor indices, Map<String, Tensor> rows, long count) {
    if (count > size) {
      throw new IllegalArgumentException(
          "a batch of " + count + " keys is larger than the queue of " + size);
    }
    try (AutoGradMode off = new AutoGradMode(false)) {
      long at = pointer.get();
      if (at < 0 || at >= size) {
        throw new IllegalStateException(
            "queue: it stands at key "
                + at
                + " of "
                + size
                + "; the state that was loaded is damaged");
      }
      long first = Math.min(count, size - at);
      write(at, 0, first, keys, indices, rows);
      if (first < count) {
        write(0, first, count - first, keys, indices, rows);
      }
      pointer.set((at + count) % size);
      fill.set(Math.min(size, fill.get() + count));
    }
  }

  private void write(
      long at, long from, long count, Tensor keys, Tensor indices, Map<String, Tensor> rows) {
    queue.narrow(1, at, count).copy_(keys.narrow(0, from, count).t());
    owners.narrow(0, at, count).copy_(indices.narrow(0, from, count));
    columns.forEach(
        (name, column) -> column.narrow(0, at, count).copy_(rows.get(name).narrow(0, from, count)));
  }

  /**
   * What is kept beside the keys, {@code [K, …]}. No copy: it may be large, and is to be used
   * before the next push.
   */
  public Tensor column(String name) {
    return columns.get(name);
  }

  /** K. */
  public int size() {
    return size;
  }

  /** How many keys until the write goes round to the first column. */
  public long toEnd() {
    return size - pointer.get();
  }

  /** Whether no noise is left in it. */
  public boolean isFull() {
    return fill.get() == size;
  }

  /** Share of columns that hold keys rather than noise, a float scalar. */
  public Tensor fill() {
    return filled.to(ScalarType.Float).div(new Scalar((double) size)).squeeze();
  }
}
