package dev.bingo.serve;

import dev.bingo.encoder.Backbone;
import dev.bingo.encoder.Encoders;
import dev.bingo.encoder.Stem;
import dev.bingo.evaluate.Embeddings;
import dev.bingo.export.About;
import dev.bingo.export.OnnxModel;
import dev.bingo.export.Preprocessing;
import dev.bingo.image.ImageSource;
import dev.bingo.image.ImageSources;
import dev.bingo.image.SourceOptions;
import dev.bingo.pretrained.EncoderFile;
import dev.bingo.render.EvalTransform;
import dev.bingo.similar.Identity;
import dev.bingo.similar.IndexUpdate;
import dev.bingo.torch.Engine;
import dev.bingo.view.Normalisation;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import javax.imageio.ImageIO;
import org.bytedeco.javacpp.PointerScope;

/** A model, images and their index, made once for all tests of this module. */
record Fixture(Path model, Path images, Path index) {
  static final String TOKEN = "0123456789abcdef";
  static final int IMAGES = 60;

  private static Fixture made;

  static synchronized Fixture get() throws IOException {
    if (made == null) {
      made = make(Files.createTempDirectory("bingo-serve-test"));
    }
    return made;
  }

  private static Fixture make(Path folder) throws IOException {
    Engine.start();
    Path images = Files.createDirectories(folder.resolve("photos"));
    for (int i = 0; i < IMAGES; i++) {
      ImageIO.write(
          picture(i), "png", images.resolve(String.format(Locale.ROOT, "%02d.png", i)).toFile());
    }
    Path model = folder.resolve("encoder.onnx");
    Path index = folder.resolve("index");
    try (PointerScope scope = new PointerScope();
        ImageSource source = ImageSources.open(images, SourceOptions.DEFAULT)) {
      Backbone backbone = Encoders.create("cifar_resnet20", Stem.CIFAR, 5);
      backbone.train(false);
      OnnxModel onnx =
          OnnxModel.of(backbone, new Preprocessing(EvalTransform.of(32), Normalisation.IMAGENET));
      onnx.write(
          model,
          About.of(
              new EncoderFile.Info(
                  "cifar_resnet20",
                  Stem.CIFAR,
                  32,
                  "imagenet",
                  Map.of("encoder_sha256", "the encoder's")),
              onnx.preprocessing(),
              backbone.width()));
      new IndexUpdate(
              index,
              new Identity("the encoder's", Map.of("image_size", "32")),
              images.toString(),
              source,
              IndexUpdate.Embedder.of(backbone, Embeddings.Options.of(32, Normalisation.IMAGENET)),
              IndexUpdate.Listener.NONE)
          .run(true);
    }
    return new Fixture(model, images, index);
  }

  /** Three colours with noise, so that there is something to tell apart. */
  private static BufferedImage picture(int i) {
    Random random = new Random(i);
    int base = new int[] {0xc04030, 0x30a050, 0x3050c0}[i % 3];
    BufferedImage image = new BufferedImage(48, 40, BufferedImage.TYPE_INT_RGB);
    for (int y = 0; y < 40; y++) {
      for (int x = 0; x < 48; x++) {
        image.setRGB(x, y, base ^ random.nextInt(0x40) ^ (x + i) / 8 % 2 << 20);
      }
    }
    return image;
  }

  Space space() throws IOException {
    return Space.open("student", model, index);
  }

  byte[] image(int i) throws IOException {
    return Files.readAllBytes(images.resolve(String.format(Locale.ROOT, "%02d.png", i)));
  }

  /** Encoder, images, labels and nothing else. */
  Site site(Path labels) throws IOException {
    return new Site(
        List.of(space()),
        null,
        new FolderImages(images),
        new Labelling(labels, List.of("red", "green", "blue"), new Foreseeable(), 8),
        null,
        null);
  }

  static Settings settings() {
    return new Settings(
        "127.0.0.1", 0, TOKEN, List.of("proxy.example"), 1 << 20, Duration.ofSeconds(20), 2, 64);
  }

  /** Chooses in the set's order, and each fourth for the audit. */
  static final class Foreseeable implements Chooser {
    @Override
    public List<String> strategies() {
      return List.of("in-order", "backwards");
    }

    @Override
    public Choice choose(String[] labels, boolean[] left, String strategy, int budget, int round) {
      List<Pick> picks =
          java.util.stream.IntStream.range(0, left.length)
              .map(i -> strategy.equals("in-order") ? i : left.length - 1 - i)
              .filter(row -> left[row])
              .limit(budget)
              .mapToObj(row -> new Pick(row, row % 4 == 3, "red", "number " + row))
              .toList();
      if (picks.isEmpty()) {
        throw new IllegalArgumentException("every image has been labelled or skipped");
      }
      return new Choice(strategy, picks);
    }

    @Override
    public Verdict judge(List<Audit> audits) {
      int right = audits.stream().mapToInt(Audit::right).sum();
      int of = audits.stream().mapToInt(Audit::of).sum();
      return new Verdict(
          false, right + " of " + of + " right.", "Go on.", (double) right / of, 0, 1);
    }
  }
}
