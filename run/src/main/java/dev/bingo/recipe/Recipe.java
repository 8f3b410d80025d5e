package dev.bingo.recipe;

import com.fasterxml.jackson.annotation.JsonIgnore;
import dev.bingo.method.BingoConfig;
import dev.bingo.method.MethodConfig;
import dev.bingo.pretrained.Pretrained;
import java.util.List;

/**
 * Everything that a run can be told, as read from YAML. Defaults are {@link #DEFAULT}'s; keys in
 * YAML are these names in snake_case.
 *
 * @param name for people
 * @param method one of {@link Methods#names()}
 * @param augmentation of the method's views, a name and what differs from it
 * @param own what the method is told: in YAML its own section, with {@code augmentation} and {@code
 *     data.size}
 */
public record Recipe(
    String name,
    String method,
    Data data,
    String augmentation,
    Student student,
    Teacher teacher,
    Bags bags,
    Optimiser optimiser,
    Schedule schedule,
    Train train,
    Evaluate evaluate,
    @JsonIgnore MethodConfig own) {

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

  public Recipe withData(Data other) {
    return new Recipe(
        name,
        method,
        other,
        augmentation,
        student,
        teacher,
        bags,
        optimiser,
        schedule,
        train,
        evaluate,
        own);
  }

  public Recipe withTeacher(Teacher other) {
    return new Recipe(
        name,
        method,
        data,
        augmentation,
        student,
        other,
        bags,
        optimiser,
        schedule,
        train,
        evaluate,
        own);
  }

  public Recipe withTrain(Train other) {
    return new Recipe(
        name,
        method,
        data,
        augmentation,
        student,
        teacher,
        bags,
        optimiser,
        schedule,
        other,
        evaluate,
        own);
  }

  public Recipe withEvaluate(Evaluate other) {
    return new Recipe(
        name,
        method,
        data,
        augmentation,
        student,
        teacher,
        bags,
        optimiser,
        schedule,
        train,
        other,
        own);
  }

  Recipe withOwn(MethodConfig other) {
    return new Recipe(
        name,
        method,
        data,
        augmentation,
        student,
        teacher,
        bags,
        optimiser,
        schedule,
        train,
        evaluate,
        other);
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
          new Bags("", "knn", 5, 1000, "", "auto"),
          new Optimiser("sgd", 0.03, 0.9, false, 1e-4, false, 0.001),
          new Schedule("cosine", "epoch", 0, 0, 0, false, List.of(120, 160), 0.1),
          new Train(200, 256, 1, 0, "auto", "auto", 0, 0, 0, 20, 0, 1, 3, 600),
          new Evaluate(10, 200, 0.1, "fast"),
          BingoConfig.PUBLIC_CODE);
}
