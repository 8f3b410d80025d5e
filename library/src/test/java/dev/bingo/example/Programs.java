package dev.bingo.example;

import dev.bingo.Encoder;
import dev.bingo.Training;
import dev.bingo.bag.BagFile;
import dev.bingo.bag.Bags;
import dev.bingo.encoder.Encoders;
import dev.bingo.encoder.Stem;
import dev.bingo.evaluate.Features;
import dev.bingo.evaluate.Knn;
import dev.bingo.export.ModelCard;
import dev.bingo.export.OnnxModel.Input;
import dev.bingo.export.StateDict;
import dev.bingo.image.ImageSource;
import dev.bingo.image.ImageSources;
import dev.bingo.method.Bingo;
import dev.bingo.method.BingoConfig;
import dev.bingo.method.MocoConfig;
import dev.bingo.method.MocoV2;
import dev.bingo.method.Teacher.BatchNormMode;
import dev.bingo.pretrained.Pretrained.Wish;
import dev.bingo.train.Schedule;
import java.nio.file.Path;
import java.util.Map;

/** The programs of {@code library/README.md}, each between its name and {@code end}. */
final class Programs {
  private Programs() {}

  static void teacher(Path folder) throws Exception {
    // teacher
    MocoConfig config = MocoConfig.CIFAR.withQueue(64).withSize(32);
    try (ImageSource photos = ImageSources.open(folder.resolve("photos"))) {
      MocoV2 moco = new MocoV2(config, () -> Encoders.create("cifar_resnet32", Stem.CIFAR, 1), 1);
      Encoder teacher =
          Training.of(moco, photos)
              .toldBy("moco", config)
              .epochs(2)
              .batch(16)
              .in(folder.resolve("teacher-run"))
              .run((step, steps) -> System.out.println(step + " of " + steps));
      teacher.save(folder.resolve("teacher.safetensors"));
    }
    // end
  }

  static void student(Path folder) throws Exception {
    // student
    BingoConfig config = BingoConfig.PUBLIC_CODE.withQueue(64).withSize(32);
    try (ImageSource photos = ImageSources.open(folder.resolve("photos"))) {
      Encoder teacher = Encoder.load(folder.resolve("teacher.safetensors"));
      Bags bags = teacher.bags(photos, 5);
      Bingo bingo =
          new Bingo(
              config,
              Encoders.create("cifar_resnet20", Stem.CIFAR, 1),
              teacher.keys(BatchNormMode.BATCH),
              1);
      Encoder student =
          Training.of(bingo, photos)
              .toldBy("bingo", config)
              .bags(bags)
              .epochs(2)
              .batch(16)
              .rate(Schedule.cosine(0.03))
              .in(folder.resolve("student-run"))
              .run((step, steps) -> System.out.println(step + " of " + steps));
      student.save(folder.resolve("student.safetensors"));
      student.exportOnnx(folder.resolve("student.onnx"), Input.PIXELS);
    }
    // end
  }

  static void use(Path folder) throws Exception {
    // use
    Encoder encoder = Encoder.load(folder.resolve("student.safetensors"));
    try (ImageSource photos = ImageSources.open(folder.resolve("photos"))) {
      Features features = encoder.embed(photos); // float32 [N, D], labels, positions
      System.out.println(features.size() + " vectors of " + features.width() + " numbers");
      System.out.println("kNN " + new Knn(10, 0.1).leaveOneOut(features));
    }
    // end
  }

  static void bags(Path folder) throws Exception {
    // bags
    try (ImageSource photos = ImageSources.open(folder.resolve("photos"))) {
      Bags nearest = Encoder.load(folder.resolve("teacher.safetensors")).bags(photos, 5);
      BagFile.write(folder.resolve("bags.npy"), nearest, photos, "knn", "");
      Bags again = BagFile.read(folder.resolve("bags.npy"), photos); // refused for other images
      System.out.println("the mates of image 0 are " + java.util.Arrays.toString(again.of(0)));
    }
    // end
  }

  static void foreign(Path folder) throws Exception {
    // foreign
    Encoder encoder =
        Encoder.load(folder.resolve("somebodys.pth"), Wish.NONE.withImages(96, "half"));
    System.out.println(encoder.info().architecture() + ", " + encoder.provenance().names());
    encoder.provenance().warnings().forEach(System.out::println);
    encoder.save(folder.resolve("ours.safetensors")); // which says the rest by itself
    // end
  }

  static void export(Path folder) throws Exception {
    // export
    Encoder encoder = Encoder.load(folder.resolve("student.safetensors"));
    encoder.exportOnnx(folder.resolve("images.onnx"), Input.IMAGES); // float [N, 3, S, S]
    encoder.exportOnnx(folder.resolve("pixels.onnx"), Input.PIXELS); // uint8 [N, H, W, 3]
    Map<String, String> about = encoder.about();
    StateDict.torch(folder.resolve("student.pth"), encoder.backbone(), about);
    ModelCard.write(folder.resolve("student.pth"), about, "`torch.load`, `strict=True`");
    // end
  }

  static void own(Path folder) throws Exception {
    // own
    try (ImageSource photos = ImageSources.open(folder.resolve("photos"))) {
      SimSiam method = new SimSiam(Encoders.create("cifar_resnet20", Stem.CIFAR, 1), 32, 1);
      Training.of(method, photos)
          .epochs(2)
          .batch(16)
          .in(folder.resolve("own-run"))
          .run((step, steps) -> System.out.println(step + " of " + steps));
    }
    // end
  }
}
