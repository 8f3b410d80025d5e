package dev.bingo.export;

import static dev.bingo.export.Graph.attribute;

import ai.onnx.proto.OnnxMl.AttributeProto;
import dev.bingo.export.Graph.Node;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Rewrites a network to 8 bits with the ranges that its values had on calibration images (static
 * quantisation, QDQ format): activations {@code uint8}, one scale and zero point a value; weights
 * symmetric {@code int8}, one scale a channel; biases {@code int32}. Convolutions, products with
 * weights, sums and max-pools are quantised; what else there is stays float32.
 *
 * <p>Weights use the levels −64 … 64: on processors without VNNI the sum of two products of a full
 * 8-bit weight overflows 16 bits, and the model would be another one there.
 */
final class Int8 {
  private static final int MOST = 64;
  private static final int BIAS_MOST = 1 << 30;
  private static final Set<String> BOUNDS = Set.of("Relu", "Clip");

  private final Graph from;
  private final Map<String, Range> ranges;
  private final Graph to = new Graph();
  private final Map<String, String> quantised = new HashMap<>();

  /** What comes out of quantised nodes as bytes. */
  private final Set<String> outputs = new HashSet<>();

  private Int8(Graph from, Map<String, Range> ranges) {
    this.from = from;
    this.ranges = new HashMap<>(ranges);
  }

  /** The values whose ranges are needed. */
  static List<String> values(Graph graph) {
    Set<String> values = new LinkedHashSet<>();
    for (Node n : graph.nodes) {
      if (quantises(graph, n)) {
        n.inputs().stream().filter(i -> !graph.constants.containsKey(i)).forEach(values::add);
        if (output(graph, n)) {
          values.add(n.output());
        }
      }
    }
    return List.copyOf(values);
  }

  /**
   * Rewrites.
   *
   * @param ranges of all {@link #values}
   */
  static Graph convert(Graph from, Map<String, Range> ranges) {
    Int8 work = new Int8(from, ranges);
    from.nodes.forEach(work::add);
    return work.to;
  }

  private static boolean quantises(Graph graph, Node n) {
    return switch (n.op()) {
      case "Conv", "MaxPool" -> true;
      case "MatMul" -> graph.constants.containsKey(n.inputs().get(1));
      case "Add" -> n.inputs().stream().noneMatch(graph.constants::containsKey);
      default -> false;
    };
  }

  /** A convolution runs on bytes only where bytes come out; a bound after it is part of it. */
  private static boolean output(Graph graph, Node n) {
    return n.op().equals("Conv")
        && !n.output().equals(OnnxModel.FEATURES)
        && graph.readers(n.output()).stream().noneMatch(r -> BOUNDS.contains(r.op()));
  }

  private void add(Node n) {
    boolean bytes = quantises(from, n);
    List<String> inputs = new ArrayList<>();
    for (int i = 0; i < n.inputs().size(); i++) {
      String name = n.inputs().get(i);
      Constant constant = from.constants.get(name);
      if (constant == null) {
        inputs.add(bytes || outputs.contains(name) ? rounded(name) : name);
      } else if (bytes && i == 1) {
        inputs.add(weight(n, name, constant));
      } else if (bytes && n.op().equals("Conv") && i == 2) {
        inputs.add(bias(n, name, constant));
      } else {
        to.constants.put(name, constant);
        inputs.add(name);
      }
    }
    to.nodes.add(n.with(inputs, n.output()));
    if (n.op().equals("MaxPool")) {
      // The bytes themselves are pooled where in and out have one scale.
      ranges.put(n.output(), ranges.get(n.inputs().get(0)));
    }
    if (output(from, n)) {
      outputs.add(n.output());
    }
  }

  /** The value to bytes and back; once, for all that read it. */
  private String rounded(String value) {
    return quantised.computeIfAbsent(
        value,
        v -> {
          Range range = ranges.get(v);
          String scale = to.constant(v + ".scale", Constant.scalar(range.scale()));
          String zero = to.constant(v + ".zero", Constant.unsigned(range.zero()));
          String bytes = to.add(v + ".bytes", "QuantizeLinear", List.of(v, scale, zero));
          return to.add(v + ".rounded", "DequantizeLinear", List.of(bytes, scale, zero));
        });
  }

  private String weight(Node n, String name, Constant weight) {
    float[] scales = scales(n);
    float[] values = weight.floats();
    byte[] bytes = new byte[values.length];
    for (int i = 0; i < bytes.length; i++) {
      float levels = values[i] / scales[channel(n, weight, i)];
      bytes[i] = (byte) Math.max(-MOST, Math.min(MOST, Math.rint(levels)));
    }
    return dequantised(
        name,
        Constant.of(bytes, weight.dims()),
        scales,
        attribute("axis", n.op().equals("Conv") ? 0 : 1));
  }

  private String bias(Node n, String name, Constant bias) {
    float[] scales = scales(n);
    float step = ranges.get(n.inputs().get(0)).scale();
    float[] values = bias.floats();
    int[] levels = new int[values.length];
    for (int c = 0; c < levels.length; c++) {
      scales[c] *= step;
      levels[c] = (int) Math.rint((double) values[c] / scales[c]);
    }
    return dequantised(name, Constant.of(levels, bias.dims()), scales, attribute("axis", 0));
  }

  private String dequantised(String name, Constant levels, float[] scales, AttributeProto axis) {
    String stored = to.constant(name, levels);
    String each = to.constant(name + ".scale", Constant.of(scales, scales.length));
    return to.add(name + ".rounded", "DequantizeLinear", List.of(stored, each), axis);
  }

  /** Of each output channel: the largest weight is 64; larger where the bias would overflow. */
  private float[] scales(Node n) {
    Constant weight = from.constants.get(n.inputs().get(1));
    float[] values = weight.floats();
    float[] largest =
        new float[(int) weight.dims()[n.op().equals("Conv") ? 0 : weight.dims().length - 1]];
    for (int i = 0; i < values.length; i++) {
      int c = channel(n, weight, i);
      largest[c] = Math.max(largest[c], Math.abs(values[i]));
    }
    float[] bias =
        n.inputs().size() > 2 ? from.constants.get(n.inputs().get(2)).floats() : new float[0];
    float step = ranges.get(n.inputs().get(0)).scale();
    for (int c = 0; c < largest.length; c++) {
      float most = bias.length == 0 ? 0 : Math.abs(bias[c]) / step / BIAS_MOST;
      float scale = Math.max(largest[c] / MOST, most);
      largest[c] = scale > 0 ? scale : 1;
    }
    return largest;
  }

  /** Output channel of a weight: the first axis of a convolution, the last of a matrix. */
  private static int channel(Node n, Constant weight, int i) {
    long[] dims = weight.dims();
    return n.op().equals("Conv")
        ? (int) (i / (dims[1] * dims[2] * dims[3]))
        : (int) (i % dims[dims.length - 1]);
  }
}
