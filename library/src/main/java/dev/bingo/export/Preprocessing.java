package dev.bingo.export;

import dev.bingo.render.EvalTransform;
import dev.bingo.render.Filter;
import dev.bingo.view.Normalisation;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.stream.Collectors;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;

/** What happens to an image before the network. */
public record Preprocessing(EvalTransform transform, Normalisation normalisation) {
  public Preprocessing {
    if (transform.filter() != Filter.BILINEAR) {
      throw new IllegalArgumentException(
          "exported models resize bilinearly; got " + transform.filter());
    }
  }

  /**
   * Centres in a frame that a model for pixels cuts off again: as it finds the size that it would
   * resize to, it sees what the trainer's own resize made, to the bit.
   *
   * @param centres {@code uint8 [B, S, S, 3]} by {@code transform}
   */
  public static Tensor framed(Tensor centres, EvalTransform transform) {
    int frame = transform.resize() - transform.size();
    int before = (int) Math.rint(frame / 2.0); // as the model finds the centre
    int after = frame - before;
    return torch.constant_pad_nd(centres, 0, 0, before, after, before, after);
  }

  /** As the metadata of a model has it. */
  Map<String, String> describe() {
    Map<String, String> text = new LinkedHashMap<>();
    text.put("resize", Integer.toString(transform.resize()));
    text.put("image_size", Integer.toString(transform.size()));
    text.put("filter", "bilinear antialias");
    Normalisation.nameOf(normalisation.mean(), normalisation.std())
        .ifPresent(name -> text.put("normalisation", name));
    text.put("mean", list(normalisation.mean()));
    text.put("std", list(normalisation.std()));
    return text;
  }

  private static String list(double[] values) {
    return Arrays.stream(values).mapToObj(Double::toString).collect(Collectors.joining(","));
  }
}
