package dev.bingo.torch;

import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;

/**
 * A count that a module keeps in a buffer, so that checkpoints have it, and whose value the host
 * knows: a GPU is asked only after somebody else, such as a checkpoint that was loaded, has written
 * to the buffer in place. On the CPU, where ranks share the buffer, asking costs nothing.
 */
public final class Counter {
  private final Tensor buffer;
  private long value;
  private long version = -1;

  /** Keeps a registered buffer's handle, {@code int64 [1]}. */
  public Counter(Tensor buffer) {
    this.buffer = buffer;
  }

  /** The count. */
  public long get() {
    long written = buffer._version();
    if (buffer.is_cpu() || written != version) {
      value = buffer.item_long();
      version = written;
    }
    return value;
  }

  /** Changes the count; the host waits for nothing. */
  public void set(long count) {
    buffer.fill_(new Scalar(count));
    value = count;
    version = buffer._version();
  }
}
