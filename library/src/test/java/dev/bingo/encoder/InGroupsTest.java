package dev.bingo.encoder;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.bingo.torch.Engine;
import dev.bingo.torch.Tensors;
import java.util.Map;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.MemoryFormat;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class InGroupsTest {
  private static final int GROUPS = 4;

  @BeforeAll
  static void startEngine() {
    Engine.start();
  }

  /** What a GPU runs against what the CPU runs: features, gradients and running statistics. */
  @ParameterizedTest
  @CsvSource({
    "resnet18, CIFAR, 16",
    "resnet50, IMAGENET, 64",
    "cifar_resnet20, CIFAR, 16",
    "cifar_resnet20b, CIFAR, 16"
  })
  void equalsTheNetworkWhoseBatchNormSplitsByItself(String architecture, Stem stem, int size) {
    try (var scope = new PointerScope()) {
      // In float64: what rounding makes of a deep network's small batches hides no error there.
      Network plain = net(architecture, stem);
      Network grouped = net(architecture, stem);
      plain.to(ScalarType.Double, false);
      grouped.to(ScalarType.Double, false);
      Tensor images = images(size).to(ScalarType.Double);
      Tensor weights = torch.randn(16, plain.width()).to(ScalarType.Double);

      Tensor expected = plain.features(Torch.RUN, images.clone());
      Tensor actual = grouped.features(new InGroups(GROUPS), images.clone());
      expected.mul(weights).sum().backward();
      actual.mul(weights).sum().backward();

      assertClose("features", actual, expected);
      Map<String, Tensor> wanted = Tensors.named(plain);
      Tensors.named(grouped)
          .forEach(
              (name, t) -> {
                assertClose(name, t, wanted.get(name));
                if (t.requires_grad()) {
                  assertClose("gradient of " + name, t.grad(), wanted.get(name).grad());
                }
              });
    }
  }

  @ParameterizedTest
  @CsvSource({"resnet18, CIFAR", "mobilenet_v2, IMAGENET"})
  void isNotWantedOnTheCpu(String architecture, Stem stem) {
    try (var scope = new PointerScope()) {
      Tensor images = torch.randn(16, 3, 32, 32);
      assertThat(InGroups.wanted(net(architecture, stem), images)).isSameAs(Torch.RUN);
    }
  }

  private static Tensor images(int size) {
    torch.manual_seed(3);
    return torch.randn(16, 3, size, size).contiguous(MemoryFormat.ChannelsLast);
  }

  private static Network net(String architecture, Stem stem) {
    Network net = (Network) Encoders.create(architecture, stem, 1);
    Modules.channelsLast(net);
    Modules.batchNormGroups(net, GROUPS);
    return net;
  }

  private static void assertClose(String what, Tensor actual, Tensor expected) {
    double size = expected.detach().to(ScalarType.Double).norm(new Scalar(2)).item_double();
    double off =
        actual
            .detach()
            .sub(expected.detach())
            .to(ScalarType.Double)
            .norm(new Scalar(2))
            .item_double();
    assertThat(off).as(what).isCloseTo(0, within(1e-10 * size + 1e-12));
  }
}
