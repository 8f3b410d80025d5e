package dev.bingo.export;

import static dev.bingo.export.Graph.attribute;

import dev.bingo.encoder.Activation;
import dev.bingo.encoder.BatchNorm;
import dev.bingo.encoder.BatchNorm.Affine;
import dev.bingo.encoder.Conv2d;
import dev.bingo.encoder.Layer;
import dev.bingo.encoder.LayerNorm;
import dev.bingo.encoder.LayerScale;
import dev.bingo.encoder.Linear;
import dev.bingo.encoder.Network;
import dev.bingo.encoder.Operations;
import dev.bingo.export.Graph.Node;
import dev.bingo.torch.Names;
import dev.bingo.torch.Tensors;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.LongStream;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Tensor;

/**
 * Writes a network down as ONNX nodes, in evaluation mode. A batch-norm that follows a convolution
 * is folded into its weights, in float64.
 */
final class Recorder implements Operations<Recorder.Value> {
  private final Graph graph;
  private final IdentityHashMap<Layer, String> names = new IdentityHashMap<>();
  private final Map<String, Conv2d> unread = new HashMap<>();

  /**
   * What flows.
   *
   * @param name of the value
   * @param channels of images, width of tokens
   * @param side height and width where convolutions alone made it, pixels; only tokens ask
   */
  record Value(String name, int channels, int side) {
    Value as(String other) {
      return new Value(other, channels, side);
    }

    Value as(String other, int otherChannels) {
      return new Value(other, otherChannels, side);
    }
  }

  private Recorder(Graph graph, Network network) {
    this.graph = graph;
    network.each("", (name, layer) -> names.put(layer, name));
  }

  /**
   * Adds a network to a graph.
   *
   * @param input name of {@code float [N, 3, size, size]}, normalised
   * @return name of the features {@code [N, D]}
   */
  static String record(Graph graph, Network network, String input, int size) {
    try (PointerScope scope = new PointerScope();
        NoGradGuard off = new NoGradGuard()) {
      return network.features(new Recorder(graph, network), new Value(input, 3, size)).name;
    }
  }

  @Override
  public Value convolve(Value images, Conv2d layer) {
    Conv2d.Shape s = layer.shape();
    String name = names.get(layer);
    List<String> inputs = new ArrayList<>(List.of(read(images)));
    inputs.add(graph.constant(name + ".weight", constant(layer.weight())));
    if (s.bias()) {
      inputs.add(graph.constant(name + ".bias", constant(layer.bias())));
    }
    String output =
        graph.add(
            name,
            "Conv",
            inputs,
            attribute("kernel_shape", square(s.kernel(), 2)),
            attribute("strides", square(s.stride(), 2)),
            attribute("pads", square(s.padding(), 4)),
            attribute("group", s.groups()));
    unread.put(output, layer);
    int side = (images.side + 2 * s.padding() - s.kernel()) / s.stride() + 1;
    return new Value(output, s.out(), side);
  }

  @Override
  public Value normalise(Value x, BatchNorm layer) {
    Affine affine = layer.affine();
    Conv2d before = unread.remove(x.name);
    if (before != null) {
      fold(before, affine);
      return x;
    }
    String name = names.get(layer);
    String scale = graph.constant(name + ".scale", column(affine.scale()));
    String shift = graph.constant(name + ".shift", column(affine.shift()));
    return x.as(graph.add(name, "Add", List.of(add(name, "Mul", x, scale), shift)));
  }

  /** The convolution is the last node. */
  private void fold(Conv2d layer, Affine affine) {
    Node node = graph.nodes.get(graph.nodes.size() - 1);
    String weightName = node.inputs().get(1);
    Constant weight = graph.constants.get(weightName);
    float[] w = weight.floats();
    float[] bias = layer.bias() == null ? null : Tensors.toFloats(layer.bias());
    int channels = affine.scale().length;
    int each = w.length / channels;
    float[] shift = new float[channels];
    for (int c = 0; c < channels; c++) {
      double scale = affine.scale()[c];
      for (int i = c * each; i < (c + 1) * each; i++) {
        w[i] = (float) (w[i] * scale);
      }
      shift[c] = (float) (affine.shift()[c] + (bias == null ? 0 : bias[c] * scale));
    }
    graph.constants.put(weightName, Constant.of(w, weight.dims()));
    String biasName = names.get(layer) + ".bias";
    graph.constants.put(biasName, Constant.of(shift, channels));
    graph.nodes.set(
        graph.nodes.size() - 1,
        node.with(List.of(node.inputs().get(0), weightName, biasName), node.output()));
  }

