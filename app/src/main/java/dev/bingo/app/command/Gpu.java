package dev.bingo.app.command;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.TimeUnit;

/** NVIDIA's GPUs, as its driver's own tool describes them. */
final class Gpu {
  private static final String[] QUERY = {
    "nvidia-smi", "--query-gpu=name,memory.total,driver_version", "--format=csv,noheader"
  };

  private Gpu() {}

  /** Names, memory, driver; in one line. */
  static String ofThisMachine() {
    String described = ask();
    return described.isEmpty() ? "nvidia-smi does not describe them" : describe(described);
  }

  /** Of lines such as {@code NVIDIA H100 80GB HBM3, 81559 MiB, 580.95.05}. */
  static String describe(String lines) {
    return String.join("; ", lines.strip().split("\\R", -1))
        .replaceAll(", (\\S+)(;|$)", ", driver $1$2");
  }

  /** Why a build with CUDA finds none. */
  static String unusable() {
    String described = ask();
    return described.isEmpty()
        ? "built with CUDA, but no NVIDIA driver shows a GPU (nvidia-smi); install or load it"
        : "built with CUDA 13, which can't use " + describe(described) + "; a newer driver may";
  }

  private static String ask() {
    try {
      Process process =
          new ProcessBuilder(QUERY).redirectError(ProcessBuilder.Redirect.DISCARD).start();
      if (!process.waitFor(10, TimeUnit.SECONDS)) {
        process.destroyForcibly();
        return "";
      }
      String answer =
          new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
      return process.exitValue() == 0 ? answer : "";
    } catch (IOException e) {
      return "";
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return "";
    }
  }
}
