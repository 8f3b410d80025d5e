package dev.bingo.torch;

import java.io.IOException;
import java.net.URL;
import org.bytedeco.javacpp.Loader;
import org.bytedeco.pytorch.global.torch;

/**
 * Starts LibTorch. Every entry point calls {@link #start()} before it touches a tensor; calling it
 * again does nothing.
 *
 * <p>All native libraries are extracted before the first is loaded: JavaCPP extracts and loads one
 * by one, and on a machine that has a LibTorch of its own the dynamic linker would else resolve
 * {@code libtorch.so}'s dependency to the system's {@code libtorch_cpu.so} and crash the JVM.
 */
public final class Engine {
  private static boolean started;

  private Engine() {}

  /**
   * Loads LibTorch, once.
   *
   * @throws EngineException where the natives are missing or can't be extracted or loaded; the
   *     message says what to do
   */
  public static synchronized void start() {
    if (started) {
      return;
    }
    prepare();
    extractAll();
    try {
      Loader.load(torch.class);
    } catch (UnsatisfiedLinkError | RuntimeException e) {
      String missing = forGpus() ? CudaLibraries.missing() : "";
      if (missing.isEmpty()) {
        missing = LinkError.explain(e);
      }
      throw new EngineException(
          "LibTorch could not be loaded on "
              + Loader.getPlatform()
              + ": "
              + (missing.isEmpty() ? e.getMessage() : missing),
          e);
    }
    // Heard when OpenCV is loaded later: a bad image is reported by us, not on standard error too.
    torch.set_env("OPENCV_LOG_LEVEL", "OFF", false);
    // LibTorch counts the machine's processors, OpenBLAS those of the affinity.
    torch.set_num_threads(Processors.threads());
    BlasThreads.asManyAsTorch();
    started = true;
  }

  /**
   * What comes before the first native library, whosever it is: lifts JavaCPP's bounds on memory,
   * which count all that is resident, LibTorch's and the heap too, and would kill a training; and
   * sees to it that nobody else can write what is loaded.
   *
   * @throws EngineException where others can
   */
  public static void prepare() {
    NativeCache.secure();
    setIfAbsent("org.bytedeco.javacpp.maxPhysicalBytes", "0");
    setIfAbsent("org.bytedeco.javacpp.maxBytes", "0");
  }

  /** LibTorch's version, for people. */
  public static String version() {
    try {
      return Loader.getVersion("org.bytedeco", "pytorch");
    } catch (IOException e) {
      return "of unknown version";
    }
  }

  /** Whether the natives on the class path are those with CUDA, which JavaCPP prefers. */
  public static boolean forGpus() {
    return resource(folder("-gpu")) != null;
  }

  private static String folder(String kind) {
    return "/org/bytedeco/pytorch/" + Loader.getPlatform() + kind + "/";
  }

  private static URL resource(String folder) {
    return Engine.class.getResource(folder + System.mapLibraryName("torch_cpu"));
  }

  private static void extractAll() {
    String folder = folder(forGpus() ? "-gpu" : "");
    if (resource(folder) == null) {
      throw new EngineException(
          "No LibTorch for "
              + Loader.getPlatform()
              + " on the class path (looked for "
              + folder
              + "). Build with -Dall-platforms, or add"
              + " org.bytedeco:pytorch with the classifier "
              + Loader.getPlatform()
              + ".",
          null);
    }
    try {
      Loader.cacheResource(Engine.class, folder);
    } catch (IOException e) {
      throw new EngineException(
          "LibTorch could not be extracted to JavaCPP's cache: "
              + e.getMessage()
              + ". Is it full or read-only? Another place:"
              + " -Dorg.bytedeco.javacpp.cachedir=DIR",
          e);
    }
  }

  private static void setIfAbsent(String key, String value) {
    if (System.getProperty(key) == null) {
      System.setProperty(key, value);
    }
  }
}
