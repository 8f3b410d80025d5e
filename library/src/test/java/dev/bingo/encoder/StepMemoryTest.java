package dev.bingo.encoder;

import static org.assertj.core.api.Assertions.assertThat;

import dev.bingo.torch.Engine;
import org.bytedeco.javacpp.Pointer;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.MemoryFormat;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class StepMemoryTest {
  private static final int WARM_UP = 20;
  private static final int STEPS = 200;

  /**
   * Of one step's activations, over 1 MB, nothing may stay: 200 leaked ones would be 200 MB. What
   * the Java heap and the allocator take meanwhile is far below the bound.
   */
  @ParameterizedTest
  @ValueSource(ints = {1, 2})
  void stepsLeaveNothingBehind(int groups) {
    Engine.start();
    Backbone net = Encoders.create("cifar_resnet20", Stem.CIFAR, 1);
    Modules.batchNormGroups(net, groups);
    Modules.channelsLast(net);
    for (int i = 0; i < WARM_UP; i++) {
      step(net);
    }
    long handles = Pointer.totalCount();
    long resident = Pointer.physicalBytes();
    for (int i = 0; i < STEPS; i++) {
      step(net);
    }
    assertThat(Pointer.totalCount()).as("live native objects").isLessThanOrEqualTo(handles);
    assertThat(Pointer.physicalBytes() - resident).as("resident bytes").isLessThan(64L << 20);
  }

  private static void step(Backbone net) {
    try (PointerScope scope = new PointerScope()) {
      Tensor images = torch.rand(8, 3, 16, 16).contiguous(MemoryFormat.ChannelsLast);
      net.zero_grad(true);
      net.features(images).sum().backward();
    }
  }
}
