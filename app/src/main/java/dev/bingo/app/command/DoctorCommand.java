package dev.bingo.app.command;

import dev.bingo.run.Machine;
import dev.bingo.run.Processor;
import dev.bingo.torch.Engine;
import dev.bingo.torch.EngineException;
import dev.bingo.torch.NativeCache;
import dev.bingo.torch.Precision;
import dev.bingo.torch.Processors;
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
import org.bytedeco.pytorch.Device;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;
import picocli.CommandLine.Command;

@Command(
    name = "doctor",
    description =
        "Says what machine, engine, device, memory and cache there are; fails where bingo can't run.",
    footerHeading = "%nExamples:%n",
    footer = "  bingo doctor")
public final class DoctorCommand implements Callable<Integer> {
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
    ok("processor", processor.name());
    threads();
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

  private void threads() {
    String advice =
        Machine.tooMany(Processors.threads(), "OMP_NUM_THREADS", Processors.available());
    String text = threads(Processors.threads(), Processors.available());
    if (advice.isEmpty()) {
      ok("threads", text);
    } else {
      warn("threads", text + "; " + advice);
    }
  }

  /** How many, and where the number comes from. */
  static String threads(int threads, Processors processors) {
    return threads == processors.count()
        ? processors.toString()
        : threads + " by OMP_NUM_THREADS, on " + processors;
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
            "LibTorch %s%s, loaded in %.1f s, %d thread%s",
            Engine.version(),
            Engine.forGpus() ? " with CUDA" : "",
            (System.nanoTime() - start) / 1e9,
            torch.get_num_threads(),
            torch.get_num_threads() == 1 ? "" : "s"));
    device();
    speed("cpu");
    if (torch.cuda_is_available()) {
      speed("cuda");
    }
    ok("images", "OpenCV " + opencv_core.CV_VERSION);
  }

  private void device() {
    if (torch.cuda_is_available()) {
      ok(
          "device",
          "cuda, "
              + torch.cuda_device_count()
              + " device(s): "
              + Gpu.ofThisMachine()
              + (torch.cudnn_is_available()
                  ? ", cuDNN " + cudnn(torch.getCUDAHooks().versionCuDNN())
                  : ", without cuDNN"));
    } else if (Engine.forGpus()) {
      warn("device", "cpu: " + Gpu.unusable());
    } else {
      ok("device", "cpu (this build has no CUDA; for an NVIDIA GPU: docs/gpu.md)");
    }
  }

  /** Of cuDNN's own number: 91400 is 9.14.0. */
  static String cudnn(long version) {
    return version / 10_000 + "." + version / 100 % 100 + "." + version % 100;
  }

  private void speed(String device) {
    double fp32 = gigaflops(device, Precision.FP32);
    double bf16 = gigaflops(device, Precision.BF16);
    ok(
        "speed",
        String.format(
            Locale.ROOT,
            "%s: matrix product %,.0f GFLOP/s in fp32, %,.0f in bf16 (%.1f times)",
            device,
            fp32,
            bf16,
            bf16 / fp32));
  }

  private static double gigaflops(String device, Precision precision) {
    try (PointerScope scope = new PointerScope();
        Precision.Scope autocast = precision.autocast(new Device(device).type())) {
      // Large enough to keep a GPU busy; each result is waited for.
      int side = device.equals("cpu") ? 1024 : 8192;
      Tensor a = torch.ones(side, side).to(new Device(device), ScalarType.Float);
      product(a);
      long start = System.nanoTime();
      int rounds = 0;
      do {
        product(a);
        rounds++;
      } while (System.nanoTime() - start < 300_000_000L);
      return 2.0 * side * side * side * rounds / (System.nanoTime() - start);
    }
  }

  private static void product(Tensor a) {
    try (PointerScope scope = new PointerScope()) {
      a.matmul(a).select(0, 0).select(0, 0).item_float();
    }
  }

  private void cache() throws IOException {
    File folder;
    try {
      NativeCache.secure();
      folder = Loader.getCacheDir();
    } catch (EngineException e) {
      failed = true;
      System.out.println("FAIL  cache         " + e.getMessage());
      return;
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
    String text = path + ", yours alone, " + gigabytes(bytes) + ", " + gigabytes(free) + " free";
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
