package dev.bingo.pretrained;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.bingo.encoder.Backbone;
import dev.bingo.encoder.Encoders;
import dev.bingo.encoder.Layer;
import dev.bingo.encoder.ProjectionHead;
import dev.bingo.encoder.Stem;
import dev.bingo.pretrained.Pretrained.Wish;
import dev.bingo.torch.Engine;
import dev.bingo.torch.Tensors;
import dev.bingo.weights.SafeTensors;
import dev.bingo.weights.TorchWriter;
import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Networks of ours under other people's names come back as they were. */
class PretrainedTest {
  private static final String SMALL = "cifar_resnet20";

  @TempDir Path folder;
  private PointerScope scope;

  @BeforeEach
  void open() {
    Engine.start();
    scope = new PointerScope();
  }

  @AfterEach
  void close() {
    scope.close();
  }

  static Stream<Arguments> namings() {
    return Stream.of(
        naming("MoCo v2", "module.encoder_q.%s", "module.encoder_k.%s"),
        naming("MoCo v3", "module.base_encoder.%s", "module.momentum_encoder.%s"),
        naming("torchvision", "%s", null),
        naming("torchvision", "module.%s", null),
        naming("torchvision", "_orig_mod.%s", null),
        naming("torchvision", "model.%s", null),
        naming("VISSL", "_feature_blocks.%s", "heads.%s"),
        naming("SimSiam", "module.encoder.%s", "module.predictor.%s"),
        naming("SEED, the student", "module.student.%s", "module.teacher.%s"),
        naming("BYOL", "online_encoder.net.%s", "target_encoder.net.%s"),
        naming("backbone", "backbone.%s", "backbone_momentum.%s"),
        naming("backbone", "backbone.%s", "neck.%s"));
  }

  private static Arguments naming(String map, String names, String besides) {
    return Arguments.of(map, names, besides);
  }

  @ParameterizedTest
  @MethodSource("namings")
  void aTableIsFoundForEachNaming(String map, String names, String besides) throws IOException {
    Backbone original = Encoders.create(SMALL, Stem.CIFAR, 1);
    Map<String, Tensor> file = renamed(original, n -> names.formatted(n));
    if (besides != null) {
      file.putAll(renamed(Encoders.create(SMALL, Stem.CIFAR, 2), n -> besides.formatted(n)));
    }

    EncoderFile.Loaded loaded = Pretrained.load(write(file), Wish.NONE);

    assertThat(loaded.provenance().names()).startsWith(map);
    assertThat(loaded.info().architecture()).isEqualTo(SMALL);
    assertThat(loaded.info().imageSize()).isEqualTo(32);
    assertSame(loaded.net().backbone(), original);
  }

  @ParameterizedTest
  @ValueSource(strings = {"cifar_resnet20b", "resnet18", "resnet50"})
  void shortcutsThatOthersNameOtherwiseAreRead(String architecture) throws IOException {
    Backbone original = Encoders.create(architecture, Stem.CIFAR, 1);
    Map<String, Tensor> file =
        renamed(original, n -> "module.encoder." + n.replace("downsample", "shortcut"));
    file.put("module.head.0.weight", Tensors.zeros(ScalarType.Float, 10, 10));

    EncoderFile.Loaded loaded = Pretrained.load(write(file), Wish.NONE);

    assertThat(loaded.info().architecture()).isEqualTo(architecture);
    assertThat(loaded.info().stem()).isEqualTo(Stem.CIFAR);
    assertSame(loaded.net().backbone(), original);
  }

  @Test
  void whatAveragesAModelIsTaken() throws IOException {
    Backbone original = Encoders.create(SMALL, Stem.CIFAR, 1);
    Map<String, Tensor> file = renamed(original, n -> "module." + n);
    file.put("n_averaged", Tensors.zeros(ScalarType.Long));

    EncoderFile.Loaded loaded = Pretrained.load(write(file), Wish.NONE);

    assertThat(loaded.provenance().leftOut()).isEqualTo("n_averaged (1)");
    assertSame(loaded.net().backbone(), original);
  }

