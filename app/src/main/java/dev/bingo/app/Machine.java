package dev.bingo.app;

import dev.bingo.torch.Precision;
import org.bytedeco.pytorch.Device;
import org.bytedeco.pytorch.global.torch;

/** What this machine can do. */
final class Machine {
  private Machine() {}

  /** auto is CUDA where there is one. */
  static Device device(String wish) {
    boolean cuda = torch.cuda_is_available();
    if (wish.equals("cuda") && !cuda) {
      throw new IllegalArgumentException(
          "train.device: no CUDA device is usable here; build with -Pcuda on a machine with an NVIDIA driver,"
              + " or set train.device=cpu");
    }
    return new Device(wish.equals("cpu") || !cuda ? "cpu" : "cuda");
  }

  /** auto is bf16 where it is faster. */
  static Precision precision(String wish, Device device) {
    return precision(wish, device.is_cuda(), Processor.ofThisMachine());
  }

  static Precision precision(String wish, boolean cuda, Processor processor) {
    return switch (wish) {
      case "fp32" -> Precision.FP32;
      case "bf16" -> Precision.BF16;
      default -> cuda || processor.fastBfloat16() ? Precision.BF16 : Precision.FP32;
    };
  }
}
