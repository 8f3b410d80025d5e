package dev.bingo.run;

import dev.bingo.Encoder;
import dev.bingo.bag.Bags;
import dev.bingo.image.ImageSource;
import dev.bingo.image.Subset;
import dev.bingo.recipe.Methods;
import dev.bingo.recipe.Recipe;
import dev.bingo.torch.Precision;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Device;

/** Judges a run that has come to its end, on its own images. */
public final class RunJudge {
  private static final int SHOWN = 8;
  private static final int NEAREST = 5;
  private static final int AMONG = 1000;
  private static final long SEED = 0x5eed;

  private RunJudge() {}

  /**
   * What came out of a run.
   *
   * @param judgedOn which images
   * @param judgement of its encoder
   * @param teacher that it was distilled from, judged likewise; null without one
   */
  public record Result(String judgedOn, Judgement judgement, Judgement teacher) {}

  /** Is shown images beside those nearest to them, by the run's encoder. */
  public interface Viewer {
    /**
     * Neighbours.
     *
     * @param images that were searched; closed after the call
     * @param anchors positions of some of them
     * @param nearest of each anchor, positions
     */
    void show(ImageSource images, int[] anchors, List<int[]> nearest) throws IOException;
  }

  /**
   * Judges by the images that the run judged by, else by those that it learnt from.
   *
   * @param control a run or an encoder's file that it ought to be better than; null for none
   */
  public static Result judge(
      Recipe recipe, Path directory, Path control, Viewer viewer, Console console)
      throws IOException {
    Device device = Machine.device(recipe.train().device());
    Precision precision = Machine.precision(recipe.train().precision(), device);
    try (PointerScope scope = new PointerScope();
        ImageSource val = DataSets.val(recipe, null, Console.SILENT)) {
      Encoder encoder = Encoder.load(directory.resolve(Run.ENCODER)).on(device, precision);
      Encoder beside =
          control == null ? null : Encoder.load(EncoderPath.of(control)).on(device, precision);
      if (val != null && val.labelled()) {
        return judge(recipe, encoder, beside, val, "data.val", viewer, console);
      }
      try (ImageSource train = DataSets.train(recipe, null, Console.SILENT)) {
        return judge(recipe, encoder, beside, train, "the training's own images", viewer, console);
      }
    }
  }

  private static Result judge(
      Recipe recipe,
      Encoder encoder,
      Encoder control,
      ImageSource images,
      String on,
      Viewer viewer,
      Console console)
      throws IOException {
    Judgement judgement = Judgement.of(encoder, control, images, console);
    Judgement teacher = null;
    if (Methods.hasTeacher(recipe)) {
      Encoder taught = ForeignWeights.teacher(recipe, Console.SILENT);
      teacher =
          Judgement.of(
              taught.on(Machine.device(recipe.train().device()), Precision.FP32),
              null,
              images,
              console);
    }
    ImageSource some = images.size() > AMONG ? Subset.random(images, AMONG, SEED) : images;
    int k = Math.min(NEAREST, some.size() - 1);
    Bags bags = encoder.bags(some, k);
    int[] anchors = new int[Math.min(SHOWN, some.size())];
    List<int[]> nearest = new ArrayList<>();
    for (int i = 0; i < anchors.length; i++) {
      anchors[i] = (int) ((long) i * some.size() / anchors.length);
      nearest.add(bags.of(anchors[i]));
    }
    viewer.show(some, anchors, nearest);
    return new Result(on, judgement, teacher);
  }
}
