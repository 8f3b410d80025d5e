package dev.bingo.encoder;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.bingo.Golden;
import dev.bingo.torch.Engine;
import dev.bingo.torch.Tensors;
import java.util.Map;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.MemoryFormat;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class BatchNormTest {
  @ParameterizedTest
  @EnumSource(
      value = MemoryFormat.class,
      names = {"Contiguous", "ChannelsLast"})
  void groupsEqualSeparateDevicesWithAveragedStatistics(MemoryFormat format) {
    try (PointerScope scope = new PointerScope()) {
      Golden golden = Golden.load("09-msvq/split-batchnorm");
      Tensor weight = golden.tensor("weight");
      BatchNorm norm = new BatchNorm((int) weight.size(0));
      Map<String, Tensor> named = Tensors.named(norm);
      named.get("weight").set_data(weight.clone());
      named.get("bias").set_data(golden.tensor("bias").clone());
      int groups = (int) golden.scalar("num_splits");
      norm.groups(groups);
      Tensor all = golden.tensor("x");
      for (long step = 0; step < all.size(0); step++) {
        Tensor x = all.select(0, step).contiguous(format).detach().set_requires_grad(true);
        Tensor y = norm.forward(x);
        String prefix = "step" + step + ".";
        assertThat(y.is_contiguous(format)).as("memory format is kept").isTrue();
        golden.assertClose(prefix + "y", y);
        Tensor ramp = torch.linspace(new Scalar(-1), new Scalar(1), y.numel()).reshape(y.sizes());
        y.pow(new Scalar(2)).mul(ramp).sum().backward();
        golden.assertClose(prefix + "grad_x", x.grad());
        golden.assertClose(prefix + "running_mean", named.get("running_mean"));
        golden.assertClose(prefix + "running_var", named.get("running_var"));
      }
      assertThat(named.get("num_batches_tracked").item_long()).isZero();
      norm.train(false);
      golden.assertClose("eval_y", norm.forward(all.select(0, 0).contiguous(format)));
      norm.train(true);
      Tensor odd = torch.ones(groups + 1, weight.size(0), 2, 2);
      assertThatThrownBy(() -> norm.forward(odd)).hasMessageContaining("groups");
    }
  }

  @Test
  void vectorsAreGroupedLikeImages() {
    Engine.start();
    try (PointerScope scope = new PointerScope()) {
      Tensor x = torch.linspace(new Scalar(-2), new Scalar(3), 40).pow(new Scalar(3)).reshape(8, 5);
      BatchNorm vectors = new BatchNorm(5);
      BatchNorm images = new BatchNorm(5);
      vectors.groups(4);
      images.groups(4);
      Tensor y = vectors.forward(x);
      Tensor ofPixels = images.forward(x.reshape(8, 5, 1, 1)).reshape(8, 5);
      assertThat(Tensors.toFloats(y)).containsExactly(Tensors.toFloats(ofPixels));
      // Group 1 holds rows 1 and 5: two values normalise to -1 and 1.
      Tensor pair = torch.stack(new TensorVector(y.select(0, 1), y.select(0, 5)));
      assertThat(pair.abs().sub(new Scalar(1)).abs().max().item_double()).isLessThan(1e-3);
      assertThat(pair.sum().abs().item_double()).isLessThan(1e-5);
    }
  }

  @Test
  void ordinaryTrainingCountsItsBatches() {
    Engine.start();
    try (PointerScope scope = new PointerScope()) {
      BatchNorm norm = new BatchNorm(3);
      norm.forward(torch.ones(4, 3));
      norm.forward(torch.ones(4, 3));
      norm.train(false);
      norm.forward(torch.ones(4, 3));
      assertThat(Tensors.named(norm).get("num_batches_tracked").item_long()).isEqualTo(2);
    }
  }
}
