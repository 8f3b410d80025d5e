package dev.bingo.encoder;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import dev.bingo.Golden;
import dev.bingo.torch.Tensors;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The encoders equal torchvision's, in evaluation and in training mode, gradients too. */
class EncodersGoldenTest {
  private static final String CIFAR = "_cifar";

  static Stream<String> fixtures() throws IOException {
    try (Stream<Path> files = Files.list(Golden.directory().resolve("13-encoders"))) {
      return files
          .map(f -> f.getFileName().toString())
          .filter(f -> f.endsWith(".json") && f.contains("resnet"))
          .map(f -> f.substring(0, f.length() - ".json".length()))
          .filter(f -> !f.startsWith("swav"))
          .sorted()
          .toList()
          .stream();
    }
  }

  /** A backbone with torchvision's classifier. */
  private static final class Classifier {
    final Golden golden;
    final String salt;
    final Backbone backbone;
    final Linear fc;

    Classifier(Golden golden, String name) {
      this.golden = golden;
      salt = golden.json().path("scalars").path("salt").asText();
      backbone =
          Encoders.create(
              name.replace(CIFAR, ""), name.endsWith(CIFAR) ? Stem.CIFAR : Stem.IMAGENET, 1);
      fc = new Linear(backbone.width(), (int) shapes().get("fc.weight")[0]);
      fill();
    }

    Map<String, long[]> shapes() {
      Map<String, long[]> shapes = new HashMap<>();
      for (JsonNode entry : golden.json().path("state_dict")) {
        long[] shape = new long[entry.path("shape").size()];
        for (int d = 0; d < shape.length; d++) {
          shape[d] = entry.path("shape").get(d).asLong();
        }
        shapes.put(entry.path("key").asText(), shape);
      }
      return shapes;
    }

    Map<String, Tensor> named() {
      Map<String, Tensor> all = new HashMap<>(Tensors.named(backbone));
      Tensors.named(fc).forEach((n, t) -> all.put("fc." + n, t));
      return all;
    }

    void fill() {
      named().forEach((n, t) -> t.set_data(weight(n, t)));
    }

    private Tensor weight(String name, Tensor t) {
      return ClosedForm.weight(salt, name, golden.scalar("gain2"), t.sizes().vec().get())
          .to(t.scalar_type());
    }

    void zeroGradients() {
      backbone.zero_grad(true);
      fc.zero_grad(true);
    }
  }

  @ParameterizedTest
  @MethodSource("fixtures")
  void stateDictHasTorchvisionsNamesShapesAndRecipeValues(String name) {
    try (PointerScope scope = new PointerScope()) {
      Classifier net = new Classifier(Golden.load("13-encoders/" + name), name);
      Map<String, Tensor> named = net.named();
      Map<String, long[]> shapes = net.shapes();
      assertThat(named.keySet()).isEqualTo(shapes.keySet());
      named.forEach((n, t) -> assertThat(t.sizes().vec().get()).as(n).isEqualTo(shapes.get(n)));
      for (JsonNode entry : net.golden.json().path("state_dict")) {
        Tensor t = named.get(entry.path("key").asText());
        double sum = entry.path("sum").asDouble();
        assertThat(t.to(torch.ScalarType.Double).sum().item_double())
            .isCloseTo(sum, within(1e-9 + 1e-9 * Math.abs(sum)));
      }
    }
  }

  @ParameterizedTest
  @MethodSource("fixtures")
  void forwardAndBackwardEqualTorchvisions(String name) {
    Golden golden = Golden.load("13-encoders/" + name);
    for (JsonNode size : golden.json().path("scalars").path("input_sizes")) {
      try (PointerScope scope = new PointerScope()) {
        Classifier net = new Classifier(golden, name);
        long[] shape = new long[4];
        for (int d = 0; d < 4; d++) {
          shape[d] = size.get(d).asLong();
        }
        String prefix = shape[0] + "x" + shape[1] + "x" + shape[2] + "x" + shape[3] + ".";
        Tensor input = ClosedForm.input(net.salt, shape);
        net.backbone.train(false);
        check(net, prefix + "eval.", input);
        net.fill();
        net.backbone.train(true);
        check(net, prefix + "train.", input);
        checkRunningStatistics(net, prefix + "train.");
      }
    }
  }

