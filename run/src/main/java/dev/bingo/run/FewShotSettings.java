package dev.bingo.run;

import dev.bingo.fewshot.Episodes.Shape;
import dev.bingo.fewshot.FewShotFile;
import dev.bingo.fewshot.Mrn;
import dev.bingo.fewshot.MrnConfig;
import dev.bingo.fewshot.ProtoNet;
import dev.bingo.recipe.RecipeException;
import dev.bingo.recipe.Settings;
import java.util.List;
import java.util.Map;

/**
 * What a training by episodes is of.
 *
 * @param method {@code protonet}, {@code relation} or {@code mrn}
 * @param mrn what MRN is made of; the relation network takes its loss
 * @param train images to learn from
 * @param val images of other classes, by which the best state is chosen
 * @param size side of the images, pixels
 * @param grey one channel in place of three
 * @param turns classes turned by 90, 180 and 270 degrees are further classes
 * @param crop training images are cut out at random and flipped
 * @param normalise of pixels
 * @param ways classes of an episode
 * @param shots supports of a class
 * @param queries of a class, in training
 * @param valQueries of a class, in validation
 * @param episodes of the training
 * @param evaluations during it, a multiple of 5: the learning rate is halved every fifth of the run
 * @param valEpisodes of an evaluation
 * @param learningRate at first
 * @param precision auto, fp32 or bf16
 * @param device auto, cpu or cuda
 * @param seed of weights and episodes
 */
public record FewShotSettings(
    String method,
    MrnConfig mrn,
    Images train,
    Images val,
    int size,
    boolean grey,
    boolean turns,
    boolean crop,
    String normalise,
    int ways,
    int shots,
    int queries,
    int valQueries,
    int episodes,
    int evaluations,
    int valEpisodes,
    double learningRate,
    String precision,
    String device,
    long seed) {
  /** The methods. */
  public static final List<String> METHODS = List.of(ProtoNet.NAME, Mrn.RELATION, Mrn.NAME);

  /** Parts that the learning rate's course has. */
  static final int FIFTHS = 5;

  /**
   * Where images are.
   *
   * @param path of whatever holds them
   * @param prefix sub-folder to take of it
   */
  public record Images(String path, String prefix) {}

  public FewShotSettings {
    Settings.oneOf("--method", method, METHODS);
    Settings.oneOf("--precision", precision, Settings.PRECISIONS);
    Settings.oneOf("--device", device, Settings.DEVICES);
    Settings.normalisation(normalise);
    atLeast("--evaluations", evaluations, FIFTHS);
    atLeast("--val-episodes", valEpisodes, 2);
    atLeast("--episodes", episodes, evaluations);
    if (evaluations % FIFTHS != 0) {
      throw new RecipeException("--evaluations: expected a multiple of 5, got " + evaluations);
    }
    if (episodes % evaluations != 0) {
      int less = episodes / evaluations * evaluations;
      throw new RecipeException(
          "--episodes: %d can't be split into %d equal parts, with an evaluation after each; %d or %d can"
              .formatted(episodes, evaluations, less, less + evaluations));
    }
    if (!(learningRate > 0 && learningRate < 10)) {
      throw new RecipeException("--lr: expected a number above 0, got " + learningRate);
    }
    if (!method.equals(Mrn.NAME)) {
      mrn = mrn.withContext(MrnConfig.Context.NONE);
    } else if (mrn.context() == MrnConfig.Context.NONE || mrn.k() == 0) {
      throw new RecipeException(
          "--method mrn: without a context, or neighbours, it is --method relation; name that");
    }
  }

  private static void atLeast(String name, int value, int least) {
    if (value < least) {
      throw new RecipeException(name + ": expected at least " + least + ", got " + value);
    }
  }

  /** The same with the images elsewhere. */
  public FewShotSettings at(String trainPath, String valPath) {
    return new FewShotSettings(
        method,
        mrn,
        new Images(trainPath, train.prefix),
        new Images(valPath, val.prefix),
        size,
        grey,
        turns,
        crop,
        normalise,
        ways,
        shots,
        queries,
        valQueries,
        episodes,
        evaluations,
        valEpisodes,
        learningRate,
        precision,
        device,
        seed);
  }

  /** A training episode. */
  Shape shape() {
    return new Shape(ways, shots, queries);
  }

  /** A validation episode. */
  Shape valShape() {
    return new Shape(ways, shots, valQueries);
  }

  /** What one must know of the learner that comes out. */
  FewShotFile.Info info(List<String> classes, Map<String, String> about) {
    return new FewShotFile.Info(method, mrn, size, grey ? 1 : 3, normalise, classes, about);
  }

  /** All that decides what comes out, but for the images themselves. */
  String text() {
    return ("method %s, mrn %s, size %d, grey %s, turns %s, crop %s, normalise %s, %d-way %d-shot,"
            + " %d + %d queries, %d episodes, %d evaluations of %d, lr %s, seed %d")
        .formatted(
            method,
            mrn,
            size,
            grey,
            turns,
            crop,
            normalise,
            ways,
            shots,
            queries,
            valQueries,
            episodes,
            evaluations,
            valEpisodes,
            learningRate,
            seed);
  }
}
