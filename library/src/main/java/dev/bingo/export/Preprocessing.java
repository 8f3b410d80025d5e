package dev.bingo.export;

import dev.bingo.render.EvalTransform;
import dev.bingo.render.Filter;
import dev.bingo.view.Normalisation;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.stream.Collectors;

/** What happens to an image before the network. */
public record Preprocessing(EvalTransform transform, Normalisation normalisation) {
  public Preprocessing {
    if (transform.filter() != Filter.BILINEAR) {
      throw new IllegalArgumentException(
          "exported models resize bilinearly; got " + transform.filter());
    }
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
