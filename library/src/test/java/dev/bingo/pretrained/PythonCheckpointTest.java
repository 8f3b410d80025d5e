package dev.bingo.pretrained;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.bingo.pretrained.Pretrained.Wish;
import dev.bingo.torch.Engine;
import dev.bingo.weights.Npy;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * torchvision's networks of full size, written by {@code torch.save} as the methods' public code
 * does: the same features come out here. With Debian's python3-torch and torchvision; skipped
 * without.
 */
class PythonCheckpointTest {
  private static final Path PYTHON = Path.of("/usr/bin/python3");
  private static final double TOLERANCE = 1e-5; // of the largest value

  private static final String SCRIPT =
      """
      import argparse, collections, sys
      import numpy as np, torch, torchvision
      from torch import nn
      folder = sys.argv[1]
      torch.manual_seed(1)
      torch.set_num_threads(1)
      images = torch.randn(2, 3, 64, 64)
      np.save(folder + '/images.npy', images.numpy())

      def network(name):
          model = getattr(torchvision.models, name)(weights=None)
          for m in model.modules():
              if isinstance(m, nn.BatchNorm2d):
                  m.running_mean.normal_(0, 0.1); m.running_var.uniform_(0.5, 1.5)
                  m.num_batches_tracked.fill_(7)
                  nn.init.uniform_(m.weight, 0.8, 1.2); nn.init.normal_(m.bias, 0, 0.1)
          return model.eval()

      def without_classifier(model):
          setattr(model, 'fc' if hasattr(model, 'fc') else 'classifier', nn.Identity())
          return model

      def save(name, obj, model, head=None, legacy=False):
          torch.save(obj, folder + '/' + name + '.pth', _use_new_zipfile_serialization=not legacy)
          with torch.no_grad():
              out = without_classifier(model)(images)
              np.save(folder + '/' + name + '.npy', (head(out) if head else out).numpy())

      def prefixed(prefix, model):
          return {prefix + k: v for k, v in model.state_dict().items()}

      # MoCo v2: main_moco.py
      query, key = network('resnet18'), network('resnet18')
      for m in (query, key):
          m.fc = nn.Sequential(nn.Linear(512, 512), nn.ReLU(), nn.Linear(512, 128))
      state = collections.OrderedDict(prefixed('module.encoder_q.', query))
      state.update(prefixed('module.encoder_k.', key))
      state['module.queue'] = torch.randn(128, 64)
      state['module.queue_ptr'] = torch.zeros(1, dtype=torch.long)
      optimiser = torch.optim.SGD(query.parameters(), 0.03, momentum=0.9)
      query(images).sum().backward(); optimiser.step()
      head = query.fc.eval()
      save('moco', {'epoch': 200, 'arch': 'resnet18', 'state_dict': state,
                    'optimizer': optimiser.state_dict()}, query, head, legacy=True)

      # SwAV: the released files are the state dict itself
      model = network('resnet50')
      head = nn.Sequential(nn.Linear(2048, 64), nn.BatchNorm1d(64), nn.ReLU(), nn.Linear(64, 32)).eval()
      del model.fc
      state = collections.OrderedDict(prefixed('module.', model))
      state.update(prefixed('module.projection_head.', head))
      state['module.prototypes.weight'] = torch.randn(10, 32)
      model.fc = nn.Identity()
      save('swav', state, model, head)

      # DINO: main_dino.py, with two networks
      student, teacher = without_classifier(network('resnet18')), without_classifier(network('resnet18'))
      mlp = nn.Sequential(nn.Linear(512, 8))
      save('dino', {'student': {**prefixed('module.backbone.', student), **prefixed('module.head.mlp.', mlp)},
                    'teacher': {**prefixed('module.backbone.', teacher), **prefixed('module.head.mlp.', mlp)},
                    'epoch': 3, 'args': argparse.Namespace(arch='resnet18', lr=0.1),
                    'dino_loss': {'center': torch.zeros(1, 8)}}, teacher)

      # Lightning
      model = network('resnet18')
      save('lightning', {'epoch': 1, 'global_step': 5, 'pytorch-lightning_version': '2.0.0',
                         'state_dict': collections.OrderedDict(prefixed('model.', model)),
                         'loops': {}, 'callbacks': {'ModelCheckpoint': {'best': torch.tensor(0.5)}},
                         'hyper_parameters': {'lr': 0.1}}, model)

      # torchvision itself, half precision too
      model = network('resnet18').half()
      save('half', model.state_dict(), model.float())
      for name in ('efficientnet_b0', 'mobilenet_v3_large', 'mobilenet_v2', 'shufflenet_v2_x1_0'):
          model = network(name)
          save(name, model.state_dict(), model)
      """;

  @TempDir static Path folder;

  @BeforeAll
  static void write() throws Exception {
    assumeTrue(
        Files.isExecutable(PYTHON) && run("-c", "import torch, torchvision").isEmpty(),
        "python3 has no torch and torchvision");
    Engine.start();
    Path script = folder.resolve("write.py");
    Files.writeString(script, SCRIPT);
    assertThat(run(script.toString(), folder.toString())).isEmpty();
  }

  @ParameterizedTest
  @CsvSource({
    "moco, resnet18, MoCo v2: state_dict/module.encoder_q.*, 128",
    "swav, resnet50, SwAV: module.*, 32",
    "dino, resnet18, 'DINO, the teacher: teacher/module.backbone.*', 512",
    "lightning, resnet18, 'torchvision, timm, DINO''s backbone, CompRess: state_dict/model.*', 512",
    "half, resnet18, 'torchvision, timm, DINO''s backbone, CompRess: *', 512",
    "efficientnet_b0, efficientnet_b0, 'torchvision, timm, DINO''s backbone, CompRess: *', 1280",
    "mobilenet_v3_large, mobilenet_v3_large, 'torchvision, timm, DINO''s backbone, CompRess: *', 960",
    "mobilenet_v2, mobilenet_v2, 'torchvision, timm, DINO''s backbone, CompRess: *', 1280",
    "shufflenet_v2_x1_0, shufflenet_v2_x1_0, 'torchvision, timm, DINO''s backbone, CompRess: *', 1024",
  })
  void theSameFeaturesComeOut(String name, String architecture, String names, int width)
      throws Exception {
    try (PointerScope scope = new PointerScope()) {
      EncoderFile.Loaded loaded = Pretrained.load(folder.resolve(name + ".pth"), Wish.NONE);
      Tensor images = Npy.read(folder.resolve("images.npy"));

      Tensor actual = loaded.net().head().forward(loaded.net().backbone().features(images));

      assertThat(loaded.info().architecture()).isEqualTo(architecture);
      assertThat(loaded.provenance().names()).isEqualTo(names);
      assertThat(loaded.net().width()).isEqualTo(width);
      Tensor expected = Npy.read(folder.resolve(name + ".npy"));
      double largest = expected.abs().max().item_double();
      assertThat(actual.sub(expected).abs().max().item_double()).isLessThan(TOLERANCE * largest);
    }
  }

  /** What it printed, or why it failed; empty where all went well. */
  private static String run(String... arguments) throws Exception {
    List<String> command = new java.util.ArrayList<>(List.of(PYTHON.toString()));
    command.addAll(List.of(arguments));
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    return process.waitFor() == 0 ? "" : output + " failed";
  }
}
