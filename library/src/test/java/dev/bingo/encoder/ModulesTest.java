package dev.bingo.encoder;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.bingo.torch.Engine;
import dev.bingo.torch.Tensors;
import java.util.Map;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.MemoryFormat;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class ModulesTest {
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

  private static EmbeddingNet net(long seed) {
    EmbeddingNet net =
        new EmbeddingNet(
            Encoders.create("cifar_resnet20", Stem.CIFAR, seed), ProjectionHead.mlp(64, 32, 16));
    Encoders.initialise(net, seed);
    return net;
  }

  @Test
  void copiesHoldEqualTensorsThatAreTheirOwn() {
    EmbeddingNet from = net(1);
    EmbeddingNet to = net(2);
    from.backbone().features(torch.rand(4, 3, 8, 8));
    Modules.copy(from, to);
    Map<String, Tensor> source = Tensors.named(from);
    Tensors.named(to).forEach((name, t) -> assertThat(t.equal(source.get(name))).as(name).isTrue());
    String name = "backbone.conv1.weight";
    source.get(name).detach().zero_();
    assertThat(Tensors.named(to).get(name).any().item_bool()).isTrue();
    assertThat(Tensors.named(to).get("backbone.bn1.num_batches_tracked").item_long()).isOne();
  }

  @Test
  void copiesThatDoNotFitAreRefusedWithBothShapesAndChangeNothing() {
    ProjectionHead to = ProjectionHead.mlp(4, 3, 2);
    Encoders.initialise(to, 1);
    Tensor before = Tensors.named(to).get("0.weight").clone();
    assertThatThrownBy(() -> Modules.copy(ProjectionHead.mlpBatchNorm(5, 3, 2), to))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("'0.weight' is [3, 5], expected [3, 4]")
        .hasMessageContaining("missing '2.weight' [2, 3]")
        .hasMessageContaining("unexpected '3.weight' [2, 3]");
    assertThat(Tensors.named(to).get("0.weight").equal(before)).isTrue();
  }

  @Test
  void frozenModulesHaveNothingToTrain() {
    EmbeddingNet net = net(1);
    assertThat(Modules.trainable(net)).hasSize((int) net.named_parameters().size());
    Modules.freeze(net);
    assertThat(Modules.trainable(net)).isEmpty();
    assertThat(net.backbone().features(torch.rand(2, 3, 8, 8)).requires_grad()).isFalse();
  }

  @Test
  void channelsLastChangesTheLayoutAndNotTheValues() {
    Backbone net = Encoders.create("resnet18", Stem.CIFAR, 1);
    net.train(false);
    Tensor images = torch.rand(2, 3, 8, 8);
    float[] before = Tensors.toFloats(net.features(images));
    Modules.channelsLast(net);
    Tensor weight = Tensors.named(net).get("layer2.0.conv1.weight");
    assertThat(weight.is_contiguous(MemoryFormat.ChannelsLast)).isTrue();
    float[] after = Tensors.toFloats(net.features(images.contiguous(MemoryFormat.ChannelsLast)));
    for (int i = 0; i < after.length; i++) {
      assertThat(after[i]).isCloseTo(before[i], within(1e-4f));
    }
  }

  @Test
  void handlesInJavaFollowAChangeOfTypeAndGradientsArrive() {
    EmbeddingNet net = net(1);
    net.train(false);
    Tensor images = torch.rand(2, 3, 8, 8);
    float[] single = Tensors.toFloats(net.head().forward(net.backbone().features(images)));
    net.to(ScalarType.Double, false);
    Tensor z = net.head().forward(net.backbone().features(images.to(ScalarType.Double)));
    assertThat(z.scalar_type().intern()).isEqualTo(ScalarType.Double);
    float[] twice = Tensors.toFloats(z);
    for (int i = 0; i < single.length; i++) {
      assertThat(twice[i]).isCloseTo(single[i], within(1e-4f));
    }
    z.sum().backward();
    assertThat(Tensors.named(net).get("backbone.conv1.weight").grad().scalar_type().intern())
        .isEqualTo(ScalarType.Double);
  }

  @Test
  void theModeReachesAllLayersBelow() {
    EmbeddingNet net = net(1);
    net.train(false);
    net.each(layer -> assertThat(layer.is_training()).isFalse());
    Tensor images = torch.rand(4, 3, 8, 8);
    Tensor running = Tensors.named(net).get("backbone.layer3.2.bn2.running_mean");
    net.backbone().features(images);
    assertThat(running.any().item_bool()).as("statistics move in evaluation mode").isFalse();
    net.train(true);
    net.each(layer -> assertThat(layer.is_training()).isTrue());
    net.backbone().features(images);
    assertThat(running.any().item_bool()).as("statistics move in training mode").isTrue();
  }
}
