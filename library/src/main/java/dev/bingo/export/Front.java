package dev.bingo.export;

import static dev.bingo.export.Graph.attribute;

import ai.onnx.proto.OnnxMl.AttributeProto;
import ai.onnx.proto.OnnxMl.TensorProto.DataType;
import dev.bingo.render.EvalTransform;
import dev.bingo.view.Normalisation;
import java.util.ArrayList;
import java.util.List;

/**
 * What turns pixels into the network's input inside of the model: the short side resized, the
 * centre cut out, values normalised, as {@link EvalTransform} and {@link Normalisation} do it.
 */
final class Front {
  private final Graph graph;

  private Front(Graph graph) {
    this.graph = graph;
  }

  /**
   * Adds it to a graph.
   *
   * @param pixels name of {@code uint8 [N, H, W, 3]}, RGB
   * @return name of {@code float [N, 3, S, S]}
   */
  static String add(Graph graph, String pixels, Preprocessing preprocessing) {
    Front front = new Front(graph);
    String planes =
        front.node(
            "planes", "Transpose", List.of(pixels), attribute("perm", new long[] {0, 3, 1, 2}));
    EvalTransform transform = preprocessing.transform();
    String cut = front.cut(front.resize(planes, transform), transform.size());
    return front.normalise(cut, preprocessing.normalisation());
  }

  /** The same proportion: resize · side / shorter side, rounded down, in float64 as the trainer. */
  private String resize(String planes, EvalTransform transform) {
    String sides = cast(sides(planes), DataType.DOUBLE);
    String shorter = node("shorter", "ReduceMin", List.of(sides), attribute("keepdims", 1));
    String wanted = cast(constant("resize", Constant.list(transform.resize())), DataType.DOUBLE);
    String longer =
        node("sides", "Div", List.of(node("sides", "Mul", List.of(sides, wanted)), shorter));
    String to = cast(node("sides", "Floor", List.of(longer)), DataType.INT64);
    String others =
        node("others", "Shape", List.of(planes), attribute("start", 0), attribute("end", 2));
    return node(
        "resized",
        "Resize",
        List.of(planes, "", "", node("sizes", "Concat", List.of(others, to), attribute("axis", 0))),
        attribute("antialias", 1),
        attribute("coordinate_transformation_mode", "half_pixel"),
        // As PIL: at the border the weights of what is there sum to one.
        attribute("exclude_outside", 1),
        attribute("mode", "linear"));
  }

  /** From (side − S) / 2 on, halves to the even number. */
  private String cut(String planes, int size) {
    String sides = cast(sides(planes), DataType.FLOAT);
    String most = constant("size", Constant.scalar((float) size));
    String half = constant("half", Constant.scalar(0.5f));
    String margin =
        node("margin", "Mul", List.of(node("margin", "Sub", List.of(sides, most)), half));
    String start = cast(node("start", "Round", List.of(margin)), DataType.INT64);
    String end = node("end", "Add", List.of(start, constant("size", Constant.scalar((long) size))));
    return node(
        "centre", "Slice", List.of(planes, start, end, constant("axes", Constant.list(2, 3))));
  }

  private String normalise(String planes, Normalisation normalisation) {
    String values = cast(planes, DataType.FLOAT);
    // In units of bytes, as the trainer does it.
    String centred =
        node("centred", "Sub", List.of(values, constant("mean", bytes(normalisation.mean()))));
    return node("normalised", "Div", List.of(centred, constant("std", bytes(normalisation.std()))));
  }

  private static Constant bytes(double[] values) {
    float[] scaled = new float[values.length];
    for (int i = 0; i < scaled.length; i++) {
      scaled[i] = (float) (255 * values[i]);
    }
    return Constant.of(scaled, 1, scaled.length, 1, 1);
  }

  private String sides(String planes) {
    return node("sides", "Shape", List.of(planes), attribute("start", 2), attribute("end", 4));
  }

  private String cast(String value, DataType to) {
    return node("cast", "Cast", List.of(value), attribute("to", to.getNumber()));
  }

  private String node(String name, String op, List<String> inputs, AttributeProto... attributes) {
    return graph.add("front." + name, op, new ArrayList<>(inputs), attributes);
  }

  private String constant(String name, Constant value) {
    return graph.constant("front." + name, value);
  }
}
