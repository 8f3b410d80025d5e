package dev.bingo.torch;

import static org.bytedeco.pytorch.global.torch.set_autocast_cache_enabled;
import static org.bytedeco.pytorch.global.torch.set_autocast_dtype;
import static org.bytedeco.pytorch.global.torch.set_autocast_enabled;

import org.bytedeco.pytorch.global.torch.DeviceType;
import org.bytedeco.pytorch.global.torch.ScalarType;

/**
 * The arithmetic of a forward pass: plain float32, or bfloat16 by autocast with float32 master
 * weights.
 */
public enum Precision {
  FP32,
  BF16;

  /**
   * Switches autocast on for this thread until the scope is closed; does nothing for {@link #FP32}.
   * Loss arithmetic belongs outside, or behind {@code toType(Float)}.
   */
  public Scope autocast(DeviceType device) {
    if (this == FP32) {
      return () -> {};
    }
    // The cache keeps casts of weights that a later step would take for the new ones: nothing
    // clears it here.
    set_autocast_cache_enabled(false);
    set_autocast_dtype(device, ScalarType.BFloat16);
    set_autocast_enabled(device, true);
    return () -> set_autocast_enabled(device, false);
  }

  /** Ends autocast when closed. */
  public interface Scope extends AutoCloseable {
    @Override
    void close();
  }
}
