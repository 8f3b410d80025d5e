package dev.bingo.app;

import dev.bingo.torch.Engine;
import dev.bingo.torch.EngineException;
import dev.bingo.torch.Precision;
import java.io.File;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import org.bytedeco.javacpp.Loader;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.opencv.global.opencv_core;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.DeviceType;
import picocli.CommandLine.Command;

@Command(
    name = "doctor",
    description =
        "Says what machine, engine, device, memory and cache there are; fails where bingo can't run.")
final class DoctorCommand implements Callable<Integer> {
  private boolean failed;

  @Override
  public Integer call() throws IOException {
    ok(
        "system",
        System.getProperty("os.name")
            + " "
            + System.getProperty("os.version")
            + ", "
            + Loader.getPlatform());
    ok("java", System.getProperty("java.vm.name") + " " + Runtime.version());
    Processor processor = Processor.ofThisMachine();
    ok(
        "processor",
        processor.name() + ", " + Runtime.getRuntime().availableProcessors() + " cores");
    ok("instructions", instructions(processor));
    memory();
    engine();
    cache();
    return failed ? 1 : 0;
  }

  static String instructions(Processor processor) {
    StringBuilder found = new StringBuilder();
    for (String flag : new String[] {"avx2", "avx512f", "avx512_bf16", "amx_bf16"}) {
      found.append(flag).append(processor.has(flag) ? " yes, " : " no, ");
    }
    return found + "bf16 is " + bfloat16(processor);
  }

  private static String bfloat16(Processor processor) {
    if (processor.fastBfloat16()) {
      return "fast";
    }
    return processor.has("avx512_bf16")
        ? "seldom faster than fp32 here: auto is fp32, try train.precision=bf16"
        : "emulated: train in fp32";
  }

  private void memory() {
    long machine =
        ((com.sun.management.OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean())
            .getTotalMemorySize();
    long heap = Runtime.getRuntime().maxMemory();
    String text = gigabytes(machine) + " (or the container's limit), heap up to " + gigabytes(heap);
    if (machine < 2L << 30) {
      warn("memory", text + ": little; choose small batches");
    } else {
      ok("memory", text);
    }
  }

  private void engine() {
    long start = System.nanoTime();
    try {
      Engine.start();
    } catch (EngineException e) {
      failed = true;
      System.out.println("FAIL  engine        " + e.getMessage());
      return;
    }
    ok(
        "engine",
        String.format(
            Locale.ROOT,
            "LibTorch %s, loaded in %.1f s, %d threads",
            version(),
            (System.nanoTime() - start) / 1e9,
            torch.get_num_threads()));
    ok(
        "device",
        torch.cuda_is_available()
            ? "cuda, " + torch.cuda_device_count() + " device(s)"
            : "cpu (no CUDA in this build or machine)");
    double fp32 = gigaflops(Precision.FP32);
    double bf16 = gigaflops(Precision.BF16);
    ok(
        "speed",
        String.format(
            Locale.ROOT,
            "matrix product %,.0f GFLOP/s in fp32, %,.0f in bf16 (%.1f times)",
            fp32,
            bf16,
            bf16 / fp32));
    ok("images", "OpenCV " + opencv_core.CV_VERSION);
  }

  static String version() {
    try {
      return Loader.getVersion("org.bytedeco", "pytorch");
    } catch (IOException e) {
      return "of unknown version";
    }
  }

  private static double gigaflops(Precision precision) {
    try (PointerScope scope = new PointerScope();
        Precision.Scope autocast = precision.autocast(DeviceType.CPU)) {
      Tensor a = torch.ones(1024, 1024);
      a.matmul(a);
      long start = System.nanoTime();
      int rounds = 0;
      do {
        a.matmul(a);
        rounds++;
      } while (System.nanoTime() - start < 300_000_000L);
      return 2.0 * 1024 * 1024 * 1024 * rounds / (System.nanoTime() - start);
    }
  }

  private void cache() throws IOException {
    File folder;
    try {
      folder = Loader.getCacheDir();
    } catch (IOException e) {
      failed = true;
      System.out.println(
          "FAIL  cache         "
              + e.getMessage()
              + ". Choose another with JAVA_OPTS=-Dorg.bytedeco.javacpp.cachedir=DIR");
      return;
    }
    Path path = folder.toPath();
    long bytes = 0;
    if (Files.isDirectory(path)) {
      try (Stream<Path> files = Files.walk(path)) {
        bytes = files.filter(Files::isRegularFile).mapToLong(f -> f.toFile().length()).sum();
      }
    }
    long free = folder.getUsableSpace();
    String text = path + ", " + gigabytes(bytes) + ", " + gigabytes(free) + " free";
    if (free < 1L << 30) {
      warn("cache", text + ": make room, the engine needs about 0.5 GB");
    } else {
      ok("cache", text);
    }
  }

  private static String gigabytes(long bytes) {
    return String.format(Locale.ROOT, "%.1f GB", bytes / 1e9);
  }

  private static void ok(String what, String text) {
    System.out.printf("ok    %-13s %s%n", what, text);
  }

  private static void warn(String what, String text) {
    System.out.printf("warn  %-13s %s%n", what, text);
  }
}