  @Override
  public Value normalise(Value tokens, LayerNorm layer) {
    String name = names.get(layer);
    return tokens.as(
        graph.add(
            name,
            "LayerNormalization",
            List.of(
                read(tokens),
                graph.constant(name + ".weight", constant(layer.weight())),
                graph.constant(name + ".bias", constant(layer.bias()))),
            attribute("axis", -1),
            attribute("epsilon", layer.epsilon())));
  }

  @Override
  public Value linear(Value x, Linear layer) {
    String name = names.get(layer);
    Tensor transposed = layer.weight().t().contiguous();
    Value product =
        x.as(
            add(name, "MatMul", x, graph.constant(name + ".weight", constant(transposed))),
            (int) layer.weight().size(0));
    return layer.bias() == null
        ? product
        : product.as(
            add(name, "Add", product, graph.constant(name + ".bias", constant(layer.bias()))));
  }

  @Override
  public Value activate(Value x, Activation function) {
    if (function == Activation.NONE) {
      return x;
    }
    String in = read(x);
    String name = Names.spell(function);
    String out =
        switch (function) {
          case NONE, RELU -> graph.add(name, "Relu", List.of(in));
          case RELU6 ->
              graph.add(
                  name,
                  "Clip",
                  List.of(
                      in,
                      graph.constant("zero", Constant.scalar(0f)),
                      graph.constant("six", Constant.scalar(6f))));
          case SIGMOID -> graph.add(name, "Sigmoid", List.of(in));
          case SILU -> graph.add(name, "Mul", List.of(in, graph.add(name, "Sigmoid", List.of(in))));
          case HARD_SIGMOID ->
              graph.add(
                  name,
                  "HardSigmoid",
                  List.of(in),
                  attribute("alpha", 1 / 6.0),
                  attribute("beta", 0.5));
          case HARD_SWISH -> graph.add(name, "HardSwish", List.of(in));
          case GELU -> graph.add(name, "Gelu", List.of(in));
        };
    return x.as(out);
  }

  @Override
  public Value add(Value x, Value other) {
    return x.as(add("add", "Add", x, read(other)));
  }

  @Override
  public Value scale(Value images, Value factors) {
    return images.as(add("scale", "Mul", images, read(factors)));
  }

  @Override
  public Value scale(Value tokens, LayerScale layer) {
    String name = names.get(layer);
    return tokens.as(
        add(name, "Mul", tokens, graph.constant(name + ".gamma", constant(layer.gamma()))));
  }

  @Override
  public Value maxPool(Value images) {
    return images.as(
        graph.add(
            "maxpool",
            "MaxPool",
            List.of(read(images)),
            attribute("kernel_shape", square(3, 2)),
            attribute("strides", square(2, 2)),
            attribute("pads", square(1, 4))));
  }

  @Override
  public Value average(Value images) {
    return images.as(graph.add("average", "GlobalAveragePool", List.of(read(images))));
  }

  @Override
  public Value flatten(Value images) {
    return images.as(graph.add("flatten", "Flatten", List.of(read(images))));
  }

  @Override
  public Value channels(Value images, int first, int count) {
    return images.as(
        graph.add(
            "channels",
            "Slice",
            List.of(
                read(images),
                graph.constant("channels.from", Constant.list(first)),
                graph.constant("channels.to", Constant.list(first + count)),
                graph.constant("channels.axis", Constant.list(1)))),
        count);
  }

  @Override
  public Value concatenate(Value images, Value others) {
    return images.as(
        graph.add("concat", "Concat", List.of(read(images), read(others)), attribute("axis", 1)),
        images.channels + others.channels);
  }

  @Override
  public Value shuffle(Value images, int groups) {
    long each = images.channels / groups;
    long[] order =
        LongStream.range(0, images.channels).map(i -> i % groups * each + i / groups).toArray();
    return images.as(
        graph.add(
            "shuffle",
            "Gather",
            List.of(read(images), graph.constant("shuffle.order", Constant.list(order))),
            attribute("axis", 1)));
  }

