package dev.bingo.torch;

import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Dispatcher;
import org.bytedeco.pytorch.IValue;
import org.bytedeco.pytorch.IValueVector;
import org.bytedeco.pytorch.OperatorHandle;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;

/** Products of int8 matrices with sums in int32, on the CPU's units for them (VNNI, AMX). */
public final class Int8Product {
  private static final int ROWS = 256;
  private static final int COLUMNS = 2048;
  private static final int WIDTH = 512;
  private static Boolean fast;

  private Int8Product() {}

  /**
   * {@code out = a · bᵀ}.
   *
   * @param a {@code int8 [M, D]}
   * @param b {@code int8 [N, D]}
   * @param out {@code int32 [M, N]}
   */
  public static void product(Tensor a, Tensor b, Tensor out) {
    // The presets have no method for it: the operator is called by its name.
    try (PointerScope scope = new PointerScope()) {
      IValueVector stack = new IValueVector(new IValue(a), new IValue(b.t()), new IValue(out));
      Operator.HANDLE.callBoxed(stack);
    }
  }

  private static final class Operator {
    // Of no scope: it lives as long as the process.
    static final OperatorHandle HANDLE =
        Dispatcher.singleton().findSchemaOrThrow("aten::_int_mm", "out").retainReference();
  }

  /** Whether a product takes less time than in float32 on one core, tried once. */
  public static synchronized boolean isFast() {
    if (fast == null) {
      Workers.run(1, () -> task -> fast = tryOut());
    }
    return fast;
  }

  private static boolean tryOut() {
    try (PointerScope scope = new PointerScope()) {
      Tensor a = torch.ones(ROWS, WIDTH);
      Tensor b = torch.ones(COLUMNS, WIDTH);
      Tensor codesA = a.to(ScalarType.Char);
      Tensor codesB = b.to(ScalarType.Char);
      Tensor out = Tensors.empty(ScalarType.Int, ROWS, COLUMNS);
      long float32 = nanos(() -> a.matmul(b.t()));
      return nanos(() -> product(codesA, codesB, out)) < float32;
    }
  }

  private static long nanos(Runnable product) {
    long least = Long.MAX_VALUE;
    for (int i = 0; i < 10; i++) {
      long start = System.nanoTime();
      try (PointerScope scope = new PointerScope()) {
        product.run();
      }
      least = Math.min(least, System.nanoTime() - start);
    }
    return least;
  }
}
