package dev.bingo.export;

import static dev.bingo.export.Graph.attribute;

import dev.bingo.encoder.Linear;
import dev.bingo.torch.Tensors;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Tensor;

/**
 * A linear classifier behind an encoder's features: softmax(W f + b).
 *
 * @param weight W, {@code [C][D]}
 * @param bias b, {@code [C]}
 * @param classes names, in the order of the probabilities
 * @param threshold a probability below which an image is rejected; 0: none is
 */
public record ClassifierHead(
    float[][] weight, float[] bias, List<String> classes, double threshold) {
  /** The metadata's {@code kind} of a model that classifies. */
  public static final String KIND = "classifier";

  public ClassifierHead {
    classes = List.copyOf(classes);
    if (weight.length != classes.size() || bias.length != classes.size() || classes.size() < 2) {
      throw new IllegalArgumentException(
          "a classifier has a row of weights, a bias and a name for each of two classes at least");
    }
    if (!(threshold >= 0 && threshold <= 1)) {
      throw new IllegalArgumentException("threshold: expected 0 to 1, got " + threshold);
    }
  }

  /** Of tensors {@code [C, D]} and {@code [C]}, that rejects nothing. */
  public static ClassifierHead of(Tensor weight, Tensor bias, List<String> classes) {
    float[] all = Tensors.toFloats(weight);
    int width = Math.toIntExact(weight.size(1));
    float[][] rows = new float[Math.toIntExact(weight.size(0))][width];
    for (int c = 0; c < rows.length; c++) {
      System.arraycopy(all, c * width, rows[c], 0, width);
    }
    return new ClassifierHead(rows, Tensors.toFloats(bias), classes, 0);
  }

  /** The same that rejects what it is less sure of. */
  public ClassifierHead rejectingBelow(double probability) {
    return new ClassifierHead(weight, bias, classes, probability);
  }

  /** The same whose logits are divided by a temperature. */
  public ClassifierHead cooled(double temperature) {
    float[][] rows = new float[weight.length][];
    float[] shifts = new float[bias.length];
    for (int c = 0; c < rows.length; c++) {
      rows[c] = weight[c].clone();
      for (int d = 0; d < rows[c].length; d++) {
        rows[c][d] /= (float) temperature;
      }
      shifts[c] = (float) (bias[c] / temperature);
    }
    return new ClassifierHead(rows, shifts, classes, threshold);
  }

  /** {@code float32 [B, D] → [B, C]}, the logits. */
  public Tensor logits(Tensor features) {
    Tensor w = Tensors.of(flat(), weight.length, weight[0].length);
    return features.mm(w.t()).add_(Tensors.of(bias, bias.length));
  }

  private float[] flat() {
    float[] all = new float[weight.length * weight[0].length];
    for (int c = 0; c < weight.length; c++) {
      System.arraycopy(weight[c], 0, all, c * weight[0].length, weight[0].length);
    }
    return all;
  }

  /** Into a layer of the same shape. */
  public void copyTo(Linear layer) {
    try (PointerScope scope = new PointerScope();
        NoGradGuard off = new NoGradGuard()) {
      layer.weight().copy_(Tensors.of(flat(), weight.length, weight[0].length));
      layer.bias().copy_(Tensors.of(bias, bias.length));
    }
  }

  /** Adds it to a graph behind {@code features}. */
  void record(Graph graph, String features) {
    String logits =
        graph.add(
            "logits",
            "Gemm",
            List.of(
                features,
                graph.constant(
                    "classifier.weight", Constant.of(flat(), weight.length, weight[0].length)),
                graph.constant("classifier.bias", Constant.of(bias, bias.length))),
            attribute("transB", 1));
    graph.rename(
        graph.add("softmax", "Softmax", List.of(logits), attribute("axis", 1)),
        OnnxModel.PROBABILITIES);
    graph.rename(
        graph.add(
            "likeliest", "ArgMax", List.of(logits), attribute("axis", 1), attribute("keepdims", 0)),
        OnnxModel.CLASSES);
  }

  /** As the metadata of a model has it: a key a class, as names may hold any sign. */
  Map<String, String> describe() {
    Map<String, String> text = new LinkedHashMap<>();
    text.put("kind", KIND);
    text.put("classes", Integer.toString(classes.size()));
    for (int c = 0; c < classes.size(); c++) {
      text.put("class_" + c, classes.get(c));
    }
    text.put("reject_below", Double.toString(threshold));
    return text;
  }
}
