package dev.bingo.encoder;

import static org.assertj.core.api.Assertions.assertThat;

import dev.bingo.torch.Engine;
import dev.bingo.torch.Tensors;
import java.util.List;
import java.util.Map;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class ProjectionHeadTest {
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

  private static Map<String, Tensor> initialised(ProjectionHead head) {
    Encoders.initialise(head, 1);
    return Tensors.named(head);
  }

  @Test
  void namesAreThoseOfSequential() {
    assertThat(initialised(ProjectionHead.mlp(4, 3, 2)).keySet())
        .containsExactly("0.weight", "0.bias", "2.weight", "2.bias");
    assertThat(initialised(ProjectionHead.linear(4, 2)).keySet())
        .containsExactly("0.weight", "0.bias");
    assertThat(initialised(ProjectionHead.mlpBatchNorm(4, 3, 2)).keySet())
        .containsExactly(
            "0.weight",
            "0.bias",
            "1.weight",
            "1.bias",
            "3.weight",
            "3.bias",
            "1.running_mean",
            "1.running_var",
            "1.num_batches_tracked");
    assertThat(initialised(ProjectionHead.deepBatchNorm(4, 3, 2)).keySet())
        .contains("0.weight", "1.weight", "3.bias", "4.running_var", "6.weight", "6.bias")
        .hasSize(2 * 5 + 3 * 2);
    assertThat(initialised(ProjectionHead.none(4))).isEmpty();
  }

  @Test
  void theDeepHeadIsTwiceLinearBatchNormReluThenLinear() {
    ProjectionHead head = ProjectionHead.deepBatchNorm(4, 8, 2);
    Map<String, Tensor> p = initialised(head);
    Tensor x = torch.linspace(new Scalar(-1), new Scalar(1), 12).reshape(3, 4);
    x = x.mul(x).add(x);
    Tensor expected = x;
    for (String layer : List.of("0", "3")) {
      Tensor y = expected.matmul(p.get(layer + ".weight").t()).add(p.get(layer + ".bias"));
      Tensor centred = y.sub(y.mean(0));
      Tensor variance = centred.mul(centred).mean(0);
      expected = centred.div(variance.add(new Scalar(1e-5)).sqrt()).relu();
    }
    expected = expected.matmul(p.get("6.weight").t()).add(p.get("6.bias"));
    assertThat(head.forward(x).sub(expected).abs().max().item_double()).isLessThan(1e-4);
  }

  @Test
  void mlpIsLinearReluLinear() {
    ProjectionHead head = ProjectionHead.mlp(4, 8, 2);
    Map<String, Tensor> p = initialised(head);
    Tensor x = torch.linspace(new Scalar(-1), new Scalar(1), 12).reshape(3, 4);
    Tensor hidden = x.matmul(p.get("0.weight").t()).add(p.get("0.bias"));
    assertThat(hidden.lt(new Scalar(0)).any().item_bool()).as("the ReLU has work").isTrue();
    Tensor expected = hidden.relu().matmul(p.get("2.weight").t()).add(p.get("2.bias"));
    assertThat(head.forward(x).sub(expected).abs().max().item_double()).isLessThan(1e-6);
    assertThat(head.width()).isEqualTo(2);
  }

  @Test
  void theHeadWithoutLayersPassesFeaturesOn() {
    Tensor x = torch.rand(3, 4);
    ProjectionHead none = ProjectionHead.none(4);
    assertThat(none.forward(x).equal(x)).isTrue();
    assertThat(none.width()).isEqualTo(4);
  }
}