  @Override
  public Value halve(Value images, int side) {
    String half =
        graph.add(
            "halve",
            "Slice",
            List.of(
                read(images),
                graph.constant("halve.from", Constant.list(0, 0)),
                graph.constant("halve.to", Constant.list(Integer.MAX_VALUE, Integer.MAX_VALUE)),
                graph.constant("halve.axes", Constant.list(2, 3)),
                graph.constant("halve.steps", Constant.list(2, 2))));
    return images.as(
        graph.add(
            "halve",
            "Pad",
            List.of(
                half, graph.constant("halve.pads", Constant.list(0, side, 0, 0, 0, side, 0, 0)))),
        images.channels + 2 * side);
  }

  @Override
  public Value tokens(Value patches, Tensor first, Positions positions) {
    int side = patches.side;
    long width = first.size(2);
    String rows =
        graph.add(
            "tokens",
            "Reshape",
            List.of(
                read(patches),
                graph.constant("tokens.shape", Constant.list(0, width, (long) side * side))));
    String turned =
        graph.add("tokens", "Transpose", List.of(rows), attribute("perm", new long[] {0, 2, 1}));
    // The first tokens are the same in every image: rows of zeros, to which they are added.
    long firsts = first.size(1);
    String led =
        graph.add(
            "tokens",
            "Pad",
            List.of(turned, graph.constant("tokens.pads", Constant.list(0, firsts, 0, 0, 0, 0))));
    Tensor added = positions.of(side, side).clone();
    added.narrow(1, 0, firsts).add_(first);
    return patches.as(
        graph.add("tokens", "Add", List.of(led, graph.constant("positions", constant(added)))));
  }

  @Override
  public Value attend(Value x, int heads) {
    int width = x.channels / 3;
    String split =
        graph.add(
            "heads",
            "Reshape",
            List.of(
                read(x),
                graph.constant("heads.shape", Constant.list(0, 0, 3, heads, width / heads))));
    String turned =
        graph.add(
            "heads", "Transpose", List.of(split), attribute("perm", new long[] {2, 0, 3, 1, 4}));
    String queries = pick(turned, 0, "queries");
    String keys =
        graph.add(
            "keys",
            "Transpose",
            List.of(pick(turned, 1, "keys")),
            attribute("perm", new long[] {0, 1, 3, 2}));
    float scale = (float) (1 / Math.sqrt((double) width / heads));
    String scores =
        graph.add(
            "scores",
            "Mul",
            List.of(
                graph.add("scores", "MatMul", List.of(queries, keys)),
                graph.constant("attention.scale", Constant.scalar(scale))));
    String shares = graph.add("attention", "Softmax", List.of(scores), attribute("axis", -1));
    String mixed = graph.add("attention", "MatMul", List.of(shares, pick(turned, 2, "values")));
    String back =
        graph.add(
            "attention", "Transpose", List.of(mixed), attribute("perm", new long[] {0, 2, 1, 3}));
    return x.as(
        graph.add(
            "attention",
            "Reshape",
            List.of(back, graph.constant("attention.shape", Constant.list(0, 0, width)))),
        width);
  }

  @Override
  public Value first(Value tokens) {
    return tokens.as(
        graph.add(
            "first",
            "Gather",
            List.of(read(tokens), graph.constant("first.index", Constant.scalar(0L))),
            attribute("axis", 1)));
  }

  private String pick(String stacked, long index, String name) {
    return graph.add(
        name,
        "Gather",
        List.of(stacked, graph.constant(name + ".index", Constant.scalar(index))),
        attribute("axis", 0));
  }

  /** The name, for a node that reads the value: nothing can be folded into its maker any more. */
  private String read(Value x) {
    unread.remove(x.name);
    return x.name;
  }

  private String add(String name, String op, Value x, String other) {
    return graph.add(name, op, List.of(read(x), other));
  }

  private static Constant constant(Tensor t) {
    return Constant.of(Tensors.toFloats(t), t.sizes().vec().get());
  }

  /** {@code [C, 1, 1]}. */
  private static Constant column(double[] values) {
    float[] floats = new float[values.length];
    for (int i = 0; i < floats.length; i++) {
      floats[i] = (float) values[i];
    }
    return Constant.of(floats, floats.length, 1, 1);
  }

  private static long[] square(long side, int count) {
    return LongStream.generate(() -> side).limit(count).toArray();
  }
}
