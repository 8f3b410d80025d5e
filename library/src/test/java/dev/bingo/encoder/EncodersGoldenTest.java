package dev.bingo.encoder;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.bingo.Golden;
import dev.bingo.torch.Tensors;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
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
          .filter(f -> f.endsWith(".json") && !f.equals("recipe.json"))
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
    final EncoderFixture fixture;
    final Backbone backbone;
    final Map<String, Linear> layers = new LinkedHashMap<>();

    Classifier(Golden golden, String name) {
      this.golden = golden;
      fixture = new EncoderFixture(golden);
      backbone =
          Encoders.create(
              name.replace(CIFAR, ""), name.endsWith(CIFAR) ? Stem.CIFAR : Stem.IMAGENET, 1);
      fixture
          .shapes()
          .forEach(
              (key, shape) -> {
                if (key.matches("(fc|classifier[.]\\d)[.]weight")) {
                  String layer = key.substring(0, key.lastIndexOf('.'));
                  layers.put(layer, new Linear((int) shape[1], (int) shape[0]));
                }
              });
      fill();
    }

    /** MobileNet-V3's classifier has two layers, the others' one. */
    Tensor classify(Tensor features) {
      Tensor logits = null;
      for (Linear layer : layers.values()) {
        logits = layer.forward(logits == null ? features : torch.hardswish(logits));
      }
      return logits;
    }

    Map<String, Tensor> named() {
      Map<String, Tensor> all = new LinkedHashMap<>(Tensors.named(backbone));
      layers.forEach(
          (layer, fc) -> Tensors.named(fc).forEach((n, t) -> all.put(layer + "." + n, t)));
      return all;
    }

    void fill() {
      fixture.fill(named());
    }

    void zeroGradients() {
      backbone.zero_grad(true);
      layers.values().forEach(fc -> fc.zero_grad(true));
    }
  }

  @ParameterizedTest
  @MethodSource("fixtures")
  void stateDictHasTorchvisionsNamesShapesAndRecipeValues(String name) {
    try (PointerScope scope = new PointerScope()) {
      Classifier net = new Classifier(Golden.load("13-encoders/" + name), name);
      net.fixture.assertNamesInOrder(net.named());
      net.fixture.assertRecipeValues(net.named());
    }
  }

  @ParameterizedTest
  @MethodSource("fixtures")
  void forwardAndBackwardEqualTorchvisions(String name) {
    Golden golden = Golden.load("13-encoders/" + name);
    for (long[] shape : new EncoderFixture(golden).inputSizes()) {
      try (PointerScope scope = new PointerScope()) {
        Classifier net = new Classifier(golden, name);
        Tensor input = ClosedForm.input(net.fixture.salt(), shape);
        net.backbone.train(false);
        check(net, prefix(shape) + "eval.", input);
        net.fill();
        net.backbone.train(true);
        check(net, prefix(shape) + "train.", input);
        checkRunningStatistics(net, prefix(shape) + "train.");
      }
    }
  }

  private static String prefix(long[] shape) {
    return shape[0] + "x" + shape[1] + "x" + shape[2] + "x" + shape[3] + ".";
  }

  private static void check(Classifier net, String prefix, Tensor input) {
    net.zeroGradients();
    EncoderFixture.Stages stages = net.fixture.stages(prefix);
    Tensor features = ((Network) net.backbone).features(input, stages);
    Tensor logits = net.classify(features);
    stages.accept(net.layers.containsKey("fc") ? "fc" : "classifier", logits);
    stages.assertAllSeen();
    net.golden.assertClose(prefix + "features", features);
    net.golden.assertClose(prefix + "logits", logits);
    checkGradients(net, prefix, logits);
  }

  private static void checkGradients(Classifier net, String prefix, Tensor logits) {
    Set<String> present = net.golden.tensors().keySet();
    Tensor direction = ClosedForm.noise(net.fixture.salt(), "loss", logits.sizes().vec().get());
    logits.mul(direction).sum().backward();
    Map<String, Tensor> named = net.named();
    if (present.contains(prefix + "grad_norms")) {
      JsonNode parameters = net.golden.json().path("named_parameters");
      float[] norms = new float[parameters.size()];
      for (int i = 0; i < norms.length; i++) {
        Tensor gradient = named.get(parameters.get(i).asText()).grad();
        norms[i] = (float) gradient.norm(new Scalar(2)).item_double();
      }
      net.golden.assertClose(prefix + "grad_norms", Tensors.of(norms, norms.length));
    }
    if (present.contains(prefix + "grad_first_parameter")) {
      Tensor expected = net.golden.tensor(prefix + "grad_first_parameter");
      net.golden.assertClose(
          prefix + "grad_first_parameter",
          named
              .get(net.golden.json().path("named_parameters").get(0).asText())
              .grad()
              .flatten()
              .narrow(0, 0, expected.numel()));
    }
  }

  private static void checkRunningStatistics(Classifier net, String prefix) {
    Map<String, Tensor> named = net.named();
    for (String which : List.of("first_bn", "last_bn")) {
      JsonNode modules = net.golden.json().path("modules");
      String norm = modules.path(which + "_name").asText() + ".";
      for (String statistic : List.of("running_mean", "running_var")) {
        net.golden.assertClose(prefix + which + "." + statistic, named.get(norm + statistic));
      }
      assertThat(named.get(norm + "num_batches_tracked").item_long())
          .isEqualTo(modules.path(which + "_num_batches_tracked").asLong());
    }
  }

  @Test
  void swavsWideResnetEqualsTheOfficialOneWithItsHeadAndPrototypes() {
    try (PointerScope scope = new PointerScope()) {
      Golden golden = Golden.load("13-encoders/swav_resnet50w2");
      EncoderFixture fixture = new EncoderFixture(golden);
      Map<String, long[]> shapes = fixture.shapes();
      long[] hidden = shapes.get("projection_head.0.weight");
      long[] out = shapes.get("projection_head.3.weight");
      Backbone backbone = Encoders.create("swav_resnet50w2", Stem.IMAGENET, 1);
      ProjectionHead head =
          ProjectionHead.mlpBatchNorm((int) hidden[1], (int) hidden[0], (int) out[0]);
      Linear prototypes = new Linear((int) out[0], (int) shapes.get("prototypes.weight")[0], false);
      Map<String, Tensor> named = new LinkedHashMap<>(Tensors.named(backbone));
      Tensors.named(head).forEach((n, t) -> named.put("projection_head." + n, t));
      Tensors.named(prototypes).forEach((n, t) -> named.put("prototypes." + n, t));
      fixture.fill(named);
      fixture.assertNamesInOrder(named);
      fixture.assertRecipeValues(named);
      backbone.train(false);
      head.train(false);
      for (long[] shape : fixture.inputSizes()) {
        String prefix = prefix(shape) + "eval.";
        EncoderFixture.Stages stages = fixture.stages(prefix);
        Tensor images = ClosedForm.input(fixture.salt(), shape);
        Tensor features = ((ResNet) backbone).features(images, stages);
        Tensor projected = head.forward(features);
        stages.accept("projection_head", projected);
        Tensor embedding = torch.normalize(projected);
        Tensor scores = prototypes.forward(embedding);
        stages.accept("prototypes", scores);
        stages.assertAllSeen();
        golden.assertClose(prefix + "features", features);
        golden.assertClose(prefix + "embedding", embedding);
        golden.assertClose(prefix + "scores", scores);
      }
    }
  }
}
