package dev.bingo.method.part;

import static org.assertj.core.api.Assertions.assertThat;

import dev.bingo.encoder.Backbone;
import dev.bingo.encoder.Encoders;
import dev.bingo.encoder.Modules;
import dev.bingo.encoder.Stem;
import dev.bingo.torch.Engine;
import dev.bingo.torch.Tensors;
import java.util.Map;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.AutoGradMode;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

class FollowerTest {
  @BeforeAll
  static void startEngine() {
    Engine.start();
  }

  @Test
  void followsParametersOnceAStepAndLeavesBuffers() {
    try (var scope = new PointerScope()) {
      Backbone leader = Encoders.create("cifar_resnet20", Stem.CIFAR, 1);
      Backbone net = Encoders.create("cifar_resnet20", Stem.CIFAR, 2);
      Follower<Backbone> follower = new Follower<>(leader, net);
      // What comes between a method's start and its first step: tensors move, handles stay.
      Modules.channelsLast(leader);
      Modules.channelsLast(net);
      leader.features(torch.rand(4, 3, 8, 8)); // moves running statistics
      Tensor before = Tensors.named(net).get("layer2.0.conv1.weight").clone();
      Tensor led = Tensors.named(leader).get("layer2.0.conv1.weight");
      try (AutoGradMode off = new AutoGradMode(false)) {
        led.add_(new Scalar(1.0));
      }
      Tensor expected = before.mul(new Scalar(0.75)).add(led.detach(), new Scalar(0.25));

      follower.follow(0.75, 0);
      follower.follow(0.75, 0);

      Map<String, Tensor> named = Tensors.named(net);
      assertThat(Tensors.toFloats(named.get("layer2.0.conv1.weight")))
          .isEqualTo(Tensors.toFloats(expected));
      assertThat(named.get("layer2.0.conv1.weight").requires_grad()).isFalse();
      assertThat(named.get("bn1.running_mean").any().item_bool()).isFalse();
    }
  }
}
