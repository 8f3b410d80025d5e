package dev.bingo.encoder;

import dev.bingo.encoder.ResNet.Shape;
import dev.bingo.torch.Names;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import java.util.zip.CRC32;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.AutoGradMode;
import org.bytedeco.pytorch.GeneratorOptional;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.global.torch;

/** Makes backbones by name. */
public final class Encoders {
  private static final Map<String, Shape> RESNETS = new TreeMap<>();
  private static final List<Integer> CIFAR_DEPTHS = List.of(20, 32, 44, 56, 110);

  static {
    RESNETS.put("resnet18", new Shape(new int[] {2, 2, 2, 2}, false, 1, 1));
    RESNETS.put("resnet34", new Shape(new int[] {3, 4, 6, 3}, false, 1, 1));
    RESNETS.put("resnet50", new Shape(new int[] {3, 4, 6, 3}, true, 1, 1));
    RESNETS.put("resnet101", new Shape(new int[] {3, 4, 23, 3}, true, 1, 1));
    RESNETS.put("wide_resnet50_2", new Shape(new int[] {3, 4, 6, 3}, true, 2, 1));
    RESNETS.put("swav_resnet50w2", new Shape(new int[] {3, 4, 6, 3}, true, 1, 2));
  }

  private Encoders() {}

  /**
   * A backbone with fresh weights, a function of {@code seed} and of each parameter's name: as
   * torchvision, convolutions are normal with variance 2 / (k² · out), batch-norm is 1 and 0.
   *
   * @param architecture one of {@link #names()}
   * @param stem ignored by the {@code cifar_resnet}s, which have but one
   * @throws IllegalArgumentException for an unknown name; the message has the nearest known one
   */
  public static Backbone create(String architecture, Stem stem, long seed) {
    Backbone backbone = build(architecture, stem);
    initialise(backbone, seed);
    return backbone;
  }

  /** The architectures there are. */
  public static List<String> names() {
    return Stream.concat(
            RESNETS.keySet().stream(), CIFAR_DEPTHS.stream().map(d -> "cifar_resnet" + d))
        .toList();
  }

  private static Backbone build(String architecture, Stem stem) {
    Shape shape = RESNETS.get(architecture);
    if (shape != null) {
      return new ResNet(architecture, shape, stem);
    }
    if (names().contains(architecture)) {
      return new CifarResNet(Integer.parseInt(architecture.substring("cifar_resnet".length())));
    }
    throw new IllegalArgumentException(
        "unknown architecture '" + architecture + "'" + Names.didYouMean(architecture, names()));
  }

  /**
   * Draws all parameters of a tree anew. Linear layers get PyTorch's default: uniform in ± 1 / √in,
   * weight and bias alike. Each is drawn from a generator of its own, that {@code seed} and its
   * dotted name key: what else the tree holds, and in which order, does not matter.
   */
  public static void initialise(Layer root, long seed) {
    try (PointerScope scope = new PointerScope();
        AutoGradMode off = new AutoGradMode(false)) {
      root.each("", (name, layer) -> draw(name.isEmpty() ? "" : name + ".", layer, seed));
    }
  }

  private static void draw(String prefix, Layer layer, long seed) {
    if (layer instanceof Conv2d conv) {
      long fanOut = conv.weight.size(0) * conv.weight.size(2) * conv.weight.size(3);
      conv.weight.normal_(0, Math.sqrt(2.0 / fanOut), generator(seed, prefix + "weight"));
    } else if (layer instanceof Linear linear) {
      double bound = 1 / Math.sqrt((double) linear.weight.size(1));
      linear.weight.uniform_(-bound, bound, generator(seed, prefix + "weight"));
      if (linear.bias != null) {
        linear.bias.uniform_(-bound, bound, generator(seed, prefix + "bias"));
      }
    } else if (layer instanceof BatchNorm norm) {
      norm.weight.fill_(new Scalar(1));
      norm.bias.zero_();
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
