package dev.bingo.encoder;

import dev.bingo.torch.Tensors;
import java.nio.charset.StandardCharsets;
import java.util.Set;
import org.bytedeco.pytorch.Tensor;

/** The weights and inputs of the encoder fixtures, as recipe.json has them in words. */
public final class ClosedForm {
  private static final Set<String> TOKENS =
      Set.of("cls_token", "pos_embed", "register_tokens", "mask_token");

  private ClosedForm() {}

  public static Tensor weight(String salt, String key, double gain2, long[] shape) {
    long seed = fnv1a(salt + ":" + key);
    long fanIn = 1;
    for (int d = 1; d < shape.length; d++) {
      fanIn *= shape[d];
    }
    double scale = Math.sqrt(3.0 * gain2 / fanIn);
    float[] values = new float[(int) count(shape)];
    for (int i = 0; i < values.length; i++) {
      double s = noise(seed, i);
      values[i] =
          (float)
              (key.endsWith("num_batches_tracked")
                  ? 0
                  : key.endsWith(".gamma")
                      ? 0.4 + 0.3 * s
                      : TOKENS.contains(key)
                          ? 0.5 * s
                          : key.endsWith("running_mean")
                              ? 0.1 * s
                              : key.endsWith("running_var")
                                  ? 1.0 + 0.5 * s
                                  : shape.length > 1
                                      ? s * scale
                                      : key.endsWith("weight") ? 1.0 + 0.2 * s : 0.5 * s);
    }
    return Tensors.of(values, shape);
  }

  public static Tensor input(String salt, long[] shape) {
    long seed = fnv1a(salt + ":input");
    float[] values = new float[(int) count(shape)];
    int i = 0;
    for (int n = 0; n < shape[0]; n++) {
      for (int c = 0; c < shape[1]; c++) {
        for (int y = 0; y < shape[2]; y++) {
          for (int x = 0; x < shape[3]; x++, i++) {
            double wave = triangle((n + 2) * y + 7 * c, 24) + triangle((n + 1) * x + 11 * c, 40);
            values[i] = (float) (0.8 * wave + 0.5 * noise(seed, i));
          }
        }
      }
    }
    return Tensors.of(values, shape);
  }

  /** noise("salt:name", i) as a tensor. */
  static Tensor noise(String salt, String name, long... shape) {
    long seed = fnv1a(salt + ":" + name);
    float[] values = new float[(int) count(shape)];
    for (int i = 0; i < values.length; i++) {
      values[i] = (float) noise(seed, i);
    }
    return Tensors.of(values, shape);
  }

  private static double triangle(int k, int p) {
    return Math.abs((double) (k % (2 * p)) - p) / p * 2 - 1;
  }

  private static double noise(long seed, long i) {
    long z = seed + (i + 1) * 0x9E3779B97F4A7C15L;
    z = (z ^ (z >>> 30)) * 0xBF58476D1CE4E5B9L;
    z = (z ^ (z >>> 27)) * 0x94D049BB133111EBL;
    z = z ^ (z >>> 31);
    return 2 * ((z >>> 11) * 0x1.0p-53) - 1;
  }

  private static long fnv1a(String key) {
    long h = 0xCBF29CE484222325L;
    for (byte b : key.getBytes(StandardCharsets.UTF_8)) {
      h = (h ^ (b & 0xff)) * 0x100000001B3L;
    }
    return h;
  }

  private static long count(long[] shape) {
    long n = 1;
    for (long d : shape) {
      n *= d;
    }
    return n;
  }
}
