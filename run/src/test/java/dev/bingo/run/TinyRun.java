package dev.bingo.run;

import dev.bingo.encoder.Encoders;
import dev.bingo.encoder.ProjectionHead;
import dev.bingo.encoder.Stem;
import dev.bingo.pretrained.EncoderFile;
import dev.bingo.torch.Engine;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.zip.GZIPOutputStream;
import org.bytedeco.javacpp.PointerScope;

/** Data sets and settings so small that a whole training takes seconds. */
public final class TinyRun {
  /** What makes each method small enough; queues that a batch of 16 does not divide. */
  public static final Map<String, List<String>> SMALL =
      Map.ofEntries(
          Map.entry("bingo", List.of("bingo.queue=40", "bingo.warmup_epochs=1")),
          Map.entry("seed", List.of("seed.queue=40", "seed.patches=2", "seed.patch_size=8")),
          Map.entry("compress", List.of("compress.queue=40")),
          Map.entry(
              "mixsim",
              List.of("mixsim.queue=40", "mixsim.tokens=true", "teacher.batch_norm=running")),
          Map.entry("simreg", List.of("simreg.student_view=true")),
          Map.entry("moco-v2", List.of("moco.queue=40", "moco.groups=1")),
          Map.entry("msvq", List.of("msvq.queue=40", "msvq.groups=2", "msvq.hidden=32")),
          Map.entry(
              "swav",
              List.of(
                  "swav.prototypes=20",
                  "swav.queue=40",
                  "swav.queue_epoch=0",
                  "swav.freeze_steps=4",
                  "swav.hidden=32",
                  "swav.small_crops=2",
                  "swav.small_size=8")),
          Map.entry(
              "wcl",
              List.of(
                  "optimiser.lr=0.005",
                  "wcl.hidden=32",
                  "wcl.warmup_epochs=1",
                  "wcl.small_crops=1",
                  "wcl.small_size=8")),
          Map.entry("cone", List.of("cone.queue=40", "cone.neighbours=8", "cone.hidden=32")),
          Map.entry("mobyv2al", List.of("mobyv2al.queue=40", "mobyv2al.hidden=32")),
          Map.entry("byol", List.of("byol.hidden=16", "byol.embedding=8")));

  private TinyRun() {}

  /** Fashion-MNIST's files, with stripes whose direction is the class. */
  public static Path data(Path folder, int train, int test) throws IOException {
    Files.createDirectories(folder);
    idx(folder, "train", train);
    idx(folder, "t10k", test);
    return folder;
  }

  private static void idx(Path folder, String part, int n) throws IOException {
    ByteBuffer images =
        ByteBuffer.allocate(16 + n * 784).putInt(0x803).putInt(n).putInt(28).putInt(28);
    ByteBuffer labels = ByteBuffer.allocate(8 + n).putInt(0x801).putInt(n);
    for (int i = 0; i < n; i++) {
      int label = i % 10;
      labels.put((byte) label);
      for (int y = 0; y < 28; y++) {
        for (int x = 0; x < 28; x++) {
          double angle = label * Math.PI / 10;
          double wave = Math.sin((x * Math.cos(angle) + y * Math.sin(angle)) + i * 0.37);
          images.put((byte) (int) (127 + 120 * wave));
        }
      }
    }
    gzip(folder.resolve(part + "-images-idx3-ubyte.gz"), images.array());
    gzip(folder.resolve(part + "-labels-idx1-ubyte.gz"), labels.array());
  }

  private static void gzip(Path file, byte[] bytes) throws IOException {
    try (OutputStream out = new GZIPOutputStream(Files.newOutputStream(file))) {
      out.write(bytes);
    }
  }

  /** An untrained CIFAR ResNet-20's file. */
  public static Path encoder(Path file) throws IOException {
    Engine.start();
    try (PointerScope scope = new PointerScope()) {
      ProjectionHead head = ProjectionHead.mlp(64, 32, 16);
      Encoders.initialise(head, 2);
      EncoderFile.save(
          file,
          Encoders.create("cifar_resnet20", Stem.CIFAR, 1),
          head,
          new EncoderFile.Info("cifar_resnet20", Stem.CIFAR, 16, "cifar10", Map.of()));
    }
    return file;
  }

  /** Words of {@code bingo train} for MoCo v2 on these data, and whatever else is to be set. */
  public static List<String> moco(Path data, Path out, String... settings) {
    List<String> words = new ArrayList<>(List.of("train", "moco-v2-cifar10", "--out", "" + out));
    words.addAll(
        List.of(
            "data.train=" + data,
            "data.kind=idx",
            "data.train_prefix=",
            "data.val_prefix=",
            "data.size=16",
            "student.arch=cifar_resnet20",
            "student.stem=cifar",
            "train.batch=16",
            "train.epochs=4",
            "train.precision=fp32",
            "train.log_every=1",
            "train.checkpoint_every_steps=3",
            "evaluate.knn_k=10",
            "evaluate.linear=none"));
    if (Arrays.stream(settings).noneMatch(s -> s.startsWith("method="))) {
      words.add("moco.queue=32");
    }
    words.addAll(List.of(settings));
    return words;
  }
}
