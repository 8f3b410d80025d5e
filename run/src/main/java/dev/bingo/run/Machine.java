package dev.bingo.run;

import dev.bingo.Version;
import dev.bingo.torch.Engine;
import dev.bingo.torch.Names;
import dev.bingo.torch.Precision;
import dev.bingo.torch.Processors;
import java.util.LinkedHashMap;
import java.util.Map;
import org.bytedeco.pytorch.Device;
import org.bytedeco.pytorch.global.torch;

/** What this machine can do. */
public final class Machine {
  private Machine() {}

  /** What figures depend on, for whoever reads them: versions, processor, system. */
  public static Map<String, String> about() {
    Map<String, String> about = new LinkedHashMap<>();
    about.put("bingo", Version.CURRENT);
    about.put("java", System.getProperty("java.vm.name") + " " + Runtime.version());
    about.put("LibTorch", Engine.version());
    about.put(
        "processor",
        Processor.ofThisMachine().name()
            + ", "
            + Names.counted(Processors.available().count(), "core"));
    about.put("system", System.getProperty("os.name") + " " + System.getProperty("os.version"));
    return about;
  }

  /** auto is CUDA where there is one. */
  public static Device device(String wish) {
    boolean cuda = torch.cuda_is_available();
    if (wish.equals("cuda") && !cuda) {
      throw new IllegalArgumentException(
          "device 'cuda': no CUDA device is usable here; build with -Pcuda on a machine with an NVIDIA driver,"
              + " or take 'cpu'");
    }
    return new Device(wish.equals("cpu") || !cuda ? "cpu" : "cuda");
  }

  /**
   * Takes LibTorch's threads for a training.
   *
   * @param wish 0: one a processor that this process may use, or what {@code OMP_NUM_THREADS} says
   * @return what a user should know of the number; empty where it is one a processor of the machine
   */
  static String threads(int wish) {
    if (wish > 0) {
      torch.set_num_threads(wish);
    }
    Processors processors = Processors.available();
    return wish > 0
        ? threads(wish, "train.torch_threads", processors)
        : threads(Processors.threads(), "OMP_NUM_THREADS", processors);
  }

  static String threads(int threads, String by, Processors processors) {
    String tooMany = tooMany(threads, by, processors);
    if (!tooMany.isEmpty()) {
      return "warning: " + tooMany;
    }
    if (threads < processors.count()) {
      return "threads: " + threads + ", by " + by + ", of " + processors;
    }
    return processors.reason().isEmpty() ? "" : "threads: " + processors;
  }

  /** What more threads than processors do; empty where there aren't. */
  public static String tooMany(int threads, String by, Processors processors) {
    return threads <= processors.count()
        ? ""
        : by
            + " is "
            + threads
            + ", but this process may use "
            + processors
            + "; threads that wait for each other's processor make it several times slower";
  }

  /** auto is bf16 where it is faster. */
  public static Precision precision(String wish, Device device) {
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
