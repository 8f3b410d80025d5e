package dev.bingo.encoder;

import dev.bingo.encoder.ResNet.Shape;
import dev.bingo.torch.Names;
import dev.bingo.torch.Tensors;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import java.util.zip.CRC32;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.AutoGradMode;
import org.bytedeco.pytorch.GeneratorOptional;
import org.bytedeco.pytorch.global.torch;

/** Makes backbones by name. */
public final class Encoders {
  private static final Map<String, Shape> RESNETS = new TreeMap<>();
  private static final Map<String, Function<String, Backbone>> OTHERS = new TreeMap<>();
  private static final Map<String, Map<String, long[]>> SHAPES = new ConcurrentHashMap<>();
  private static final Map<String, Integer> PATCHES = new HashMap<>();
  private static final Pattern CIFAR = Pattern.compile("cifar_resnet(20|32|44|56|110)(b?)");
  private static final List<String> CIFARS =
      Stream.of("", "b")
          .flatMap(kind -> Stream.of(20, 32, 44, 56, 110).map(d -> "cifar_resnet" + d + kind))
          .toList();

  static {
    RESNETS.put("resnet18", new Shape(new int[] {2, 2, 2, 2}, false, 1, 1));
    RESNETS.put("resnet34", new Shape(new int[] {3, 4, 6, 3}, false, 1, 1));
    RESNETS.put("resnet50", new Shape(new int[] {3, 4, 6, 3}, true, 1, 1));
    RESNETS.put("resnet101", new Shape(new int[] {3, 4, 23, 3}, true, 1, 1));
    RESNETS.put("resnet152", new Shape(new int[] {3, 8, 36, 3}, true, 1, 1));
    RESNETS.put("wide_resnet50_2", new Shape(new int[] {3, 4, 6, 3}, true, 2, 1));
    for (int wider : new int[] {2, 4, 5}) {
      RESNETS.put("swav_resnet50w" + wider, new Shape(new int[] {3, 4, 6, 3}, true, 1, wider));
    }
    OTHERS.put("efficientnet_b0", name -> new EfficientNet(name, 1.0));
    OTHERS.put("efficientnet_b1", name -> new EfficientNet(name, 1.1));
    OTHERS.put("mobilenet_v2", MobileNetV2::new);
    OTHERS.put("mobilenet_v3_large", name -> new MobileNetV3(name, MobileNetV3.LARGE));
    OTHERS.put("mobilenet_v3_small", name -> new MobileNetV3(name, MobileNetV3.SMALL));
    OTHERS.put("shufflenet_v2_x1_0", ShuffleNetV2::new);
    for (int patch : new int[] {8, 16}) {
      transformer("dino_vitt" + patch, VisionTransformer.Shape.dino(192, 3, patch));
      transformer("dino_vits" + patch, VisionTransformer.Shape.dino(384, 6, patch));
      transformer("dino_vitb" + patch, VisionTransformer.Shape.dino(768, 12, patch));
    }
    for (int registers : new int[] {0, 4}) {
      String end = registers == 0 ? "14" : "14_reg";
      transformer("dinov2_vits" + end, VisionTransformer.Shape.dinov2(384, 6, 12, registers));
      transformer("dinov2_vitb" + end, VisionTransformer.Shape.dinov2(768, 12, 12, registers));
      transformer("dinov2_vitl" + end, VisionTransformer.Shape.dinov2(1024, 16, 24, registers));
    }
  }

  private static void transformer(String name, VisionTransformer.Shape shape) {
    OTHERS.put(name, n -> new VisionTransformer(n, shape));
    PATCHES.put(name, shape.patch());
  }

  private Encoders() {}

  /**
   * A backbone with fresh weights, a function of {@code seed} and of each parameter's name: as
   * torchvision (for transformers DINO and DINOv2) draws them, batch-norm is 1 and 0.
   *
   * @param architecture one of {@link #names()}
   * @param stem ignored by all that have but one: it is a matter of the big ResNets
   * @throws IllegalArgumentException for an unknown name; the message has the nearest known one
   */
  public static Backbone create(String architecture, Stem stem, long seed) {
    Backbone backbone = build(architecture, stem);
    initialise(backbone, seed);
    return backbone;
  }

  /**
   * Refuses images that an architecture would cut: a transformer takes whole patches.
   *
   * @param key of the setting, for the message
   * @param size of the images' sides, pixels
   * @throws IllegalArgumentException with the nearest size that fits
   */
  public static void checkSize(String architecture, String key, int size) {
    int patch = PATCHES.getOrDefault(architecture, 1);
    if (size % patch != 0) {
      throw new IllegalArgumentException(
          "%s: %s takes whole patches of %d pixels, and %d is not a multiple; %s=%d would fit"
              .formatted(
                  key,
                  architecture,
                  patch,
                  size,
                  key,
                  patch * Math.max(2, Math.round((float) size / patch))));
    }
  }

  /** The architectures there are. */
  public static List<String> names() {
    return Stream.of(RESNETS.keySet().stream(), CIFARS.stream(), OTHERS.keySet().stream())
        .flatMap(names -> names)
        .toList();
  }

  private static Backbone build(String architecture, Stem stem) {
    Shape shape = RESNETS.get(architecture);
    if (shape != null) {
      return new ResNet(architecture, shape, stem);
    }
    Function<String, Backbone> other = OTHERS.get(architecture);
    if (other != null) {
      return other.apply(architecture);
    }
    Matcher cifar = CIFAR.matcher(architecture);
    if (cifar.matches()) {
      boolean convolved = !cifar.group(2).isEmpty();
      return new CifarResNet(architecture, Integer.parseInt(cifar.group(1)), convolved);
    }
    throw new IllegalArgumentException(
        "unknown architecture '" + architecture + "'" + Names.didYouMean(architecture, names()));
  }

  /** Sizes of all parameters and buffers of an architecture, by name. */
  public static Map<String, long[]> shapes(String architecture, Stem stem) {
    return SHAPES.computeIfAbsent(
        architecture + "/" + stem,
        key -> {
          try (PointerScope scope = new PointerScope()) {
            Map<String, long[]> shapes = new LinkedHashMap<>();
            Tensors.named(Tensors.withoutMemory(() -> build(architecture, stem)))
                .forEach((name, tensor) -> shapes.put(name, tensor.sizes().vec().get()));
            return shapes;
          }
        });
  }

  /** Whether the stem makes a difference. */
  public static boolean hasStems(String architecture) {
    return RESNETS.containsKey(architecture);
  }

  /**
   * Draws all parameters of a tree anew, each as its layer says. Each is drawn from a generator of
   * its own, that {@code seed} and its dotted name key: what else the tree holds, and in which
   * order, does not matter.
   */
  public static void initialise(Layer root, long seed) {
    try (PointerScope scope = new PointerScope();
        AutoGradMode off = new AutoGradMode(false)) {
      root.each(
          "",
          (name, layer) -> {
            String prefix = name.isEmpty() ? "" : name + ".";
            layer.draw(parameter -> generator(seed, prefix + parameter));
          });
    }
  }

  private static GeneratorOptional generator(long seed, String name) {
    CRC32 crc = new CRC32();
    crc.update((seed + ":" + name).getBytes(StandardCharsets.UTF_8));
    // LibTorch's generator on the CPU takes the low 32 bits of its seed.
    return new GeneratorOptional(torch.make_generator_cpu(crc.getValue()));
  }

  /** All stems, as a user writes them. */
  public static List<String> stems() {
    return Arrays.stream(Stem.values()).map(Names::spell).toList();
  }
}
