package dev.bingo.export;

import dev.bingo.image.Pixels;
import dev.bingo.render.Canvas;
import dev.bingo.weights.OnnxSession;
import java.io.IOException;
import java.nio.FloatBuffer;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;

/** Finds the ranges of a network's values on images like those to come. */
final class Calibration {
  private Calibration() {}

  /**
   * Runs the network.
   *
   * @param model that takes normalised images
   * @param values in the graph whose ranges are wanted
   * @param count images
   * @throws IOException where a value is not finite
   */
  static Map<String, Range> ranges(
      OnnxModel model, List<String> values, int count, Verification.Images images)
      throws IOException {
    String input = model.input().port();
    List<String> shown = values.stream().filter(v -> !v.equals(input)).toList();
    Map<String, Range> ranges = new HashMap<>();
    values.forEach(v -> ranges.put(v, Range.ZERO));
    Canvas canvas = new Canvas();
    try (OnnxSession session = OnnxSession.of(model.bytesShowing(shown))) {
      for (int i = 0; i < count; i++) {
        Pixels image = images.read(i);
        try (PointerScope scope = new PointerScope()) {
          Tensor given = Verification.input(image, model.preprocessing(), canvas);
          session.run(
              given, shown, (name, floats) -> ranges.merge(name, range(floats), Range::and));
          if (ranges.containsKey(input)) {
            ranges.merge(
                input,
                Range.ZERO.and(given.min().item_float()).and(given.max().item_float()),
                Range::and);
          }
        }
      }
    }
    for (Map.Entry<String, Range> e : ranges.entrySet()) {
      if (!e.getValue().finite()) {
        throw new IOException(
            "the network's '" + e.getKey() + "' is not finite on these images; it can't be int8");
      }
    }
    return ranges;
  }

  private static Range range(FloatBuffer floats) {
    float least = 0;
    float largest = 0;
    while (floats.hasRemaining()) {
      float value = floats.get();
      least = Math.min(least, value);
      largest = Math.max(largest, value);
    }
    return new Range(least, largest);
  }
}
