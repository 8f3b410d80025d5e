package dev.bingo.app;

import dev.bingo.torch.Precision;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import org.bytedeco.pytorch.Device;
import org.bytedeco.pytorch.global.torch;

/** What this machine can do. */
final class Machine {
  private Machine() {}

  /** The processor's feature flags, as Linux lists them; empty elsewhere. */
  static Set<String> cpuFlags() {
    try {
      return Files.readAllLines(Path.of("/proc/cpuinfo")).stream()
          .filter(l -> l.startsWith("flags"))
          .findFirst()
          .map(
              l ->
                  Set.copyOf(
                      java.util.Arrays.asList(
                          l.substring(l.indexOf(':') + 1).trim().split("\\s+", -1))))
          .orElse(Set.of());
    } catch (IOException e) {
      return Set.of();
    }
  }

  /** The processor's name. */
  static String cpu() {
    try {
      return Files.readAllLines(Path.of("/proc/cpuinfo")).stream()
          .filter(l -> l.startsWith("model name"))
          .findFirst()
          .map(l -> l.substring(l.indexOf(':') + 1).trim())
          .orElse(System.getProperty("os.arch"));
    } catch (IOException e) {
      return System.getProperty("os.arch");
    }
  }

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

  /**
   * auto is bf16 where it is faster: with AMX, or on a GPU. AVX-512's bf16 instructions alone don't
   * make up for the casts.
   */
  static Precision precision(String wish, Device device) {
    return precision(wish, device.is_cuda(), cpuFlags());
  }

  static Precision precision(String wish, boolean cuda, Set<String> flags) {
    return switch (wish) {
      case "fp32" -> Precision.FP32;
      case "bf16" -> Precision.BF16;
      default -> cuda || flags.contains("amx_bf16") ? Precision.BF16 : Precision.FP32;
    };
  }
}