  @Test
  void thePlainWeightsAreTakenBeforeTheirAverageUnlessItIsAskedFor() throws IOException {
    Backbone plain = Encoders.create(SMALL, Stem.CIFAR, 1);
    Backbone average = Encoders.create(SMALL, Stem.CIFAR, 2);
    Map<String, Object> dicts = new LinkedHashMap<>();
    dicts.put("state_dict_ema", Tensors.named(average));
    dicts.put("state_dict", Tensors.named(plain));
    Path file = pth(dicts);

    EncoderFile.Loaded first = Pretrained.load(file, Wish.NONE);
    assertSame(first.net().backbone(), plain);
    assertThat(first.provenance().alsoFits()).containsExactly("state_dict_ema");
    assertThat(Pretrained.inspect(file, Wish.NONE).guess().orElseThrow().alsoFits())
        .containsExactly("state_dict_ema");

    EncoderFile.Loaded second = Pretrained.load(file, dict("state_dict_ema"));
    assertSame(second.net().backbone(), average);
    assertThatThrownBy(() -> Pretrained.load(file, dict("state_dict_ena")))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("did you mean 'state_dict_ema'?");
  }

  @Test
  void visslsTrunkAndListsAreFound() throws IOException {
    Backbone original = Encoders.create(SMALL, Stem.CIFAR, 1);
    Map<String, Tensor> blocks = renamed(original, n -> "_feature_blocks." + n);
    Path vissl =
        pth(
            Map.of(
                "classy_state_dict",
                Map.of("base_model", Map.of("model", Map.of("trunk", blocks, "heads", Map.of())))));
    EncoderFile.Loaded trunk = Pretrained.load(vissl, Wish.NONE);
    assertThat(trunk.provenance().names())
        .isEqualTo("VISSL: classy_state_dict/base_model/model/trunk/_feature_blocks.*");
    assertSame(trunk.net().backbone(), original);

    Path list = pth(List.of(Tensors.named(original)));
    assertSame(Pretrained.load(list, Wish.NONE).net().backbone(), original);
  }

  private static Wish dict(String name) {
    return new Wish("", null, 0, "", true, List.of(), "", false, name, 60);
  }

  @Test
  void namesBeyondCountCostLittle() throws IOException {
    Map<String, Tensor> file = new LinkedHashMap<>();
    for (String wrapper : NameMap.WRAPPERS) {
      for (NameMap map : NameMap.TABLE) {
        file.put(wrapper + map.prefix() + "conv1.weight", Tensors.zeros(ScalarType.Byte, 0));
        for (int i = 0; i < 40; i++) {
          file.put(
              wrapper + map.prefix() + "%06dxxxxx".formatted(i), Tensors.zeros(ScalarType.Byte, 0));
        }
      }
    }
    Path path = write(file);

    assertThatThrownBy(() -> Pretrained.load(path, Wish.NONE))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("holds no state dict of an image encoder");
    assertThat(file).hasSizeGreaterThan(5000);
  }

  @Test
  void layersByNumberAreNamed() throws IOException {
    Backbone original = Encoders.create("resnet18", Stem.CIFAR, 1);
    UnaryOperator<String> numbered =
        n ->
            "backbone."
                + n.replaceFirst("^conv1", "0")
                    .replaceFirst("^bn1", "1")
                    .replaceFirst("^layer1", "4")
                    .replaceFirst("^layer2", "5")
                    .replaceFirst("^layer3", "6")
                    .replaceFirst("^layer4", "7");

    EncoderFile.Loaded loaded = Pretrained.load(write(renamed(original, numbered)), Wish.NONE);

    assertThat(loaded.info().stem()).isEqualTo(Stem.CIFAR);
    assertSame(loaded.net().backbone(), original);
  }

  @Test
  void huggingFacesVisionTransformerIsPutTogether() throws IOException {
    Backbone original = Encoders.create("dino_vitt16", Stem.IMAGENET, 1);
    Map<String, Tensor> file = new LinkedHashMap<>();
    Tensors.named(original)
        .forEach(
            (name, t) -> {
              String theirs = huggingFace(name);
              if (name.contains(".attn.qkv.")) {
                long rows = t.size(0) / 3;
                for (int part = 0; part < 3; part++) {
                  file.put(
                      theirs.replace("PART", NameMap.JOINED.get(part)),
                      t.narrow(0, part * rows, rows).contiguous());
                }
              } else {
                file.put(theirs, t);
              }
            });

    EncoderFile.Loaded loaded = Pretrained.load(write(file), Wish.NONE);

    assertThat(loaded.provenance().names()).startsWith("Hugging Face ViT");
    assertSame(loaded.net().backbone(), original);
  }

  private static String huggingFace(String name) {
    return "vit."
        + name.replace("cls_token", "embeddings.cls_token")
            .replace("pos_embed", "embeddings.position_embeddings")
            .replace("patch_embed.proj", "embeddings.patch_embeddings.projection")
            .replaceFirst("^blocks", "encoder.layer")
            .replace("attn.qkv", "attention.attention.PART")
            .replace("attn.proj", "attention.output.dense")
            .replace("mlp.fc1", "intermediate.dense")
            .replace("mlp.fc2", "output.dense")
            .replace("norm1", "layernorm_before")
            .replace("norm2", "layernorm_after")
            .replaceFirst("^norm", "layernorm");
  }

