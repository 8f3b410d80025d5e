package dev.bingo.recipe;

import dev.bingo.pretrained.Pretrained;
import java.util.List;

/**
 * Everything that a run can be told, as read from YAML. Defaults are {@link #DEFAULT}'s; keys in
 * YAML are these names in snake_case.
 *
 * @param name for people
 * @param method one of {@link Methods#names()}
 */
public record Recipe(
    String name,
    String method,
    Data data,
    String augmentation,
    Student student,
    Teacher teacher,
    Sections.Moco moco,
    Bags bags,
    Sections.Bingo bingo,
    Sections.Seed seed,
    Sections.Compress compress,
    Sections.Msvq msvq,
    Sections.Swav swav,
    Sections.Wcl wcl,
    Sections.Cone cone,
    Optimiser optimiser,
    Schedule schedule,
    Train train,
    Evaluate evaluate) {

  /**
   * The images.
   *
   * @param train path of the training images; labels are used for figures only
   * @param trainPrefix sub-folder, of a folder or inside tar shards
   * @param val path of the images that are judged; empty: no evaluation while training. The same
   *     path with kind idx or cifar means its test split
   * @param valPrefix sub-folder of {@code val}
   * @param kind auto, folder, cifar10, cifar100, idx, tar, manifest
   * @param limit take so many training images at random; 0: all
   * @param valLimit likewise of {@code val}
   * @param size side of all views, pixels
   * @param normalise imagenet, swav, cifar10, cifar100, stl10, tiny-imagenet, half
   * @param exif turn photographs as their EXIF orientation says
   * @param memory auto, yes or no: hold the decoded images in memory
   * @param badImages share of unreadable images that is put up with, 0 to 1
   */
  public record Data(
      String train,
      String trainPrefix,
      String val,
      String valPrefix,
      String kind,
      int limit,
      int valLimit,
      int size,
      String normalise,
      boolean exif,
      String memory,
      double badImages) {}

  /**
   * The network that is trained.
   *
   * @param arch an architecture of {@code bingo recipes archs}
   * @param stem imagenet, cifar, cifar-pool
   * @param init weights to start from, of the backbone alone: any file that can teach; empty: drawn
   *     anew
   */
  public record Student(String arch, String stem, String init) {}

  /**
   * The frozen network that is distilled from.
   *
   * @param file an encoder of bingo's, a run's directory, or anybody's weights (docs/teachers.md)
   * @param arch of anybody's weights; empty: whichever fits
   * @param allowMissing names, with {@code *}, that need no counterpart in file or network
   * @param dict of a file with several state dicts; empty: the first that fits, averages last
   * @param output of an ONNX model, by name; empty: the one of pooled features
   * @param runSeconds as long an ONNX model may take for a batch
   * @param allowCode yes: a TorchScript module may be run, which executes the code in it; no
   * @param check yes: a teacher that is no better than random weights is refused; no: it may teach
   * @param batchNorm batch (the public code) or running
   * @param groups batch-norm groups of teacher and student, as if on so many devices
   * @param cachedViews first epochs whose keys are computed before the training, which then repeats
   *     them; 0, or as many as there are epochs and no folder to share them: the teacher runs
   *     beside the student
   * @param cache folder of those keys, to share among runs; empty: in the run directory
   */
  public record Teacher(
      String file,
      String arch,
      List<String> allowMissing,
      String dict,
      String output,
      int runSeconds,
      String allowCode,
      String check,
      String batchNorm,
      int groups,
      int cachedViews,
      String cache) {
    /** The same, without what has no influence on the training. */
    public Teacher unchecked() {
      return new Teacher(
          file,
          arch,
          allowMissing,
          dict,
          output,
          Pretrained.Wish.SECONDS,
          allowCode,
          "no",
          batchNorm,
          groups,
          cachedViews,
          cache);
    }
  }

  /**
   * Bags of instances.
   *
   * @param file a bag file; empty: made in the run directory
   * @param kind knn, kmeans, labels
   * @param k mates of an image
   * @param clusters of kmeans
   * @param listing of a bag file that another program wrote: its images' files in order, one a line
   * @param search of neighbours: exact, approximate, or auto, by the number of images
   */
  public record Bags(
      String file, String kind, int k, int clusters, String listing, String search) {}

  /**
   * How parameters are moved.
   *
   * @param name sgd, adamw, lars, larc, larc-clip
   * @param lr base learning rate
   * @param trust coefficient of lars, larc and larc-clip
   */
  public record Optimiser(
      String name,
      double lr,
      double momentum,
      boolean nesterov,
      double weightDecay,
      @com.fasterxml.jackson.annotation.JsonProperty("exclude_1d") boolean exclude1d,
      double trust) {}

  /**
   * The course of the learning rate.
   *
   * @param kind cosine, step, constant
   * @param per epoch or step
   * @param end what the cosine ends with
   * @param warmupStart what the warm-up begins with
   * @param warmupInclusive whether the warm-up's last step has the full rate (SwAV, DINO), or the
   *     step after it
   */
  public record Schedule(
      String kind,
      String per,
      double end,
      double warmupEpochs,
      double warmupStart,
      boolean warmupInclusive,
      List<Integer> milestones,
      double gamma) {}

  /**
   * See {@code dev.bingo.train.TrainConfig}; {@code precision} is auto, fp32 or bf16; 0 threads: as
   * many as cores. After {@code watchdogSeconds} in which no step ended, the threads' stacks are
   * written down; 0: never.
   */
  public record Train(
      int epochs,
      int batch,
      int accumulate,
      double clipNorm,
      String precision,
      String device,
      long seed,
      int loaderThreads,
      int torchThreads,
      int logEvery,
      int checkpointEverySteps,
      int checkpointEveryEpochs,
      int keep,
      int watchdogSeconds) {}

  /**
   * Evaluation while training and at its end.
   *
   * @param everyEpochs epochs between two kNN scores; 0: at the end only
   * @param knnK neighbours
   * @param knnTemperature of the weights
   * @param linear the probe at the end: fast, none, or a paper's own protocol, moco for one
   */
  public record Evaluate(int everyEpochs, int knnK, double knnTemperature, String linear) {}

  /** The same but for the images, the teacher, the loop and the evaluation. */
  public Recipe with(Data images, Teacher taught, Train loop, Evaluate evaluation) {
    return new Recipe(
        name,
        method,
        images,
        augmentation,
        student,
        taught,
        moco,
        bags,
        bingo,
        seed,
        compress,
        msvq,
        swav,
        wcl,
        cone,
        optimiser,
        schedule,
        loop,
        evaluation);
  }

  /** What holds where a recipe is silent. */
  public static final Recipe DEFAULT =
      new Recipe(
          "unnamed",
          "bingo",
          new Data("", "", "", "", "auto", 0, 0, 224, "imagenet", false, "auto", 0.01),
          "moco2",
          new Student("resnet18", "imagenet", ""),
          new Teacher(
              "", "", List.of(), "", "", Pretrained.Wish.SECONDS, "no", "yes", "batch", 1, 0, ""),
          new Sections.Moco(0.2, 65536, 0.999, 128, 0, false, 1),
          new Bags("", "knn", 5, 1000, "", "auto"),
          new Sections.Bingo(0.2, 65536, 2048, "public-code", 0.5, 0.5, 11, true, false, false),
          new Sections.Seed(0.2, 0.01, 65536, 0, 0, 96, 0.05, 0.14),
          new Sections.Compress(0.04, 128000, 2, 0.999),
          new Sections.Msvq(
              0.1, 0.04, 4096, 0.99, 0.95, 128, 2048, 8, "crop-flip crop_min=0.2 flip=0.9"),
          new Sections.Swav(0.1, 0.05, 3, 3000, 3840, 15, 5005, 128, 2048, 1, 6, 96, 0.05, 0.14),
          new Sections.Wcl(0.1, 256, 4096, 1, 1, "moco2", 10, 0, 4, 96, 0.05, 0.14),
          new Sections.Cone(0.1, 0.07, 512, 0.7, 0.4, 0, 65536, 0.996, 1, 256, 0),
          new Optimiser("sgd", 0.03, 0.9, false, 1e-4, false, 0.001),
          new Schedule("cosine", "epoch", 0, 0, 0, false, List.of(120, 160), 0.1),
          new Train(200, 256, 1, 0, "auto", "auto", 0, 0, 0, 20, 0, 1, 3, 600),
          new Evaluate(10, 200, 0.1, "fast"));
}
