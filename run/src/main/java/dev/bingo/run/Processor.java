package dev.bingo.run;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;

/**
 * The processor, as Linux describes it; elsewhere its architecture alone is known.
 *
 * @param vendor as CPUID spells it: {@code GenuineIntel}, {@code AuthenticAMD}
 * @param flags of its features: {@code avx2}, {@code amx_bf16}
 */
public record Processor(String name, String vendor, Set<String> flags) {
  public static Processor ofThisMachine() {
    try {
      return parse(Files.readAllLines(Path.of("/proc/cpuinfo")));
    } catch (IOException e) {
      return parse(List.of());
    }
  }

  public static Processor parse(List<String> cpuinfo) {
    return new Processor(
        value(cpuinfo, "model name", System.getProperty("os.arch")),
        value(cpuinfo, "vendor_id", ""),
        Set.copyOf(List.of(value(cpuinfo, "flags", "").split("\\s+", -1))));
  }

  private static String value(List<String> cpuinfo, String key, String otherwise) {
    return cpuinfo.stream()
        .filter(line -> line.startsWith(key))
        .findFirst()
        .map(line -> line.substring(line.indexOf(':') + 1).trim())
        .orElse(otherwise);
  }

  public boolean has(String flag) {
    return flags.contains(flag);
  }

  /**
   * Whether training is faster in bfloat16: with AMX, and with AMD's AVX-512, which multiplies it
   * at twice the rate of float32. Intel's AVX-512 alone doesn't make up for the casts.
   */
  public boolean fastBfloat16() {
    return has("amx_bf16") || (vendor.equals("AuthenticAMD") && has("avx512_bf16"));
  }
}
