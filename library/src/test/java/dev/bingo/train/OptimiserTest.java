package dev.bingo.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.bingo.torch.Engine;
import dev.bingo.torch.Tensors;
import dev.bingo.train.OptimiserConfig.Kind;
import dev.bingo.train.OptimiserConfig.Scaling;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

class OptimiserTest {
  private static final double BETA1 = 0.9;
  private static final double BETA2 = 0.999;
  private static final double DECAY = 0.1;

  @BeforeAll
  static void startEngine() {
    Engine.start();
  }

  @Test
  void adamWFollowsAlgorithm2OfItsPaper() {
    try (var scope = new PointerScope()) {
      Map<String, Tensor> parameters = parameters();
      Optimiser optimiser = new Optimiser(config(Kind.ADAMW), parameters);
      double[] p = {0.5, -2};
      double[] bias = {0.5, -2};
      double[] m = new double[2];
      double[] v = new double[2];
      for (int t = 1; t <= 5; t++) {
        double rate = 0.1 / t;
        double[] g = {Math.sin(t), 100 * Math.cos(t)};
        parameters.values().forEach(x -> gradient(x, g));
        optimiser.step(rate);
        for (int i = 0; i < 2; i++) {
          m[i] = BETA1 * m[i] + (1 - BETA1) * g[i];
          v[i] = BETA2 * v[i] + (1 - BETA2) * g[i] * g[i];
          double step =
              m[i] / (1 - Math.pow(BETA1, t)) / (Math.sqrt(v[i] / (1 - Math.pow(BETA2, t))) + 1e-8);
          p[i] -= rate * (step + DECAY * p[i]);
          bias[i] -= rate * step; // not decayed
          assertThat(Tensors.toFloats(parameters.get("fc.weight"))[i])
              .isCloseTo((float) p[i], within(1e-6f * Math.abs((float) p[i]) + 1e-6f));
          assertThat(Tensors.toFloats(parameters.get("fc.bias"))[i])
              .isCloseTo((float) bias[i], within(1e-6f * Math.abs((float) bias[i]) + 1e-6f));
        }
      }
    }
  }

  @Test
  void stateIsBuffersNamedByParameter() {
    try (var scope = new PointerScope()) {
      assertThat(Tensors.named(new Optimiser(config(Kind.ADAMW), parameters())))
          .containsOnlyKeys(
              "steps",
              "momentum/fc/weight",
              "variance/fc/weight",
              "momentum/fc/bias",
              "variance/fc/bias");
    }
  }

  @Test
  void aParameterWithoutGradientStaysWhereItIs() {
    for (Kind kind : Kind.values()) {
      try (var scope = new PointerScope()) {
        Map<String, Tensor> parameters = parameters();
        Optimiser optimiser = new Optimiser(config(kind), parameters);
        gradient(parameters.get("fc.weight"), 1, 1);
        optimiser.step(0.1);
        assertThat(Tensors.toFloats(parameters.get("fc.bias"))).containsExactly(0.5f, -2);
        assertThat(Tensors.toFloats(parameters.get("fc.weight"))).doesNotContain(0.5f, -2);
      }
    }
  }

  @Test
  void clippingIsThatOfPyTorchToTheBit() {
    try (var scope = new PointerScope()) {
      for (double norm : new double[] {0.3, 1000}) {
        Map<String, Tensor> parameters = parameters();
        Map<String, Tensor> expected = parameters();
        for (Map<String, Tensor> each : List.of(parameters, expected)) {
          gradient(each.get("fc.weight"), 0.7, -3.1);
          gradient(each.get("fc.bias"), 1.9, 0.2);
        }
        new Optimiser(config(Kind.SGD), parameters).clip(norm);
        torch.clip_grad_norm_(new TensorVector(expected.values().toArray(new Tensor[0])), norm);
        expected.forEach(
            (name, p) -> assertThat(parameters.get(name).grad().equal(p.grad())).as(name).isTrue());
      }
    }
  }

  private static OptimiserConfig config(Kind kind) {
    return new OptimiserConfig(kind, BETA1, false, DECAY, true, Scaling.NONE, 0.001);
  }

  private static Map<String, Tensor> parameters() {
    Map<String, Tensor> parameters = new LinkedHashMap<>();
    float[] values = {0.5f, -2};
    parameters.put("fc.weight", Tensors.of(values, 2, 1).set_requires_grad(true));
    parameters.put("fc.bias", Tensors.of(values, 2).set_requires_grad(true));
    return parameters;
  }

  private static void gradient(Tensor parameter, double... values) {
    float[] g = {(float) values[0], (float) values[1]};
    parameter.mutable_grad().put(Tensors.of(g, parameter.sizes().vec().get()));
  }
}
