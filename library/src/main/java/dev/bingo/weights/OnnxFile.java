package dev.bingo.weights;

import ai.onnx.proto.OnnxMl.GraphProto;
import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import ai.onnx.proto.OnnxMl.TensorShapeProto;
import ai.onnx.proto.OnnxMl.ValueInfoProto;
import com.google.protobuf.CodedInputStream;
import java.io.IOException;
import java.nio.ByteOrder;
import java.nio.LongBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/**
 * What an ONNX model's file holds, without running it.
 *
 * @param producer the program that wrote it
 * @param opset version of the operators
 * @param nodes operators in the graph
 * @param tensors weights in the graph
 * @param types how many of them have each dtype
 * @param numbers in all of them together
 * @param metadata what it says of itself
 * @param endings the operator that makes each output, but for those that only reshape
 * @param broken name of a tensor with numbers that no weights have; empty where all are sound
 */
public record OnnxFile(
    String producer,
    long opset,
    int nodes,
    int tensors,
    Map<String, Long> types,
    long numbers,
    Map<String, String> metadata,
    Map<String, String> endings,
    String broken) {
  /** What one operator may make of constants alone. */
  private static final long MOST_NUMBERS = 1L << 28;

  private static final int MOST_STEPS = 100;

  private static final Set<String> RESHAPING =
      Set.of(
          "Identity",
          "Reshape",
          "Flatten",
          "Squeeze",
          "Unsqueeze",
          "Transpose",
          "Cast",
          "Dropout",
          "Concat",
          "Slice");

  /**
   * Looks at a model; its weights stay in the mapped file.
   *
   * @throws IOException where it is damaged, wants other files than such as lie beside it, or makes
   *     more numbers out of nothing than any memory should hold
   */
  public static OnnxFile read(Path file) throws IOException {
    ModelProto model = parse(file);
    GraphProto graph = model.getGraph();
    OnnxParts parts = OnnxParts.of(model);
    String broken = "";
    for (TensorProto tensor : parts.tensors()) {
      checkExternal(file, tensor);
      if (broken.isEmpty() && OnnxNumbers.broken(file, tensor)) {
        broken = tensor.getName().isEmpty() ? "of a constant" : tensor.getName();
      }
    }
    checkSizes(file, parts);
    Map<String, Long> types = new LinkedHashMap<>();
    long numbers = 0;
    for (TensorProto tensor : graph.getInitializerList()) {
      types.merge(type(tensor.getDataType()), 1L, Long::sum);
      numbers += tensor.getDimsList().stream().mapToLong(d -> d).reduce(1, (a, b) -> a * b);
    }
    Map<String, String> metadata = new LinkedHashMap<>();
    model.getMetadataPropsList().forEach(p -> metadata.put(p.getKey(), p.getValue()));
    return new OnnxFile(
        (model.getProducerName() + " " + model.getProducerVersion()).strip(),
        model.getOpsetImportList().stream()
            .filter(o -> o.getDomain().isEmpty())
            .mapToLong(o -> o.getVersion())
            .findFirst()
            .orElse(0),
        graph.getNodeCount(),
        graph.getInitializerCount(),
        types,
        numbers,
        metadata,
        endings(graph),
        broken);
  }

  private static Map<String, String> endings(GraphProto graph) {
    Map<String, NodeProto> makers = new HashMap<>();
    graph.getNodeList().forEach(n -> n.getOutputList().forEach(o -> makers.put(o, n)));
    Map<String, String> endings = new LinkedHashMap<>();
    for (ValueInfoProto output : graph.getOutputList()) {
      NodeProto node = makers.get(output.getName());
      for (int steps = 0; node != null && steps < MOST_STEPS; steps++) {
        if (!RESHAPING.contains(node.getOpType()) || node.getInputCount() == 0) {
          break;
        }
        node = makers.get(node.getInput(0));
      }
      endings.put(output.getName(), node == null ? "" : node.getOpType());
    }
    return endings;
  }

  /** Shapes that are written in the file: others are known only when it runs. */
  private static void checkSizes(Path file, OnnxParts parts) throws IOException {
    Map<String, TensorProto> constants = new HashMap<>();
    parts.tensors().forEach(t -> constants.put(t.getName(), t));
    for (NodeProto node : parts.nodes()) {
      if (node.getOpType().equals("Constant") && node.getAttributeCount() == 1) {
        constants.put(node.getOutput(0), node.getAttribute(0).getT());
      }
    }
    for (NodeProto node : parts.nodes()) {
      int at =
          switch (node.getOpType()) {
            case "ConstantOfShape" -> 0;
            case "Expand", "Tile" -> 1;
            case "Resize" -> 3;
            default -> -1;
          };
      TensorProto shape =
          at < 0 || at >= node.getInputCount() ? null : constants.get(node.getInput(at));
      double numbers = 1;
      for (long side : shape == null ? new long[0] : integers(shape)) {
        numbers *= Math.max(1, side);
      }
      if (numbers > MOST_NUMBERS) {
        throw new IOException(
            "%s: its operator %s makes %,.0f numbers; above %,d is refused"
                .formatted(file, node.getOpType(), numbers, MOST_NUMBERS));
      }
    }
  }

  private static long[] integers(TensorProto tensor) {
    if (tensor.getDataType() != TensorProto.DataType.INT64_VALUE) {
      return new long[0];
    }
    if (tensor.getRawData().isEmpty()) {
      return tensor.getInt64DataList().stream().mapToLong(n -> n).toArray();
    }
    LongBuffer raw =
        tensor.getRawData().asReadOnlyByteBuffer().order(ByteOrder.LITTLE_ENDIAN).asLongBuffer();
    long[] values = new long[raw.remaining()];
    raw.get(values);
    return values;
  }

  /**
   * A model of ours that takes pixels, as one that takes normalised images {@code float [N, 3, S,
   * S]}: without what resizes and normalises them.
   *
   * @param size S
   * @throws IOException where it is no such model
   */
  public static byte[] withoutPixels(Path file, int size) throws IOException {
    ModelProto model = parse(file);
    GraphProto.Builder graph = model.getGraph().toBuilder();
    String front = "front.";
    String images =
        graph.getNodeList().stream()
            .filter(n -> !n.getOpType().equals("Constant"))
            .filter(n -> n.getOutputList().stream().noneMatch(o -> o.startsWith(front)))
            .flatMap(n -> n.getInputList().stream())
            .filter(i -> i.startsWith(front))
            .findFirst()
            .orElseThrow(() -> new IOException(file + ": takes pixels otherwise than ours do"));
    List<NodeProto> nodes =
        graph.getNodeList().stream()
            .filter(n -> n.getOutputList().stream().noneMatch(o -> o.startsWith(front)))
            .toList();
    TensorShapeProto.Builder shape = TensorShapeProto.newBuilder();
    shape.addDim(TensorShapeProto.Dimension.newBuilder().setDimParam("N"));
    for (int side : new int[] {3, size, size}) {
      shape.addDim(TensorShapeProto.Dimension.newBuilder().setDimValue(side));
    }
    graph.clearNode().addAllNode(nodes).clearInput();
    graph
        .addInputBuilder()
        .setName(images)
        .getTypeBuilder()
        .getTensorTypeBuilder()
        .setElemType(TensorProto.DataType.FLOAT_VALUE)
        .setShape(shape);
    return model.toBuilder().setGraph(graph).build().toByteArray();
  }

  private static ModelProto parse(Path file) throws IOException {
    try (FileChannel channel = FileChannel.open(file)) {
      long size = channel.size();
      if (size > Integer.MAX_VALUE) {
        throw new IOException(
            file + ": an ONNX model can't be above 2 GiB; its weights go in a file beside it");
      }
      CodedInputStream in =
          CodedInputStream.newInstance(channel.map(FileChannel.MapMode.READ_ONLY, 0, size));
      in.enableAliasing(true);
      ModelProto model = ModelProto.parseFrom(in);
      if (!model.hasGraph() || model.getGraph().getNodeCount() == 0) {
        throw new IOException(file + ": is no ONNX model, or one without a graph");
      }
      return model;
    } catch (com.google.protobuf.InvalidProtocolBufferException e) {
      throw new IOException(
          file + ": a damaged or truncated ONNX model (" + e.getMessage() + ")", e);
    }
  }

  /** Weights may lie in a file of the same folder, and nowhere else. */
  private static void checkExternal(Path file, TensorProto tensor) throws IOException {
    if (tensor.getDataLocation() != TensorProto.DataLocation.EXTERNAL) {
      return;
    }
    String location = OnnxNumbers.external(tensor, "location", "");
    if (location.isEmpty() || location.matches(".*[/\\\\\\p{Cntrl}].*") || location.equals("..")) {
      throw new IOException(
          file
              + ": keeps the weights '"
              + tensor.getName()
              + "' in '"
              + location
              + "', which is no file beside it; that is refused");
    }
    Path beside;
    try {
      beside = file.resolveSibling(location);
    } catch (InvalidPathException e) {
      throw new IOException(file + ": keeps weights in '" + location + "', which is no name", e);
    }
    if (!Files.isRegularFile(beside, LinkOption.NOFOLLOW_LINKS)) {
      throw new IOException(
          file + ": keeps its weights in " + beside + ", which isn't there; get that file, too");
    }
  }

  private static String type(int code) {
    TensorProto.DataType type = TensorProto.DataType.forNumber(code);
    return type == null ? "type " + code : type.name().toLowerCase(Locale.ROOT);
  }
}
