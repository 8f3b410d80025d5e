package dev.bingo.method;

import static org.assertj.core.api.Assertions.assertThat;

import dev.bingo.encoder.Backbone;
import dev.bingo.encoder.EmbeddingNet;
import dev.bingo.encoder.Encoders;
import dev.bingo.encoder.Modules;
import dev.bingo.encoder.ProjectionHead;
import dev.bingo.encoder.Stem;
import dev.bingo.method.Method.Images;
import dev.bingo.method.Teacher.BatchNormMode;
import dev.bingo.torch.Engine;
import dev.bingo.torch.Precision;
import dev.bingo.torch.Tensors;
import java.util.List;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.AutoGradMode;
import org.bytedeco.pytorch.GeneratorOptional;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.MemoryFormat;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class FoldedTeacherTest {
  private static final Progress START = new Progress(0, 0, 10, 2, 1);

  @BeforeAll
  static void start() {
    Engine.start();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "resnet18",
        "resnet50",
        "cifar_resnet20",
        "mobilenet_v2",
        "mobilenet_v3_small",
        "efficientnet_b0",
        "shufflenet_v2_x1_0",
        "dino_vitt16"
      })
  void givesTheKeysOfItsBatchNormToFloat32Rounding(String architecture) {
    try (PointerScope scope = new PointerScope();
        AutoGradMode off = new AutoGradMode(false)) {
      EmbeddingNet net = trained(architecture);
      Tensor view = images();
      Tensor expected = net.embed(view, Precision.FP32);
      Teacher teacher = new Teacher(net, BatchNormMode.RUNNING, 1);
      Tensor keys = keys(teacher, view, Precision.FP32);
      assertThat(difference(keys, expected)).isLessThan(1e-5);
      assertThat(keys(teacher, view, Precision.FP32).equal(keys)).as("folds once").isTrue();
    }
  }

  @Test
  void foldsBeforeItRoundsToBfloat16() {
    try (PointerScope scope = new PointerScope();
        AutoGradMode off = new AutoGradMode(false)) {
      EmbeddingNet net = trained("resnet18");
      Tensor expected = net.embed(images(), Precision.FP32);
      Tensor unfolded = net.embed(images(), Precision.BF16);
      Tensor keys = keys(new Teacher(net, BatchNormMode.RUNNING, 1), images(), Precision.BF16);
      assertThat(difference(keys, expected)).isLessThan(1.5 * difference(unfolded, expected));
    }
  }

  @Test
  void onceRoundedGivesTheSameKeysToAStepThatIsReplayedInFloat32() {
    try (PointerScope scope = new PointerScope();
        AutoGradMode off = new AutoGradMode(false)) {
      Teacher teacher = new Teacher(trained("cifar_resnet20"), BatchNormMode.RUNNING, 1);
      Tensor keys = keys(teacher, images(), Precision.BF16);
      assertThat(keys(teacher, images(), Precision.FP32).equal(keys)).isTrue();
    }
  }

  @Test
  void leavesATeacherOnTheBatchsStatisticsAsItWas() {
    try (PointerScope scope = new PointerScope();
        AutoGradMode off = new AutoGradMode(false)) {
      EmbeddingNet net = trained("cifar_resnet20");
      keys(new Teacher(net, BatchNormMode.BATCH, 1), images(), Precision.FP32);
      assertThat(Tensors.named(net)).doesNotContainKey("backbone.conv1.bias");
    }
  }

  private static Tensor keys(Teacher teacher, Tensor view, Precision precision) {
    Tensor none = torch.zeros(view.size(0)).to(ScalarType.Long);
    return teacher.keys(new Images(List.of(view), none, none, precision), START, 0).get(0);
  }

  private static Tensor images() {
    torch.manual_seed(3);
    return torch.randn(4, 3, 64, 64).contiguous(MemoryFormat.ChannelsLast);
  }

  private static double difference(Tensor keys, Tensor expected) {
    double largest = expected.abs().max().item_double();
    return keys.sub(expected).abs().max().item_double() / largest;
  }

  /** In evaluation mode, with batch-norm that does something. */
  private static EmbeddingNet trained(String architecture) {
    Backbone backbone = Encoders.create(architecture, Stem.CIFAR_POOL, 5);
    ProjectionHead head = ProjectionHead.mlpBatchNorm(backbone.width(), 64, 32);
    EmbeddingNet net = new EmbeddingNet(backbone, head);
    Encoders.initialise(net, 5);
    torch.manual_seed(4);
    Tensors.named(net)
        .forEach(
            (name, t) -> {
              if (name.endsWith("running_mean")) {
                t.normal_(0, 0.1, new GeneratorOptional());
              } else if (name.endsWith("running_var")
                  || (name.endsWith("weight") && t.dim() == 1)) {
                t.uniform_(0.5, 1.5, new GeneratorOptional());
              }
            });
    Modules.channelsLast(net);
    net.train(false);
    return net;
  }
}
