package dev.bingo.train;

import dev.bingo.Golden;
import dev.bingo.train.OptimiserConfig.Kind;
import dev.bingo.train.OptimiserConfig.Scaling;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.stream.Stream;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Every optimiser moves parameters as the official code it is named after. */
class OptimiserGoldenTest {
  static Stream<Arguments> variants() {
    return Stream.of(
        Arguments.of("sgd", false, false, Scaling.NONE),
        Arguments.of("sgd_nesterov", true, false, Scaling.NONE),
        Arguments.of("sgd_plain", false, false, Scaling.NONE),
        Arguments.of("larc_swav", false, false, Scaling.LARC),
        Arguments.of("larc_clip", false, false, Scaling.LARC_CLIP),
        Arguments.of("lars_mocov3", false, true, Scaling.LARS),
        Arguments.of("lars_barlowtwins", false, true, Scaling.LARS),
        Arguments.of("lars_barlowtwins_nofilter", false, false, Scaling.LARS),
        Arguments.of("lars_dino", false, true, Scaling.LARS),
        Arguments.of("lars_wcl", false, true, Scaling.LARS));
  }

  @ParameterizedTest
  @MethodSource("variants")
  void stepsEqualTheOfficialOnes(
      String name, boolean nesterov, boolean exclude1d, Scaling scaling) {
    try (PointerScope scope = new PointerScope()) {
      Golden golden = Golden.load("15-eval/optimisers");
      boolean plain = name.equals("sgd_plain");
      OptimiserConfig config =
          new OptimiserConfig(
              Kind.SGD,
              plain ? 0 : golden.scalar("momentum"),
              nesterov,
              plain ? 0 : golden.scalar("weight_decay"),
              exclude1d,
              scaling,
              // apex's default is 0.02; all the others' is 0.001
              scaling == Scaling.LARC_CLIP ? 0.02 : 0.001);
      Map<String, Tensor> parameters = new LinkedHashMap<>();
      golden
          .tensors()
          .forEach(
              (key, t) -> {
                if (key.startsWith("param.")) {
                  parameters.put(
                      key.substring("param.".length()), t.clone().set_requires_grad(true));
                }
              });
      Optimiser optimiser = new Optimiser(config, parameters);
      for (int step = 1; step <= golden.scalar("steps"); step++) {
        for (Map.Entry<String, Tensor> p : parameters.entrySet()) {
          Tensor gradient = golden.tensor("grad." + p.getKey()).select(0, step - 1).clone();
          p.getValue().mutable_grad().put(gradient);
        }
        optimiser.step(golden.scalar("lr"));
        for (Map.Entry<String, Tensor> p : parameters.entrySet()) {
          String key = name + ".step" + step + "." + p.getKey();
          if (golden.tensors().containsKey(key)) {
            golden.assertClose(key, p.getValue().detach());
          }
        }
      }
    }
  }
}
