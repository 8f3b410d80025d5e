package dev.bingo.method;

import dev.bingo.method.part.Check;
import dev.bingo.view.Augmentation;
import dev.bingo.view.View;
import dev.bingo.view.View.SeenBy;
import dev.bingo.view.View.Source;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * What SEED can be told.
 *
 * @param temperature τ_S, of the student's similarities. Paper: 0.2
 * @param teacherTemperature τ_T. Paper: 0.01. The public code's default, 0.0001, leaves little but
 *     the image's own key
 * @param queue K, teacher keys to compare with; fewer than there are images. Paper: 65536
 * @param hidden width of the student head's hidden layer; 0 is the backbone's width, −1 is no
 *     hidden layer. Paper: 0
 * @param patches small crops of each image, with a queue of their own; 0 for none. The public code
 *     has 6 with SwAV's teachers
 * @param patchSize of them, pixels. Public code: 96
 * @param patchCropMin least share of the image's area that a small crop covers. Public code: 0.05
 * @param patchCropMax largest share. Public code: 0.14
 * @param augmentation of all views; small crops cover less
 * @param size of the view, pixels
 */
public record SeedConfig(
    double temperature,
    double teacherTemperature,
    int queue,
    int hidden,
    int patches,
    int patchSize,
    double patchCropMin,
    double patchCropMax,
    Augmentation augmentation,
    int size)
    implements MethodConfig {

  public SeedConfig {
    Check.positive("seed.temperature", temperature);
    Check.positive("seed.teacher_temperature", teacherTemperature);
    Check.atLeast("seed.queue", queue, 1);
    Check.atLeast("seed.hidden", hidden, -1);
    Check.atLeast("seed.patches", patches, 0);
    if (patches > 0) {
      Check.range("seed.patch_size", patchSize, 8, 2048);
      Check.range("seed.patch_crop_max", patchCropMax, 1e-6, 1);
      Check.range("seed.patch_crop_min", patchCropMin, 1e-6, patchCropMax);
    }
  }

  /** The image, then its small crops; student and teacher see the same. */
  public List<View> views() {
    List<View> views = new ArrayList<>();
    views.add(view("image", augmentation, size));
    for (int p = 1; p <= patches; p++) {
      views.add(view("patch" + p, augmentation.withCrop(patchCropMin, patchCropMax), patchSize));
    }
    return views;
  }

  private static View view(String name, Augmentation augmentation, int size) {
    return new View(name, Source.ANCHOR, augmentation, size).seenBy(SeenBy.BOTH);
  }

  @Override
  public Map<String, Integer> otherSizes() {
    return patches > 0 ? Map.of("seed.patch_size", patchSize) : Map.of();
  }

  @Override
  public Map<String, String> unread() {
    return patches == 0
        ? Map.of(
            "seed.patch_size", "seed.patches=0",
            "seed.patch_crop_min", "seed.patches=0",
            "seed.patch_crop_max", "seed.patches=0")
        : Map.of();
  }

  @Override
  public Demand demand() {
    return Demand.NONE.queue("seed.queue", queue);
  }

  /** The paper's, at 224 pixels, for a MoCo v2 teacher. */
  public static final SeedConfig PAPER =
      new SeedConfig(0.2, 0.01, 65536, 0, 0, 96, 0.05, 0.14, Augmentation.MOCO2, 224);

  /** At this temperature τ. */
  public SeedConfig withTemperature(double other) {
    return new SeedConfig(
        other,
        teacherTemperature,
        queue,
        hidden,
        patches,
        patchSize,
        patchCropMin,
        patchCropMax,
        augmentation,
        size);
  }

  /** With so many keys to compare with. */
  public SeedConfig withQueue(int other) {
    return new SeedConfig(
        temperature,
        teacherTemperature,
        other,
        hidden,
        patches,
        patchSize,
        patchCropMin,
        patchCropMax,
        augmentation,
        size);
  }

  /** With these changes of all views. */
  public SeedConfig withAugmentation(Augmentation other) {
    return new SeedConfig(
        temperature,
        teacherTemperature,
        queue,
        hidden,
        patches,
        patchSize,
        patchCropMin,
        patchCropMax,
        other,
        size);
  }

  /** With views of this side, pixels. */
  public SeedConfig withSize(int other) {
    return new SeedConfig(
        temperature,
        teacherTemperature,
        queue,
        hidden,
        patches,
        patchSize,
        patchCropMin,
        patchCropMax,
        augmentation,
        other);
  }
}
