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
    liftMemoryLimits();
    extractAll();
    try {
      Loader.load(torch.class);
    } catch (UnsatisfiedLinkError | RuntimeException e) {
      throw new EngineException(
          "LibTorch could not be loaded on " + Loader.getPlatform() + ": " + e.getMessage(), e);
    }
    // Heard when OpenCV is loaded later: a bad image is reported by us, not on standard error too.
    torch.set_env("OPENCV_LOG_LEVEL", "OFF", false);
    started = true;
  }

  /**
   * Lifts JavaCPP's bounds on memory. They count all that is resident, LibTorch's and the heap too,
   * and a training must not be killed by them. Only heard before the first native object is made;
   * whoever may make it calls this before.
   */
  public static void liftMemoryLimits() {
    setIfAbsent("org.bytedeco.javacpp.maxPhysicalBytes", "0");
    setIfAbsent("org.bytedeco.javacpp.maxBytes", "0");
  }

  private static void extractAll() {
    String platform = "/org/bytedeco/pytorch/" + Loader.getPlatform();
    String library = System.mapLibraryName("torch_cpu");
    // The build with CUDA lies beside the other, and JavaCPP prefers it.
    String gpu = platform + "-gpu/";
    String folder = Engine.class.getResource(gpu + library) != null ? gpu : platform + "/";
    URL resource = Engine.class.getResource(folder + library);
    if (resource == null) {
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
