package dev.bingo.view;

import dev.bingo.torch.Names;
import dev.bingo.torch.Tensors;
import java.util.Arrays;
import java.util.Collections;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import org.bytedeco.pytorch.Device;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.ScalarType;

/** Per-channel mean and standard deviation, in units of 0 … 1 (a pixel of 255 is 1). */
public record Normalisation(double[] mean, double[] std) {
  public static final Normalisation IMAGENET = of(.485, .456, .406, .229, .224, .225);

  /** SwAV's, with the typo (.228) that all its released models were trained with. */
  public static final Normalisation SWAV = of(.485, .456, .406, .228, .224, .225);

  public static final Normalisation CIFAR10 = of(.4914, .4822, .4465, .2023, .1994, .2010);
  public static final Normalisation CIFAR100 = of(.5071, .4867, .4408, .2675, .2565, .2761);
  public static final Normalisation STL10 = of(.4408, .4279, .3867, .2682, .2610, .2686);
  public static final Normalisation TINY_IMAGENET = of(.4802, .4481, .3975, .2302, .2265, .2262);
  public static final Normalisation HALF = of(.5, .5, .5, .5, .5, .5);

  private static final SortedMap<String, Normalisation> NAMED =
      new TreeMap<>(
          Map.of(
              "imagenet", IMAGENET,
              "swav", SWAV,
              "cifar10", CIFAR10,
              "cifar100", CIFAR100,
              "stl10", STL10,
              "tiny-imagenet", TINY_IMAGENET,
              "half", HALF));

  private static final int CHANNELS = 3;

  public Normalisation {
    if (mean.length != CHANNELS || std.length != CHANNELS) {
      throw new IllegalArgumentException(
          "expected 3 means and 3 deviations, got " + mean.length + " and " + std.length);
    }
    for (double s : std) {
      if (!(s > 0)) {
        throw new IllegalArgumentException("a standard deviation must be above 0, got " + s);
      }
    }
  }

  /**
   * One of {@link #names}.
   *
   * @throws IllegalArgumentException for any other
   */
  public static Normalisation named(String name) {
    Normalisation found = NAMED.get(name);
    if (found == null) {
      throw new IllegalArgumentException(
          "unknown normalisation '" + name + "'" + Names.didYouMean(name, NAMED.keySet()));
    }
    return found;
  }

  /** The name of the one with these numbers; empty where it has none. */
  public static Optional<String> nameOf(double[] mean, double[] std) {
    return NAMED.entrySet().stream()
        .filter(e -> Arrays.equals(e.getValue().mean, mean) && Arrays.equals(e.getValue().std, std))
        .map(Map.Entry::getKey)
        .findFirst();
  }

  /** What recipes and files call them. */
  public static Set<String> names() {
    return Collections.unmodifiableSet(NAMED.keySet());
  }

  private static Normalisation of(double r, double g, double b, double sr, double sg, double sb) {
    return new Normalisation(new double[] {r, g, b}, new double[] {sr, sg, sb});
  }

  /**
   * Moves a view to the device and normalises it there: (value / 255 − mean) / std, as torchvision
   * does to within float32 rounding.
   *
   * @param view {@code uint8 [B, H, W, 3]}, contiguous
   * @return {@code float32 [B, 3, H, W]}, channels_last in memory; never shares memory with {@code
   *     view}
   */
  public Tensor apply(Tensor view, Device device) {
    long rows = view.size(0);
    long height = view.size(1);
    long width = view.size(2);
    Tensor shift = Tensors.upload(row(mean, width), device);
    Tensor scale = Tensors.upload(row(std, width), device);
    Tensor x = Tensors.upload(view, device).to(ScalarType.Float);
    // A whole row at a time: an inner loop over three channels would be no SIMD.
    return x.reshape(rows, height, width * CHANNELS)
        .sub_(shift, new Scalar(1))
        .div_(scale)
        .reshape(rows, height, width, CHANNELS)
        .permute(0, 3, 1, 2);
  }

  /** The three values in units of bytes, repeated for every pixel of a row. */
  private static Tensor row(double[] values, long width) {
    float[] row = new float[Math.toIntExact(width * CHANNELS)];
    for (int i = 0; i < row.length; i++) {
      row[i] = (float) (255 * values[i % CHANNELS]);
    }
    return Tensors.of(row, row.length);
  }
}
