package dev.bingo.method;

import dev.bingo.encoder.ProjectionHead;
import dev.bingo.view.Augmentation;
import dev.bingo.view.View;
import dev.bingo.view.View.SeenBy;
import dev.bingo.view.View.Source;
import java.util.List;
import java.util.Map;

/**
 * What SimReg can be told.
 *
 * @param head between the student's features and the teacher's. Paper and public code: {@link
 *     Head#MLP4}
 * @param studentView whether the student sees a view of its own. Public code: no, the teacher's
 *     pixels; its paper's ablation: yes
 * @param studentAugmentation of that view
 * @param augmentation of the view that the teacher sees. Public code: crops from 0.2 and flips
 * @param size of the views, pixels
 */
public record SimRegConfig(
    Head head,
    boolean studentView,
    Augmentation studentAugmentation,
    Augmentation augmentation,
    int size)
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
    return !studentView
        ? List.of(image.seenBy(SeenBy.BOTH))
        : List.of(
            image.seenBy(SeenBy.TEACHER),
            new View("student", Source.ANCHOR, studentAugmentation, size).seenBy(SeenBy.STUDENT));
  }

  @Override
  public Map<String, String> unread() {
    return studentView
        ? Map.of()
        : Map.of("simreg.student_augmentation", "simreg.student_view=false");
  }

  /** The public code's, at 224 pixels. */
  public static final SimRegConfig PUBLIC_CODE =
      new SimRegConfig(
          Head.MLP4, false, Augmentation.MOCO2, Augmentation.CROP_FLIP.withCrop(.2, 1), 224);
}
