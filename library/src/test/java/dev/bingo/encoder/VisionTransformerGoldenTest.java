package dev.bingo.encoder;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import dev.bingo.Golden;
import dev.bingo.torch.Tensors;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** DINOv2's transformers equal the official ones: tokens, positions of other sizes, gradients. */
class VisionTransformerGoldenTest {
  private static final class Net {
    final Golden golden;
    final EncoderFixture fixture;
    final VisionTransformer transformer;
    final Map<String, Tensor> named;
    final int registers;

    Net(String name) {
      golden = Golden.load("17-dinov2/" + name);
      fixture = new EncoderFixture(golden);
      transformer = (VisionTransformer) Encoders.create("dinov2_" + name, Stem.IMAGENET, 1);
      named = Tensors.named(transformer);
      fixture.fill(named);
      registers = (int) golden.scalar("registers");
      transformer.train(false);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"vits14", "vits14_reg", "vitb14"})
  void stateDictHasTheReleasedFilesNamesAndShapes(String name) {
    try (PointerScope scope = new PointerScope()) {
      Net net = new Net(name);
      net.fixture.assertNamesInOrder(net.named);
      net.fixture.assertRecipeValues(net.named);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"vits14", "vits14_reg", "vitb14"})
  void tokensEqualTheOfficialOnesAtEverySize(String name) {
    try (PointerScope all = new PointerScope()) {
      Net net = new Net(name);
      for (long[] size : net.fixture.inputSizes()) {
        try (PointerScope scope = new PointerScope()) {
          check(net, size);
        }
      }
    }
  }

  private static void check(Net net, long[] size) {
    String prefix = size[0] + "x" + size[1] + "x" + size[2] + "x" + size[3] + ".";
    Tensor images = ClosedForm.input(net.fixture.salt(), size);
    Map<String, Tensor> shown = new LinkedHashMap<>();
    Torch showing =
        new Torch() {
          @Override
          public void show(String part, Tensor output) {
            shown.put(part, output.clone());
          }
        };
    Tensor tokens = net.transformer.tokens(showing, images);
    Tensor classToken = tokens.select(1, 0);
    Tensor patches = patches(net, tokens);
    net.golden.assertClose(prefix + "x_norm_clstoken", classToken);
    net.golden.assertClose(prefix + "patch_mean", patches.mean(1));
    net.golden.assertClose(
        prefix + "patch_first_last", firstEndLast(patches, size[3] / net.transformer.patch()));
    if (net.golden.tensors().containsKey(prefix + "x_norm_patchtokens")) {
      net.golden.assertClose(prefix + "x_norm_patchtokens", patches);
    }
    if (net.registers > 0) {
      net.golden.assertClose(prefix + "x_norm_regtokens", tokens.narrow(1, 1, net.registers));
    }
    assertThat(net.transformer.features(images).equal(classToken)).isTrue();

    EncoderFixture.Stages stages = net.fixture.stages(prefix);
    shown.compute("patch_embed", (part, map) -> map.flatten(2, -1).transpose(1, 2).contiguous());
    shown.forEach(stages);
    stages.assertAllSeen();

    if (net.golden.tensors().containsKey(prefix + "grad_norms")) {
      checkIntermediate(net, prefix, shown);
      checkGradients(net, prefix, torch.cat(new TensorVector(classToken, patches.mean(1)), 1));
    }
  }

  private static Tensor patches(Net net, Tensor tokens) {
    int first = 1 + net.registers;
    return tokens.narrow(1, first, tokens.size(1) - first);
  }

  private static Tensor firstEndLast(Tensor patches, long columns) {
    return torch.stack(
        new TensorVector(
            patches.select(1, 0),
            patches.select(1, columns - 1),
            patches.select(1, patches.size(1) - 1)),
        1);
  }

  private static void checkIntermediate(Net net, String prefix, Map<String, Tensor> shown) {
    for (int block : new int[] {2, 11}) {
      Tensor x = shown.get("blocks." + block);
      Tensor normed =
          torch
              .layer_norm(x, new long[] {x.size(2)})
              .mul(net.named.get("norm.weight"))
              .add(net.named.get("norm.bias"));
      String key = prefix + "intermediate." + block;
      net.golden.assertClose(key + ".class", normed.select(1, 0));
      net.golden.assertClose(key + ".map_mean", patches(net, normed).mean(1));
    }
  }

  private static void checkGradients(Net net, String prefix, Tensor output) {
    Tensor direction = ClosedForm.noise(net.fixture.salt(), "loss", output.sizes().vec().get());
    output.mul(direction).sum().backward();
    JsonNode parameters = net.golden.json().path("named_parameters");
    float[] expectedNorms = Tensors.toFloats(net.golden.tensor(prefix + "grad_norms"));
    for (int i = 0; i < expectedNorms.length; i++) {
      String parameter = parameters.get(i).asText();
      Tensor gradient = net.named.get(parameter).grad();
      double norm = gradient.defined() ? gradient.norm(new Scalar(2)).item_double() : 0;
      // The fixture's norms are sums of up to 2.4 million squares in float32, off by their order.
      assertThat(norm)
          .as("norm of the gradient of %s", parameter)
          .isCloseTo(
              expectedNorms[i],
              within(5e-4 * expectedNorms[i] + net.golden.tolerance(prefix + "grad_norms", 1)));
    }
    Tensor positions = net.named.get("pos_embed").grad();
    net.golden.assertClose(prefix + "grad.pos_embed_class", positions.select(1, 0).flatten());
    net.golden.assertClose(
        prefix + "grad.pos_embed_4",
        positions.narrow(1, 1, positions.size(1) - 1).narrow(2, 0, 4).reshape(37, 37, 4));
    net.golden.assertClose(
        prefix + "grad.patch_embed.proj.weight_first64",
        net.named.get("patch_embed.proj.weight").grad().flatten().narrow(0, 0, 64));
    for (String parameter :
        List.of(
            "cls_token",
            "register_tokens",
            "blocks.0.ls1.gamma",
            "blocks.11.attn.qkv.bias",
            "norm.weight")) {
      if (net.named.containsKey(parameter)) {
        Tensor expected = net.golden.tensor(prefix + "grad." + parameter);
        net.golden.assertClose(
            prefix + "grad." + parameter,
            net.named.get(parameter).grad().reshape(expected.sizes().vec().get()));
      }
    }
  }
}
