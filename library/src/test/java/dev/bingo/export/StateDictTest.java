package dev.bingo.export;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.bingo.Golden;
import dev.bingo.encoder.Backbone;
import dev.bingo.encoder.Encoders;
import dev.bingo.encoder.Stem;
import dev.bingo.torch.Engine;
import dev.bingo.torch.Tensors;
import dev.bingo.weights.Npy;
import dev.bingo.weights.SafeTensors;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class StateDictTest {
  private static final Path PYTHON = Path.of("/usr/bin/python3");

  @TempDir Path folder;

  @BeforeAll
  static void start() {
    Engine.start();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "resnet18",
        "resnet50",
        "wide_resnet50_2",
        "efficientnet_b0",
        "mobilenet_v3_large",
        "shufflenet_v2_x1_0"
      })
  void orderIsThatOfTorchvisionsStateDict(String name) {
    try (PointerScope scope = new PointerScope()) {
      List<String> expected = new ArrayList<>();
      Golden.load("13-encoders/" + name)
          .json()
          .path("state_dict")
          .forEach(e -> expected.add(e.path("key").asText()));
      expected.removeIf(key -> key.startsWith("fc.") || key.startsWith("classifier."));
      assertThat(StateDict.of(Encoders.create(name, Stem.IMAGENET, 1)).keySet())
          .containsExactlyElementsOf(expected);
    }
  }

  @Test
  void safetensorsHoldsEveryTensorAndTheMetadata() throws IOException {
    try (PointerScope scope = new PointerScope()) {
      Backbone backbone = OnnxModelTest.filled("mobilenet_v2", Stem.IMAGENET);
      Path file = folder.resolve("a.safetensors");
      StateDict.safetensors(file, backbone, Map.of("kind", "export"));
      SafeTensors.Content content = SafeTensors.read(file);
      assertThat(content.metadata()).containsEntry("kind", "export").containsEntry("format", "pt");
      Map<String, Tensor> expected = Tensors.named(backbone);
      assertThat(content.tensors().keySet()).hasSameElementsAs(expected.keySet());
      expected.forEach((n, t) -> assertThat(content.tensors().get(n).equal(t)).as(n).isTrue());
    }
  }

  @Test
  void namesForDetectron2AreThoseOfMocosConverter() {
    assertThat(
            List.of(
                "conv1.weight",
                "bn1.running_mean",
                "layer1.0.bn3.bias",
                "layer4.2.conv2.weight",
                "layer2.0.downsample.0.weight",
                "layer3.0.downsample.1.weight"))
        .extracting(Detectron2::rename)
        .containsExactly(
            "stem.conv1.weight",
            "stem.conv1.norm.running_mean",
            "res2.0.conv3.norm.bias",
            "res5.2.conv2.weight",
            "res3.0.shortcut.weight",
            "res4.0.shortcut.norm.weight");
    Backbone small = Encoders.create("resnet18", Stem.CIFAR, 1);
    assertThatThrownBy(() -> StateDict.detectron2(folder.resolve("a.pth"), small, Map.of()))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("stem 'imagenet'");
  }

  /** Strict loading, then the same features; with Debian's python3-torch and torchvision. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "resnet18",
        "efficientnet_b0",
        "mobilenet_v2",
        "mobilenet_v3_small",
        "shufflenet_v2_x1_0"
      })
  void pythonLoadsBothFormatsStrictlyAndGetsTheSameFeatures(String name) throws Exception {
    assumeTrue(python("import torch, torchvision"), "python3 has no torch and torchvision");
    try (PointerScope scope = new PointerScope();
        NoGradGuard off = new NoGradGuard()) {
      Backbone backbone = OnnxModelTest.filled(name, Stem.IMAGENET);
      StateDict.torch(folder.resolve("a.pth"), backbone, Map.of("kind", "export"));
      StateDict.safetensors(folder.resolve("a.safetensors"), backbone, Map.of("kind", "export"));
      Tensor images = torch.randn(2, 3, 96, 96);
      Npy.write(folder.resolve("images.npy"), images);
      Path script = folder.resolve("load.py");
      Files.writeString(
          script,
          """
          import json, struct, sys
          import numpy as np, torch, torchvision
          folder, name = sys.argv[1:]

          def safetensors(path):
              raw = open(path, 'rb').read()
              n = struct.unpack('<Q', raw[:8])[0]
              head = json.loads(raw[8:8 + n]); head.pop('__metadata__')
              types = {'F32': np.float32, 'I64': np.int64}
              return {k: torch.from_numpy(np.frombuffer(raw, types[v['dtype']],
                          offset=8 + n + v['data_offsets'][0],
                          count=int(np.prod(v['shape']))).reshape(v['shape']).copy())
                      for k, v in head.items()}

          for state in (torch.load(folder + '/a.pth'), safetensors(folder + '/a.safetensors')):
              model = getattr(torchvision.models, name)(weights=None)
              setattr(model, 'fc' if hasattr(model, 'fc') else 'classifier', torch.nn.Identity())
              model.load_state_dict(state, strict=True)
              with torch.no_grad():
                  out = model.eval()(torch.from_numpy(np.load(folder + '/images.npy')))
              np.save(folder + '/out.npy', out.numpy())
          """);
      run(script.toString(), folder.toString(), name);
      Tensor expected = backbone.features(images);
      Tensor actual = Npy.read(folder.resolve("out.npy"));
      double largest = expected.abs().max().item_double();
      assertThat(actual.sub(expected).abs().max().item_double()).isLessThan(1e-5 * largest);
    }
  }

  @Test
  void pythonReadsWhatIsWrittenForDetectron2() throws Exception {
    assumeTrue(python("import torch"), "python3 has no torch");
    try (PointerScope scope = new PointerScope()) {
      Backbone backbone = OnnxModelTest.filled("resnet50", Stem.IMAGENET);
      StateDict.detectron2(folder.resolve("a.pth"), backbone, Map.of());
      Path script = folder.resolve("load.py");
      Files.writeString(
          script,
          """
          import sys, torch
          d = torch.load(sys.argv[1])
          assert d['matching_heuristics'] is True and d['__author__'] == 'bingo', d.keys()
          m = d['model']
          assert len(m) == 53 * 5, len(m)
          assert m['res5.2.conv3.norm.running_var'].shape == (2048,)
          assert m['stem.conv1.weight'].shape == (64, 3, 7, 7)
          print(float(m['res4.0.shortcut.weight'].double().sum()))
          """);
      double sum = Double.parseDouble(run(script.toString(), folder + "/a.pth").strip());
      double expected =
          Tensors.named(backbone)
              .get("layer3.0.downsample.0.weight")
              .to(torch.ScalarType.Double)
              .sum()
              .item_double();
      assertThat(sum).isCloseTo(expected, org.assertj.core.api.Assertions.within(1e-9));
    }
  }

  private static boolean python(String program) throws Exception {
    return Files.isExecutable(PYTHON)
        && new ProcessBuilder(PYTHON.toString(), "-c", program)
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .start()
                .waitFor()
            == 0;
  }

  private static String run(String... arguments) throws Exception {
    List<String> command = new ArrayList<>(List.of(PYTHON.toString()));
    command.addAll(Arrays.asList(arguments));
    ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
    builder.environment().put("OMP_NUM_THREADS", "1");
    Process process = builder.start();
    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(process.waitFor()).as(output).isZero();
    return output;
  }
}
