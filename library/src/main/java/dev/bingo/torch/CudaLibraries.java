package dev.bingo.torch;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import org.bytedeco.javacpp.Loader;

/**
 * NVIDIA's libraries that the build for GPUs needs from the machine. The loader's own error names
 * the first that it misses, deep in a chain of causes; this names all of them.
 */
final class CudaLibraries {
  private static final String TOOLKIT = "CUDA 13 (developer.nvidia.com/cuda-downloads)";

  private static final Map<String, String> NEEDED = new LinkedHashMap<>();

  static {
    NEEDED.put("libcuda.so.1", "NVIDIA's driver (nvidia.com/drivers)");
    NEEDED.put("libcudart.so.13", TOOLKIT);
    NEEDED.put("libcublas.so.13", TOOLKIT);
    NEEDED.put("libcublasLt.so.13", TOOLKIT);
    NEEDED.put("libcufft.so.12", TOOLKIT);
    NEEDED.put("libcurand.so.10", TOOLKIT);
    NEEDED.put("libcusolver.so.12", TOOLKIT);
    NEEDED.put("libcusparse.so.12", TOOLKIT);
    NEEDED.put("libcupti.so.13", TOOLKIT);
    NEEDED.put("libcudnn.so.9", "cuDNN 9 (developer.nvidia.com/cudnn)");
    NEEDED.put("libnccl.so.2", "NCCL 2 (developer.nvidia.com/nccl)");
  }

  private CudaLibraries() {}

  /** What the linker doesn't find here, and where to get it; empty where all is there. */
  static String missing() {
    return missing(CudaLibraries::found);
  }

  static String missing(Predicate<String> found) {
    Map<String, String> byOrigin =
        NEEDED.entrySet().stream()
            .filter(library -> !found.test(library.getKey()))
            .collect(
                Collectors.groupingBy(
                    Map.Entry::getValue,
                    LinkedHashMap::new,
                    Collectors.mapping(Map.Entry::getKey, Collectors.joining(", "))));
    if (byOrigin.isEmpty()) {
      return "";
    }
    return byOrigin.entrySet().stream()
            .map(origin -> origin.getValue() + " of " + origin.getKey())
            .collect(Collectors.joining("; ", "The linker finds no ", ""))
        + ". Install them, or add their folders to LD_LIBRARY_PATH";
  }

  /** Whose a library is, whichever release or part of it was asked for; empty: not NVIDIA's. */
  static String origin(String library) {
    String asked = stem(library);
    return NEEDED.entrySet().stream()
        .filter(known -> asked.equals(stem(known.getKey())) || asked.startsWith(part(known)))
        .map(Map.Entry::getValue)
        .findFirst()
        .orElse("");
  }

  private static String stem(String library) {
    return library.replaceAll("\\.so.*", "");
  }

  private static String part(Map.Entry<String, String> known) {
    return stem(known.getKey()) + "_";
  }

  static boolean found(String library) {
    try {
      Loader.loadGlobal(library);
      return true;
    } catch (UnsatisfiedLinkError e) {
      return false;
    }
  }
}
