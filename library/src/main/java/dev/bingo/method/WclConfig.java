package dev.bingo.method;

import dev.bingo.method.part.Check;
import dev.bingo.view.Augmentation;
import java.util.Map;

/**
 * What WCL can be told. The paper's are its public code's.
 *
 * @param temperature τ of both heads. Paper: 0.1
 * @param embedding width D of both heads. Public code: 256; the paper's text has 128
 * @param hidden width of the heads' two hidden layers. Public code: 4096; the paper's text has 2048
 * @param graphWeight of the weakly supervised term. Paper: 1
 * @param groups devices G as whose gradients are taken: an embedding that is compared with passes a
 *     gradient on only to images of its own device, image n being on n mod G. The loss is the same.
 *     Public code: 32; 1 lets all through
 * @param warmup augmentation of both views in the first epochs. Public code: MoCo v2's, as SimCLR's
 *     is too strong for an untrained network
 * @param warmupEpochs how many. Public code: 10
 * @param smallCrops V, small crops of a near neighbour for each image, positives of the graph's
 *     term. Public code: 0, it has none; the paper's multi-crop form 4
 * @param neighbours K, from how many nearest a neighbour is drawn. Paper: 4
 * @param smallSize side of small crops, pixels. Paper: 96
 * @param smallMin least share of the image's area in them
 * @param smallMax largest share
 * @param augmentation of both views after the warm-up. Public code: SimCLR's
 * @param size of both views, pixels
 */
public record WclConfig(
    double temperature,
    int embedding,
    int hidden,
    double graphWeight,
    int groups,
    Augmentation warmup,
    int warmupEpochs,
    int smallCrops,
    int neighbours,
    int smallSize,
    double smallMin,
    double smallMax,
    Augmentation augmentation,
    int size)
    implements MethodConfig {
  // An image, its nearest, and another to tell them from.
  private static final int LEAST_BATCH = 3;

  public WclConfig {
    Check.positive("wcl.temperature", temperature);
    Check.atLeast("wcl.embedding", embedding, 1);
    Check.atLeast("wcl.hidden", hidden, 1);
    Check.range("wcl.graph_weight", graphWeight, 0, 1e6);
    Check.atLeast("wcl.groups", groups, 1);
    Check.atLeast("wcl.warmup_epochs", warmupEpochs, 0);
    Check.atLeast("wcl.small_crops", smallCrops, 0);
    Check.atLeast("wcl.neighbours", neighbours, 1);
    Check.range("wcl.small_size", smallSize, 8, 2048);
    Check.range("wcl.small_max", smallMax, 1e-6, 1);
    Check.range("wcl.small_min", smallMin, 1e-6, smallMax);
  }

  @Override
  public Map<String, Integer> otherSizes() {
    return smallCrops > 0 ? Map.of("wcl.small_size", smallSize) : Map.of();
  }

  @Override
  public Map<String, String> unread() {
    return smallCrops == 0
        ? Map.of(
            "wcl.neighbours", "wcl.small_crops=0",
            "wcl.small_size", "wcl.small_crops=0",
            "wcl.small_min", "wcl.small_crops=0",
            "wcl.small_max", "wcl.small_crops=0")
        : Map.of();
  }

  @Override
  public Demand demand() {
    return Demand.NONE
        .leastBatch(LEAST_BATCH)
        .groups("wcl.groups", groups)
        .neighbours("wcl.neighbours", smallCrops > 0 ? neighbours : 0);
  }

  /** The public code's, at 224 pixels. */
  public static final WclConfig PAPER =
      new WclConfig(
          0.1,
          256,
          4096,
          1,
          1,
          Augmentation.MOCO2,
          10,
          0,
          4,
          96,
          0.05,
          0.14,
          Augmentation.SIMCLR,
          224);

  /** At this temperature τ. */
  public WclConfig withTemperature(double other) {
    return new WclConfig(
        other,
        embedding,
        hidden,
        graphWeight,
        groups,
        warmup,
        warmupEpochs,
        smallCrops,
        neighbours,
        smallSize,
        smallMin,
        smallMax,
        augmentation,
        size);
  }

  /** With these changes of all views. */
  public WclConfig withAugmentation(Augmentation other) {
    return new WclConfig(
        temperature,
        embedding,
        hidden,
        graphWeight,
        groups,
        warmup,
        warmupEpochs,
        smallCrops,
        neighbours,
        smallSize,
        smallMin,
        smallMax,
        other,
        size);
  }

  /** With views of this side, pixels. */
  public WclConfig withSize(int other) {
    return new WclConfig(
        temperature,
        embedding,
        hidden,
        graphWeight,
        groups,
        warmup,
        warmupEpochs,
        smallCrops,
        neighbours,
        smallSize,
        smallMin,
        smallMax,
        augmentation,
        other);
  }
}
