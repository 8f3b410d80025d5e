package dev.bingo.torch;

import org.bytedeco.javacpp.Loader;
import org.bytedeco.openblas.global.openblas;
import org.bytedeco.pytorch.global.torch;

/**
 * Threads of OpenBLAS, which multiplies LibTorch's float32 matrices on the CPU with threads of its
 * own.
 *
 * <p>They go on spinning after a product and keep the cores from LibTorch's OpenMP threads: a
 * product of 0.1 ms followed by an element-wise operation takes 6 ms on two cores. Work that
 * alternates small products and small operations is ten times as fast with one thread.
 */
public final class BlasThreads {
  private BlasThreads() {}

  /**
   * Holds OpenBLAS to one thread, for the whole process, until closed; then it has as many again as
   * before, which within another scope is one.
   */
  public static Scope one() {
    Engine.start();
    int before = openblas.blas_get_num_threads();
    openblas.blas_set_num_threads(1);
    return () -> openblas.blas_set_num_threads(before);
  }

  /** When LibTorch has been loaded. */
  static void asManyAsTorch() {
    Loader.load(openblas.class);
    openblas.blas_set_num_threads(torch.get_num_threads());
  }

  /** Gives the threads back when closed. */
  public interface Scope extends AutoCloseable {
    @Override
    void close();
  }
}
