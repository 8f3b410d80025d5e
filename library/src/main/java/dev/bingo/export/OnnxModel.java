package dev.bingo.export;

import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.OperatorSetIdProto;
import ai.onnx.proto.OnnxMl.TensorProto.DataType;
import dev.bingo.encoder.Backbone;
import dev.bingo.encoder.Network;
import dev.bingo.export.Graph.Port;
import dev.bingo.torch.Names;
import dev.bingo.weights.WholeFile;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * An encoder as an ONNX model, opset {@value #OPSET}: batch-norm folded into convolutions, any
 * batch size. In goes {@code images}, {@code float [N, 3, S, S]} and normalised, or {@code pixels},
 * {@code uint8 [N, H, W, 3]} of any size, resized and normalised within; out comes {@code
 * features}, {@code float [N, D]}, as {@link Backbone#features} gives them, or, behind a {@link
 * ClassifierHead}, {@code probabilities} and {@code classes}.
 */
public final class OnnxModel {
  /** The version of ONNX's operators. */
  public static final int OPSET = 23;

  /** Where features come out. */
  public static final String FEATURES = "features";

  /** Where a classifier's probabilities come out, {@code float [N, C]}. */
  public static final String PROBABILITIES = "probabilities";

  /** Where the numbers of its likeliest classes come out, {@code int64 [N]}. */
  public static final String CLASSES = "classes";

  private static final int IR_VERSION = 11;
  private static final String BATCH = "N";

  /** What goes in. */
  public enum Input {
    /** {@code float [N, 3, S, S]}, normalised. */
    IMAGES,
    /** {@code uint8 [N, H, W, 3]}, RGB, of any size. */
    PIXELS;

    /** The name of the model's input. */
    public String port() {
      return Names.spell(this);
    }
  }

  private final Graph graph;
  private final Preprocessing preprocessing;
  private final Input input;
  private final int width;
  private final ClassifierHead head;

  private OnnxModel(
      Graph graph, Preprocessing preprocessing, Input input, int width, ClassifierHead head) {
    this.graph = graph;
    this.preprocessing = preprocessing;
    this.input = input;
    this.width = width;
    this.head = head;
  }

  /**
   * Writes a backbone down in float32, as it is in evaluation mode; normalised images go in.
   *
   * @throws IllegalArgumentException for a backbone that isn't one of {@link
   *     dev.bingo.encoder.Encoders}
   */
  public static OnnxModel of(Backbone backbone, Preprocessing preprocessing) {
    if (!(backbone instanceof Network network)) {
      throw new IllegalArgumentException(
          "a '" + backbone.architecture() + "' can't be exported: it isn't one of our networks");
    }
    Graph graph = new Graph();
    int size = preprocessing.transform().size();
    graph.rename(Recorder.record(graph, network, Input.IMAGES.port(), size), FEATURES);
    return new OnnxModel(graph, preprocessing, Input.IMAGES, backbone.width(), null);
  }

  /** The same network in float16; what goes in and out stays. */
  public OnnxModel half() {
    return with(HalfPrecision.convert(graph));
  }

  /**
   * The same network in 8 bits; what goes in and out stays.
   *
   * @param count images to calibrate with
   * @param images like those to come
   * @throws IOException where an image can't be read or the network's values aren't finite
   */
  public OnnxModel int8(int count, Verification.Images images) throws IOException {
    return with(Int8.convert(graph, Calibration.ranges(this, Int8.values(graph), count, images)));
  }

  /** The same for pixels of any size, resized and normalised within. */
  public OnnxModel withPixels() {
    Graph whole = new Graph();
    String images = Front.add(whole, Input.PIXELS.port(), preprocessing);
    whole.constants.putAll(graph.constants);
    whole.nodes.addAll(graph.nodes);
    whole.rename(Input.IMAGES.port(), images);
    return new OnnxModel(whole, preprocessing, Input.PIXELS, width, head);
  }

  /**
   * The same network with a classifier behind it: {@link #PROBABILITIES} and {@link #CLASSES} come
   * out in place of features. The names of the classes and when to reject are in the metadata.
   */
  public OnnxModel classifying(ClassifierHead behind) {
    Graph whole = new Graph();
    whole.constants.putAll(graph.constants);
    whole.nodes.addAll(graph.nodes);
    behind.record(whole, FEATURES);
    return new OnnxModel(whole, preprocessing, input, width, behind);
  }

  /** Another graph that takes and gives the same. */
  OnnxModel with(Graph other) {
    return new OnnxModel(other, preprocessing, input, width, head);
  }

  Graph graph() {
    return graph;
  }

  /** What happens to images before the network, within the model or not. */
  public Preprocessing preprocessing() {
    return preprocessing;
  }

  /** What goes in. */
  public Input input() {
    return input;
  }

  /** Width D of the features. */
  public int width() {
    return width;
  }

  /** The file's content, without metadata. */
  public byte[] bytes() {
    return proto(Map.of(), List.of()).toByteArray();
  }

  /** The same, where inner values come out, too. */
  byte[] bytesShowing(List<String> values) {
    return proto(Map.of(), values).toByteArray();
  }

  /** What the file says of itself in any case: whoever runs it must know no more. */
  public Map<String, String> contract() {
    Map<String, String> contract = About.contract(preprocessing, width);
    contract.put("input", input.port());
    if (head != null) {
      contract.putAll(head.describe());
    }
    return contract;
  }

  /**
   * Writes whole or not at all.
   *
   * @param metadata anything else: architecture, origin, accuracy; {@link #contract} goes before
   */
  public void write(Path file, Map<String, String> metadata) throws IOException {
    Map<String, String> all = new LinkedHashMap<>(metadata);
    all.putAll(contract());
    byte[] bytes = proto(all, List.of()).toByteArray();
    WholeFile.write(file, channel -> WholeFile.writeFully(channel, ByteBuffer.wrap(bytes)));
  }

  private Port port() {
    int size = preprocessing.transform().size();
    return switch (input) {
      case IMAGES -> new Port(input.port(), DataType.FLOAT, List.of(BATCH, 3, size, size));
      case PIXELS -> new Port(input.port(), DataType.UINT8, List.of(BATCH, "H", "W", 3));
    };
  }

  private ModelProto proto(Map<String, String> metadata, List<String> shown) {
    List<Port> outputs = new ArrayList<>();
    if (head == null) {
      outputs.add(new Port(FEATURES, DataType.FLOAT, List.of(BATCH, width)));
    } else {
      outputs.add(new Port(PROBABILITIES, DataType.FLOAT, List.of(BATCH, head.classes().size())));
      outputs.add(new Port(CLASSES, DataType.INT64, List.of(BATCH)));
    }
    shown.forEach(name -> outputs.add(new Port(name, DataType.FLOAT, null)));
    ModelProto.Builder model =
        ModelProto.newBuilder()
            .setIrVersion(IR_VERSION)
            .setProducerName("bingo")
            .setGraph(graph.proto(port(), outputs))
            .addOpsetImport(OperatorSetIdProto.newBuilder().setDomain("").setVersion(OPSET));
    metadata.forEach((key, value) -> model.addMetadataPropsBuilder().setKey(key).setValue(value));
    return model.build();
  }
}