  @ParameterizedTest
  @ValueSource(strings = {"resnet18", "resnet50"})
  void huggingFacesResNetIsRead(String architecture) throws IOException {
    Backbone original = Encoders.create(architecture, Stem.IMAGENET, 1);
    Map<String, Tensor> file = renamed(original, PretrainedTest::huggingFaceResNet);
    file.put("classifier.1.weight", Tensors.zeros(ScalarType.Float, 10, original.width()));

    EncoderFile.Loaded loaded = Pretrained.load(write(file), Wish.NONE);

    assertThat(loaded.provenance().names()).startsWith("Hugging Face ResNet");
    assertThat(loaded.info().architecture()).isEqualTo(architecture);
    assertSame(loaded.net().backbone(), original);
  }

  private static String huggingFaceResNet(String name) {
    Matcher inside = Pattern.compile("layer(\\d)\\.(\\d+)\\.(.+)").matcher(name);
    if (!inside.matches()) {
      return "resnet.embedder.embedder."
          + name.replace("conv1", "convolution").replace("bn1", "normalization");
    }
    String own =
        inside
            .group(3)
            .replace("downsample.0", "shortcut.convolution")
            .replace("downsample.1", "shortcut.normalization");
    for (int i = 1; i <= 3; i++) {
      own =
          own.replace("conv" + i, "layer." + (i - 1) + ".convolution")
              .replace("bn" + i, "layer." + (i - 1) + ".normalization");
    }
    int stage = Integer.parseInt(inside.group(1)) - 1;
    return "resnet.encoder.stages." + stage + ".layers." + inside.group(2) + "." + own;
  }

  @Test
  void aKnownProjectionHeadIsKept() throws IOException {
    Backbone original = Encoders.create(SMALL, Stem.CIFAR, 1);
    ProjectionHead head = ProjectionHead.mlpBatchNorm(64, 32, 16);
    Encoders.initialise(head, 3);
    Map<String, Tensor> file = renamed(original, n -> "module." + n);
    Tensors.named(head).forEach((n, t) -> file.put("module.projection_head." + n, t));
    file.put("module.prototypes.weight", Tensors.zeros(ScalarType.Float, 10, 16));

    EncoderFile.Loaded loaded = Pretrained.load(write(file), Wish.NONE);

    assertThat(loaded.provenance().names()).startsWith("SwAV");
    assertThat(loaded.provenance().leftOut()).isEqualTo("prototypes (1)");
    assertSame(loaded.net().head(), head);
  }

  @Test
  void halfPrecisionAndLackingCountersAreRead() throws IOException {
    Backbone original = Encoders.create(SMALL, Stem.CIFAR, 1);
    Map<String, Tensor> file = renamed(original, n -> n);
    file.keySet().removeIf(n -> n.endsWith("num_batches_tracked"));
    file.replaceAll((n, t) -> t.to(ScalarType.Half));

    EncoderFile.Loaded loaded = Pretrained.load(write(file), Wish.NONE);

    Tensor weight = Tensors.named(loaded.net().backbone()).get("conv1.weight");
    assertThat(weight.scalar_type().intern()).isEqualTo(ScalarType.Float);
    assertThat(weight.equal(file.get("conv1.weight").to(ScalarType.Float))).isTrue();
  }

  @Test
  void oneMissingStatisticIsAnErrorWithTheNearestNames() throws IOException {
    Map<String, Tensor> file = renamed(Encoders.create(SMALL, Stem.CIFAR, 1), n -> "module." + n);
    Tensor mean = file.remove("module.layer2.0.bn1.running_mean");
    file.put("module.layer2.0.bn1.running_means", mean);
    Path path = write(file);

    assertThatThrownBy(() -> Pretrained.load(path, Wish.NONE))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("Nearest is cifar_resnet20")
        .hasMessageContaining("'layer2.0.bn1.running_mean' [32] is missing")
        .hasMessageContaining(
            "nearest in the file: 'module.layer2.0.bn1.running_means' [32], 'module.");
  }

