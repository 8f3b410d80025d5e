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
 * @param name of the run's folder in {@code runs}, where no {@code --out} names one
 * @param method one that {@code bingo recipes methods} lists
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
   * @param val path of the images that are judged; empty: self-retrieval alone is measured. The
   *     same path with kind idx or cifar means its test split
   * @param valPrefix sub-folder of {@code val}
   * @param kind auto, folder, cifar10, cifar100, idx, tar, manifest
   * @param limit take so many training images at random; 0: all
   * @param valLimit likewise of {@code val}
   * @param size side of all views, pixels
   * @param normalise imagenet, swav, cifar10, cifar100, stl10, tiny-imagenet, half
   * @param exif turn photographs as their EXIF orientation says
   * @param memory hold the decoded images in memory: auto (where they are small and fit), yes, no
   * @param badImages share of unreadable images that is put up with, 0 to 1: with one more the run
   *     ends
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
   * @param lr base learning rate, for the batch as it is: nothing scales it
   * @param momentum of all but adamw, whose betas are 0.9 and 0.999
   * @param nesterov Nesterov's momentum
   * @param weightDecay L2 for sgd, lars and larc; decoupled for adamw
   * @param exclude1d no weight decay, and no layer-wise rate, for biases and batch-norm
   * @param trust coefficient of lars, larc and larc-clip: a layer's rate is this times the norm of
   *     its weights over that of its gradient
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
   * @param end learning rate that the cosine ends with
   * @param warmupEpochs first epochs in which the rate rises in a straight line; a part of one, too
   * @param warmupStart what the warm-up begins with
   * @param warmupInclusive whether the warm-up's last step has the full rate (SwAV, DINO), or the
   *     step after it
   * @param milestones of step: epochs from which on the rate is multiplied by {@code gamma}
   * @param gamma of step: what the rate is multiplied by at each milestone
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
   * How long and how the loop runs.
   *
   * @param epochs passes over the training images
   * @param batch images of one forward pass
   * @param accumulate forward passes of one step of the optimiser
   * @param clipNorm largest L2 norm of all gradients together; 0: not clipped
   * @param precision auto (bf16 where that is faster: AMX, AMD with AVX-512, a GPU), fp32, bf16
   * @param device auto (a GPU where there is one that the build can use), cpu, cuda
   * @param seed of everything that is drawn
   * @param loaderThreads that decode and augment; 0: as many as processors
   * @param torchThreads of LibTorch; 0: as many as processors, or as OMP_NUM_THREADS says
   * @param ranks that share each batch, as threads with their part of LibTorch's; auto: what a
   *     short measurement finds
   * @param logEvery steps between two lines of metrics
   * @param checkpointEverySteps steps between two checkpoints; 0: at the ends of epochs only
   * @param checkpointEveryEpochs epochs between two checkpoints
   * @param keep checkpoints that are kept while it runs; a finished run keeps one
   * @param watchdogSeconds where no step has ended for so long, the threads' stacks and the last
   *     batch are written down; 0: never
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
      String ranks,
      int logEvery,
      int checkpointEverySteps,
      int checkpointEveryEpochs,
      int keep,
      int watchdogSeconds) {
    /** The same by so many ranks. */
    public Train withRanks(int count) {
      return new Train(
          epochs,
          batch,
          accumulate,
          clipNorm,
          precision,
          device,
          seed,
          loaderThreads,
          torchThreads,
          String.valueOf(count),
          logEvery,
          checkpointEverySteps,
          checkpointEveryEpochs,
          keep,
          watchdogSeconds);
    }
  }

  /**
   * Evaluation while training and at its end.
   *
   * @param everyEpochs epochs between two scores (kNN, or without labels self-retrieval); 0: at the
   *     end only
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
          new Train(200, 256, 1, 0, "auto", "auto", 0, 0, 0, "1", 20, 0, 1, 3, 600),
          new Evaluate(10, 200, 0.1, "fast"),
          BingoConfig.PUBLIC_CODE);
}