  private static void check(Classifier net, String prefix, Tensor input) {
    net.zeroGradients();
    Tensor features = net.backbone.features(input);
    Tensor logits = net.fc.forward(features);
    net.golden.assertClose(prefix + "features", features);
    net.golden.assertClose(prefix + "logits", logits);
    Set<String> present = net.golden.tensors().keySet();
    if (!present.contains(prefix + "grad_norms")) {
      return;
    }
    logits.mul(ClosedForm.noise(net.salt, "loss", logits.sizes().vec().get())).sum().backward();
    List<Float> norms = new ArrayList<>();
    Map<String, Tensor> named = net.named();
    for (JsonNode parameter : net.golden.json().path("named_parameters")) {
      norms.add((float) named.get(parameter.asText()).grad().norm(new Scalar(2)).item_double());
    }
    float[] values = new float[norms.size()];
    for (int i = 0; i < values.length; i++) {
      values[i] = norms.get(i);
    }
    net.golden.assertClose(prefix + "grad_norms", Tensors.of(values, values.length));
    if (present.contains(prefix + "grad_first_parameter")) {
      Tensor expected = net.golden.tensor(prefix + "grad_first_parameter");
      net.golden.assertClose(
          prefix + "grad_first_parameter",
          named.get("conv1.weight").grad().flatten().narrow(0, 0, expected.numel()));
    }
  }

  private static void checkRunningStatistics(Classifier net, String prefix) {
    Map<String, Tensor> named = net.named();
    String last = null;
    for (JsonNode entry : net.golden.json().path("state_dict")) {
      String key = entry.path("key").asText();
      if (key.endsWith("running_mean")) {
        last = key.substring(0, key.length() - "running_mean".length());
      }
    }
    // In a block, downsample comes after bn2 or bn3: the last to run is the fixture's last_bn.
    for (String statistic : List.of("running_mean", "running_var")) {
      net.golden.assertClose(prefix + "first_bn." + statistic, named.get("bn1." + statistic));
      net.golden.assertClose(prefix + "last_bn." + statistic, named.get(last + statistic));
    }
  }

  @Test
  void swavsWideResnetEqualsTheOfficialOneWithItsHeadAndPrototypes() {
    try (PointerScope scope = new PointerScope()) {
      Golden golden = Golden.load("13-encoders/swav_resnet50w2");
      String salt = golden.json().path("scalars").path("salt").asText();
      Backbone backbone = Encoders.create("swav_resnet50w2", Stem.IMAGENET, 1);
      Map<String, long[]> shapes = new HashMap<>();
      for (JsonNode e : golden.json().path("state_dict")) {
        shapes.put(
            e.path("key").asText(),
            new long[] {e.path("shape").path(0).asLong(), e.path("shape").path(1).asLong()});
      }
      long[] hidden = shapes.get("projection_head.0.weight");
      long[] out = shapes.get("projection_head.3.weight");
      ProjectionHead head =
          ProjectionHead.mlpBatchNorm((int) hidden[1], (int) hidden[0], (int) out[0]);
      Linear prototypes = new Linear((int) out[0], (int) shapes.get("prototypes.weight")[0], false);
      Map<String, Tensor> named = new HashMap<>(Tensors.named(backbone));
      Tensors.named(head).forEach((n, t) -> named.put("projection_head." + n, t));
      Tensors.named(prototypes).forEach((n, t) -> named.put("prototypes." + n, t));
      assertThat(named.keySet()).isEqualTo(shapes.keySet());
      named.forEach(
          (n, t) ->
              t.set_data(
                  ClosedForm.weight(salt, n, golden.scalar("gain2"), t.sizes().vec().get())
                      .to(t.scalar_type())));
      for (JsonNode size : golden.json().path("scalars").path("input_sizes")) {
        long[] shape = {size.get(0).asLong(), 3, size.get(2).asLong(), size.get(3).asLong()};
        String prefix = shape[0] + "x3x" + shape[2] + "x" + shape[3] + ".eval.";
        backbone.train(false);
        head.train(false);
        Tensor features = backbone.features(ClosedForm.input(salt, shape));
        Tensor embedding = torch.normalize(head.forward(features));
        golden.assertClose(prefix + "features", features);
        golden.assertClose(prefix + "embedding", embedding);
        golden.assertClose(prefix + "scores", prototypes.forward(embedding));
      }
    }
  }
}
