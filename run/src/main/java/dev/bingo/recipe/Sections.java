package dev.bingo.recipe;

/** The groups of a recipe's settings that are a method's own, as read from YAML. */
public final class Sections {
  private Sections() {}

  /** See {@code dev.bingo.method.MocoConfig}. */
  public record Moco(
      double temperature,
      int queue,
      double momentum,
      int embedding,
      int hidden,
      boolean symmetric,
      int groups) {}

  /** See {@code dev.bingo.method.BingoConfig}. */
  public record Bingo(
      double temperature,
      int queue,
      int hidden,
      String loss,
      double intraWeight,
      double interWeight,
      int warmupEpochs,
      boolean cutmix,
      boolean enqueueMate,
      boolean maskOwn) {}

  /** See {@code dev.bingo.method.SeedConfig}. */
  public record Seed(
      double temperature,
      double teacherTemperature,
      int queue,
      int hidden,
      int patches,
      int patchSize,
      double patchCropMin,
      double patchCropMax) {}

  /** See {@code dev.bingo.method.CompressConfig}. */
  public record Compress(double temperature, int queue, int queues, double momentum) {}

  /**
   * See {@code dev.bingo.method.MsvqConfig}.
   *
   * @param weak augmentation of the teachers' views, written as {@code augmentation}
   */
  public record Msvq(
      double temperature,
      double teacherTemperature,
      int queue,
      double momentum1,
      double momentum2,
      int embedding,
      int hidden,
      int groups,
      String weak) {}

  /** See {@code dev.bingo.method.SwavConfig}. */
  public record Swav(
      double temperature,
      double epsilon,
      int iterations,
      int prototypes,
      int queue,
      int queueEpoch,
      int freezeSteps,
      int embedding,
      int hidden,
      int groups,
      int smallCrops,
      int smallSize,
      double smallMin,
      double smallMax) {}

  /**
   * See {@code dev.bingo.method.WclConfig}.
   *
   * @param warmup augmentation of the first epochs, written as {@code augmentation}
   */
  public record Wcl(
      double temperature,
      int embedding,
      int hidden,
      double graphWeight,
      int groups,
      String warmup,
      int warmupEpochs,
      int smallCrops,
      int neighbours,
      int smallSize,
      double smallMin,
      double smallMax) {}

  /** See {@code dev.bingo.method.ConeConfig}. */
  public record Cone(
      double temperature,
      double consistencyTemperature,
      int neighbours,
      double neighbourWeight,
      double consistencyWeight,
      double labelSmoothing,
      int queue,
      double momentum,
      int warmupEpochs,
      int embedding,
      int hidden) {}
}
