package dev.bingo.encoder;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.bingo.torch.Engine;
import dev.bingo.torch.Precision;
import dev.bingo.torch.Tensors;
import java.util.Map;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.DeviceType;
import org.bytedeco.pytorch.global.torch.MemoryFormat;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class EncodersTest {
  private PointerScope scope;

  @BeforeAll
  static void start() {
    Engine.start();
  }

  @BeforeEach
  void open() {
    scope = new PointerScope();
  }

  @AfterEach
  void close() {
    scope.close();
  }

  @ParameterizedTest
  @CsvSource({
    "IMAGENET, 8, 1",
    "CIFAR, 32, 4",
    "CIFAR_POOL, 16, 2",
  })
  void stemsDecideTheResolutionOfTheStages(Stem stem, int first, int last) {
    ResNet net = (ResNet) Encoders.create("resnet18", stem, 1);
    Tensor features =
        net.features(
            torch.rand(2, 3, 32, 32),
            (part, t) -> {
              if (part.equals("layer1")) {
                assertThat(t.size(2)).isEqualTo(first);
              } else if (part.equals("layer4")) {
                assertThat(t.size(3)).isEqualTo(last);
              }
            });
    assertThat(features.sizes().vec().get()).containsExactly(2, net.width());
  }

  /** The counts that torchvision's documentation lists, less 1000 · width + 1000 for fc. */
  @ParameterizedTest
  @CsvSource({
    "resnet18, 11689512, 512",
    "resnet34, 21797672, 512",
    "resnet50, 25557032, 2048",
    "resnet101, 44549160, 2048",
    "resnet152, 60192808, 2048",
    "wide_resnet50_2, 68883240, 2048",
  })
  void parameterCountsAreTorchvisions(String name, long listed, int width) {
    Backbone net = Encoders.create(name, Stem.IMAGENET, 1);
    assertThat(net.width()).isEqualTo(width);
    assertThat(Modules.parameterCount(net)).isEqualTo(listed - 1000L * width - 1000);
  }

  /** The same, where the classifier is another, or none. */
  @ParameterizedTest
  @CsvSource({
    "efficientnet_b0, 5288548, 1281000, 1280",
    "efficientnet_b1, 7794184, 1281000, 1280",
    "mobilenet_v2, 3504872, 1281000, 1280",
    "mobilenet_v3_large, 5483032, 2511080, 960",
    "mobilenet_v3_small, 2542856, 1615848, 576",
    "shufflenet_v2_x1_0, 2278604, 1025000, 1024",
    "dino_vitt16, 5524416, 0, 192",
    "dino_vits16, 21665664, 0, 384",
    "dino_vits8, 21670272, 0, 384",
    "dino_vitb16, 85798656, 0, 768",
    "dinov2_vits14, 22056192, 0, 384",
    "dinov2_vitb14_reg, 86582784, 0, 768",
    "dinov2_vitl14, 304367616, 0, 1024",
  })
  void parameterCountsOfTheOthersAreThoseListed(
      String name, long listed, long classifier, int width) {
    Backbone net = Encoders.create(name, Stem.IMAGENET, 1);
    assertThat(net.width()).isEqualTo(width);
    assertThat(Modules.parameterCount(net)).isEqualTo(listed - classifier);
  }

  /** DINO interpolates its positions where an image has not 224 pixels; gradients reach all. */
  @Test
  void transformersTakeImagesOfOtherSizes() {
    Backbone net = Encoders.create("dino_vitt16", Stem.IMAGENET, 1);
    Tensor features = net.features(torch.rand(2, 3, 64, 96));
    assertThat(features.sizes().vec().get()).containsExactly(2, net.width());
    features.pow(new Scalar(3)).sum().backward();
    Modules.trainable(net)
        .forEach((name, p) -> assertThat(p.grad().any().item_bool()).as(name).isTrue());
  }

  @Test
  void layersOfTransformersAreDrawnAsDinoDrawsThem() {
    Map<String, Tensor> net = Tensors.named(Encoders.create("dino_vitt16", Stem.IMAGENET, 3));
    for (String name : new String[] {"pos_embed", "blocks.3.attn.qkv.weight"}) {
      assertThat(net.get(name).std().item_double()).as(name).isCloseTo(0.02, within(3e-4));
    }
    assertThat(net.get("blocks.3.attn.qkv.bias").any().item_bool()).isFalse();
    // Nobody initialises the patches' layer: PyTorch's default, by its 3 · 16 · 16 inputs.
    double bound = 1 / Math.sqrt(768);
    assertThat(net.get("patch_embed.proj.weight").abs().max().item_double())
        .isBetween(0.99 * bound, bound);
    // ShuffleNet's neither: a depthwise filter has nine inputs.
    Map<String, Tensor> shuffle =
        Tensors.named(Encoders.create("shufflenet_v2_x1_0", Stem.IMAGENET, 3));
    assertThat(shuffle.get("stage4.1.branch2.3.weight").abs().max().item_double())
        .isBetween(0.99 / 3, 1.0 / 3);
    // MobileNet's depthwise filters are drawn by what comes out of all groups.
    Map<String, Tensor> mobile = Tensors.named(Encoders.create("mobilenet_v2", Stem.IMAGENET, 3));
    assertThat(mobile.get("features.17.conv.1.0.weight").std().item_double())
        .isCloseTo(Math.sqrt(2.0 / (9 * 960)), within(5e-4));
  }

  @Test
  void unknownNamesAreRefusedWithTheNearestKnown() {
    assertThatThrownBy(() -> Encoders.create("resnet19", Stem.IMAGENET, 1))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("resnet19")
        .hasMessageContaining("'resnet18'");
  }

  @Test
  void convolutionsAndLinearLayersAreDrawnAsTorchvisionDrawsThem() {
    Map<String, Tensor> net =
        Tensors.named(
            new EmbeddingNet(
                Encoders.create("resnet18", Stem.IMAGENET, 3), ProjectionHead.linear(512, 64)));
    // 256 channels in and 512 out: the variance goes by those that come out.
    Tensor conv = net.get("backbone.layer4.0.conv1.weight");
    assertThat(conv.mean().item_double()).isCloseTo(0, within(1e-4));
    assertThat(conv.std().item_double()).isCloseTo(Math.sqrt(2.0 / (9 * 512)), within(5e-5));
    assertThat(net.get("backbone.bn1.weight").eq(torch.ones(64)).all().item_bool()).isTrue();
    assertThat(net.get("backbone.bn1.bias").any().item_bool()).isFalse();
    EmbeddingNet whole =
        new EmbeddingNet(
            Encoders.create("cifar_resnet20", Stem.CIFAR, 3), ProjectionHead.linear(64, 512));
    Encoders.initialise(whole, 3);
    Map<String, Tensor> drawn = Tensors.named(whole);
    for (String name : new String[] {"head.0.weight", "head.0.bias"}) {
      Tensor t = drawn.get(name);
      assertThat(t.abs().max().item_double()).as(name).isBetween(0.12, 0.125);
      assertThat(t.std().item_double()).as(name).isCloseTo(0.125 / Math.sqrt(3), within(4e-3));
    }
  }

  @Test
  void weightsDependOnTheSeedAndTheNameAlone() {
    Map<String, Tensor> one = Tensors.named(Encoders.create("resnet18", Stem.CIFAR, 7));
    torch.manual_seed(99);
    Map<String, Tensor> deeper = Tensors.named(Encoders.create("resnet34", Stem.CIFAR, 7));
    Map<String, Tensor> other = Tensors.named(Encoders.create("resnet18", Stem.CIFAR, 8));
    String late = "layer3.1.conv1.weight";
    assertThat(one.get(late).equal(deeper.get(late))).isTrue();
    assertThat(one.get(late).equal(other.get(late))).isFalse();
    assertThat(one.get(late).equal(one.get("layer3.1.conv2.weight"))).isFalse();
  }

  @Test
  void initialisingLeavesTheGlobalGeneratorAlone() {
    torch.manual_seed(5);
    Tensor expected = torch.rand(4);
    torch.manual_seed(5);
    Encoders.create("cifar_resnet20", Stem.CIFAR, 1);
    assertThat(torch.rand(4).equal(expected)).isTrue();
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2})
  void allPartsStayInBfloat16AndChannelsLast(int groups) {
    ResNet net = (ResNet) Encoders.create("resnet50", Stem.CIFAR, 1);
    Modules.batchNormGroups(net, groups);
    Modules.channelsLast(net);
    Tensor images = torch.rand(4, 3, 16, 16).contiguous(MemoryFormat.ChannelsLast);
    try (NoGradGuard off = new NoGradGuard();
        Precision.Scope autocast = Precision.BF16.autocast(DeviceType.CPU)) {
      Tensor features =
          net.features(
              images,
              (part, t) -> {
                assertThat(t.scalar_type().intern()).as(part).isEqualTo(ScalarType.BFloat16);
                assertThat(t.is_contiguous(MemoryFormat.ChannelsLast)).as(part).isTrue();
              });
      assertThat(features.scalar_type().intern()).isEqualTo(ScalarType.BFloat16);
    }
  }
}