  @Test
  void oneTensorTooFewIsAnError() throws IOException {
    Map<String, Tensor> file = renamed(Encoders.create(SMALL, Stem.CIFAR, 1), n -> n);
    file.remove("layer1.2.bn1.running_var");
    Path path = write(file);

    assertThatThrownBy(() -> Pretrained.load(path, Wish.NONE))
        .hasMessageContaining("'layer1.2.bn1.running_var' [16] is missing");
  }

  @Test
  void oneCounterTooFewIsAnErrorWhereOthersAreThere() throws IOException {
    Map<String, Tensor> file = renamed(Encoders.create(SMALL, Stem.CIFAR, 1), n -> n);
    file.remove("bn1.num_batches_tracked");
    Path path = write(file);

    assertThatThrownBy(() -> Pretrained.load(path, Wish.NONE))
        .hasMessageContaining("'bn1.num_batches_tracked' [] is missing");
  }

  @Test
  void oneWrongShapeIsAnErrorWithBoth() throws IOException {
    Map<String, Tensor> file = renamed(Encoders.create(SMALL, Stem.CIFAR, 1), n -> n);
    file.put("layer3.1.conv2.weight", Tensors.zeros(ScalarType.Float, 64, 32, 3, 3));
    Path path = write(file);

    assertThatThrownBy(() -> Pretrained.load(path, Wish.NONE))
        .hasMessageContaining("[64, 32, 3, 3]")
        .hasMessageContaining("expected [64, 64, 3, 3]");
  }

  @Test
  void patternsAllowWhatHasNoCounterpart() throws IOException {
    Map<String, Tensor> file = renamed(Encoders.create(SMALL, Stem.CIFAR, 1), n -> n);
    file.put("extra.weight", Tensors.zeros(ScalarType.Float, 3));
    file.remove("layer3.2.bn2.bias");
    Path path = write(file);
    Wish allowing =
        new Wish("", null, 0, "", true, List.of("extra.*", "layer3.*.bias"), "", false, "", 60);

    assertThatThrownBy(() -> Pretrained.load(path, Wish.NONE)).hasMessageContaining("extra.weight");
    assertThat(Pretrained.load(path, allowing).info().architecture()).isEqualTo(SMALL);
  }

  @Test
  void numbersThatAreNotFiniteAreRefused() throws IOException {
    Map<String, Tensor> file = renamed(Encoders.create(SMALL, Stem.CIFAR, 1), n -> n);
    file.put(
        "bn1.bias",
        file.get("bn1.bias").clone().fill_(new org.bytedeco.pytorch.Scalar(Double.NaN)));
    Path path = write(file);

    assertThatThrownBy(() -> Pretrained.load(path, Wish.NONE))
        .hasMessageContaining("bn1.bias")
        .hasMessageContaining("not finite");
  }

  @Test
  void everyArchitectureIsKnownByItsTensors() throws IOException {
    for (String name :
        List.of("resnet34", "efficientnet_b0", "mobilenet_v3_small", "dino_vitt16")) {
      Path path = write(renamed(Encoders.create(name, Stem.IMAGENET, 1), n -> n));
      assertThat(Pretrained.inspect(path, Wish.NONE).guess().orElseThrow().architecture())
          .isEqualTo(name);
    }
  }

  @Test
  void inspectLooksAtEveryNumber() throws IOException {
    Map<String, Tensor> file = renamed(Encoders.create(SMALL, Stem.CIFAR, 1), n -> n);
    file.put(
        "bn1.bias",
        file.get("bn1.bias").clone().fill_(new org.bytedeco.pytorch.Scalar(Double.NaN)));

    assertThat(Pretrained.inspect(write(file), Wish.NONE).guess().orElseThrow().notFinite())
        .contains("bn1.bias", "not finite");
  }

  private Path pth(Object root) throws IOException {
    return TorchWriter.write(folder.resolve("weights.pth"), root);
  }

  private Path write(Map<String, Tensor> tensors) throws IOException {
    Path file = folder.resolve("weights.safetensors");
    SafeTensors.write(file, tensors, Map.of());
    return file;
  }

  private static Map<String, Tensor> renamed(Backbone backbone, UnaryOperator<String> names) {
    Map<String, Tensor> renamed = new LinkedHashMap<>();
    Tensors.named(backbone).forEach((n, t) -> renamed.put(names.apply(n), t.detach()));
    return renamed;
  }

  private static void assertSame(Layer actual, Layer expected) {
    Map<String, Tensor> got = Tensors.named(actual);
    Map<String, Tensor> wanted = Tensors.named(expected);
    assertThat(got.keySet()).isEqualTo(wanted.keySet());
    wanted.forEach((n, t) -> assertThat(got.get(n).equal(t)).as(n).isTrue());
  }
}
