package dev.bingo.method;

import dev.bingo.encoder.ProjectionHead;
import dev.bingo.view.Augmentation;
import dev.bingo.view.View;
import dev.bingo.view.View.SeenBy;
import dev.bingo.view.View.Source;
import java.util.List;

/**
 * What SimReg can be told.
 *
 * @param head between the student's features and the teacher's. Paper and public code: {@link
 *     Head#MLP4}
 * @param augmentation of the view that the teacher sees. Public code: crops from 0.2 and flips
 * @param studentAugmentation of the student's own view of the same image; null: it sees the
 *     teacher's pixels, as in the public code
 * @param size of the views, pixels
 */
public record SimRegConfig(
    Head head, Augmentation augmentation, Augmentation studentAugmentation, int size)
    implements MethodConfig {

  /** The public code's heads; d is the width of the student's features, t of the teacher's. */
  public enum Head {
    /** d · 2d · d · 2d · t, with batch-norm and ReLU behind both layers of 2d. */
    MLP4,
    /** d · 2d · t, as released without anything between: a linear map. */
    MLP2,
    /** Batch-norm, then d · t. */
    LINEAR;

    ProjectionHead create(int in, int out) {
      return switch (this) {
        case MLP4 -> ProjectionHead.twoMlps(in, out);
        case MLP2 -> ProjectionHead.twoLinear(in, 2 * in, out);
        case LINEAR -> ProjectionHead.normLinear(in, out);
      };
    }
  }

  /** One view that both see, or the teacher's and then the student's. */
  public List<View> views() {
    View image = new View("image", Source.ANCHOR, augmentation, size);
    return studentAugmentation == null
        ? List.of(image.seenBy(SeenBy.BOTH))
        : List.of(
            image.seenBy(SeenBy.TEACHER),
            new View("student", Source.ANCHOR, studentAugmentation, size).seenBy(SeenBy.STUDENT));
  }

  /** The public code's, at 224 pixels. */
  public static final SimRegConfig PUBLIC_CODE =
      new SimRegConfig(Head.MLP4, Augmentation.CROP_FLIP, null, 224);
}
