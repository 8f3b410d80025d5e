package dev.bingo.view;

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
  public static final Normalisation HALF = of(.5, .5, .5, .5, .5, .5);

  private static Normalisation of(double r, double g, double b, double sr, double sg, double sb) {
    return new Normalisation(new double[] {r, g, b}, new double[] {sr, sg, sb});
  }

  /**
   * Moves a view to the device and normalises it there.
   *
   * @param view {@code uint8 [B, S, S, 3]}
   * @return {@code float32 [B, 3, S, S]}, channels_last in memory
   */
  public Tensor apply(Tensor view, Device device) {
    Tensor scale =
        Tensor.create(toFloat(255 * std[0], 255 * std[1], 255 * std[2]))
            .to(device, ScalarType.Float);
    Tensor shift =
        Tensor.create(toFloat(255 * mean[0], 255 * mean[1], 255 * mean[2]))
            .to(device, ScalarType.Float);
    Tensor x =
        view.to(
            device, ScalarType.Float, true, false, new org.bytedeco.pytorch.MemoryFormatOptional());
    return x.sub_(shift, new Scalar(1)).div_(scale).permute(0, 3, 1, 2);
  }

  private static float[] toFloat(double... values) {
    float[] f = new float[values.length];
    for (int i = 0; i < f.length; i++) {
      f[i] = (float) values[i];
    }
    return f;
  }
}
