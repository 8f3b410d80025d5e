package dev.bingo.weights;

import ai.onnx.proto.OnnxMl.GraphProto;
import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.StringStringEntryProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import com.google.protobuf.CodedInputStream;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;

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
 */
public record OnnxFile(
    String producer,
    long opset,
    int nodes,
    int tensors,
    Map<String, Long> types,
    long numbers,
    Map<String, String> metadata) {

  /**
   * Looks at a model; its weights stay in the mapped file.
   *
   * @throws IOException where it is damaged, or wants other files than such as lie beside it
   */
  public static OnnxFile read(Path file) throws IOException {
    ModelProto model = parse(file);
    GraphProto graph = model.getGraph();
    Map<String, Long> types = new LinkedHashMap<>();
    long numbers = 0;
    for (TensorProto tensor : graph.getInitializerList()) {
      checkExternal(file, tensor);
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
        metadata);
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
    String location =
        tensor.getExternalDataList().stream()
            .filter(e -> e.getKey().equals("location"))
            .map(StringStringEntryProto::getValue)
            .findFirst()
            .orElse("");
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
