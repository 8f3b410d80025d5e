package dev.bingo.method;

import dev.bingo.Golden;
import dev.bingo.encoder.Modules;
import dev.bingo.method.Method.Images;
import dev.bingo.method.SimRegConfig.Head;
import dev.bingo.torch.Precision;
import dev.bingo.torch.Tensors;
import dev.bingo.view.Augmentation;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.AutoGradMode;
import org.bytedeco.pytorch.SGD;
import org.bytedeco.pytorch.SGDOptions;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** SimReg's loss, gradients, heads and running statistics equal the public code's. */
class SimRegGoldenTest {
  @ParameterizedTest
  @ValueSource(strings = {"mlp4-small", "mlp2", "linear"})
  void stepsEqualThePublicCodes(String name) {
    try (PointerScope scope = new PointerScope()) {
      Golden golden = Golden.load("18-simreg/" + name);
      GivenKeys teacher = new GivenKeys((int) golden.scalar("t"));
      Head head = Head.valueOf(name.replace("-small", "").toUpperCase(Locale.ROOT));
      SimRegConfig config =
          new SimRegConfig(head, false, Augmentation.MOCO2, Augmentation.CROP_FLIP, 32);
      SimReg simreg = new SimReg(config, new Identity((int) golden.scalar("d")), teacher, 1);
      Map<String, Tensor> state = Tensors.named(simreg.head());
      try (AutoGradMode off = new AutoGradMode(false)) {
        state.forEach((n, t) -> t.copy_(golden.tensor("predict_q." + n)));
      }
      List<Tensor> parameters = new ArrayList<>(Modules.trainable(simreg.state()).values());
      SGDOptions options = new SGDOptions(golden.scalar("lr"));
      options.momentum().put(golden.scalar("sgd_momentum"));
      options.weight_decay().put(golden.scalar("weight_decay"));
      SGD sgd = new SGD(new TensorVector(parameters.toArray(new Tensor[0])), options);
      for (int step = 0; step < golden.scalar("steps"); step++) {
        check(golden, step, simreg, teacher, state);
        sgd.step();
        sgd.zero_grad();
        String after = "step" + step + ".predict_q.";
        state.forEach(
            (n, t) -> {
              if (golden.tensors().containsKey(after + n)) {
                golden.assertClose(after + n, t);
              }
            });
      }
    }
  }

  private static void check(
      Golden golden, int step, SimReg simreg, GivenKeys teacher, Map<String, Tensor> state) {
    String prefix = "step" + step + ".";
    Tensor s = golden.tensor("student.step" + step).clone().set_requires_grad(true);
    teacher.give(golden.tensor("teacher.step" + step));
    Tensor indices = torch.arange(new Scalar(s.size(0)));
    Images images = new Images(List.of(s), indices, indices, Precision.FP32);
    simreg.train();
    Tensor loss = simreg.loss(images, new Progress(0, step, 2, 1, 1)).value();
    loss.backward();
    golden.assertClose(prefix + "loss", loss.item_double());
    golden.assertClose(prefix + "grad_student", s.grad());
    state.forEach(
        (n, t) -> {
          if (golden.tensors().containsKey(prefix + "grad.predict_q." + n)) {
            golden.assertClose(prefix + "grad.predict_q." + n, t.grad());
          }
        });
  }
}
