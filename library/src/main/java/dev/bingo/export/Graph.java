package dev.bingo.export;

import ai.onnx.proto.OnnxMl.AttributeProto;
import ai.onnx.proto.OnnxMl.AttributeProto.AttributeType;
import ai.onnx.proto.OnnxMl.GraphProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import ai.onnx.proto.OnnxMl.TensorProto.DataType;
import ai.onnx.proto.OnnxMl.TensorShapeProto;
import ai.onnx.proto.OnnxMl.TypeProto;
import ai.onnx.proto.OnnxMl.ValueInfoProto;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** An ONNX graph while it is written: nodes in order, each with one output. */
final class Graph {
  final List<Node> nodes = new ArrayList<>();
  final Map<String, Constant> constants = new LinkedHashMap<>();
  private final Map<String, Integer> counts = new HashMap<>();

  /**
   * One operation.
   *
   * @param inputs names of values or constants; empty where one is left out
   * @param output name of the value it makes
   */
  record Node(String op, List<String> inputs, String output, List<AttributeProto> attributes) {
    Node with(List<String> otherInputs, String otherOutput) {
      return new Node(op, otherInputs, otherOutput, attributes);
    }
  }

  /** A value that goes in or comes out; a dimension is a number or a name, all null: unknown. */
  record Port(String name, DataType type, List<Object> dims) {
    ValueInfoProto proto() {
      TypeProto.Tensor.Builder tensor = TypeProto.Tensor.newBuilder().setElemType(type.getNumber());
      if (dims != null) {
        tensor.setShape(shape());
      }
      return ValueInfoProto.newBuilder()
          .setName(name)
          .setType(TypeProto.newBuilder().setTensorType(tensor))
          .build();
    }

    private TensorShapeProto shape() {
      TensorShapeProto.Builder shape = TensorShapeProto.newBuilder();
      for (Object dim : dims) {
        if (dim instanceof String symbol) {
          shape.addDimBuilder().setDimParam(symbol);
        } else {
          shape.addDimBuilder().setDimValue(((Number) dim).longValue());
        }
      }
      return shape.build();
    }
  }

  /** Adds a node; the name of its output is made from {@code name}. */
  String add(String name, String op, List<String> inputs, AttributeProto... attributes) {
    String output = unique(name);
    nodes.add(new Node(op, inputs, output, List.of(attributes)));
    return output;
  }

  /** Adds a constant; its name is made from {@code name}. */
  String constant(String name, Constant value) {
    String unique = unique(name);
    constants.put(unique, value);
    return unique;
  }

  private String unique(String name) {
    int n = counts.merge(name, 1, Integer::sum);
    return n == 1 ? name : name + "_" + n;
  }

  /** Gives a node's output another name, and those that read it. */
  void rename(String from, String to) {
    nodes.replaceAll(
        n ->
            n.with(
                n.inputs.stream().map(i -> i.equals(from) ? to : i).toList(),
                n.output.equals(from) ? to : n.output));
  }

  /** Who reads a value. */
  List<Node> readers(String value) {
    return nodes.stream().filter(n -> n.inputs.contains(value)).toList();
  }

  GraphProto proto(Port input, List<Port> outputs) {
    GraphProto.Builder graph = GraphProto.newBuilder().setName("encoder").addInput(input.proto());
    outputs.forEach(o -> graph.addOutput(o.proto()));
    constants.forEach((name, value) -> graph.addInitializer(value.proto(name)));
    for (Node n : nodes) {
      graph.addNode(
          NodeProto.newBuilder()
              .setName(n.output)
              .setOpType(n.op)
              .addAllInput(n.inputs)
              .addOutput(n.output)
              .addAllAttribute(n.attributes));
    }
    return graph.build();
  }

  static AttributeProto attribute(String name, long value) {
    return AttributeProto.newBuilder().setName(name).setType(AttributeType.INT).setI(value).build();
  }

  static AttributeProto attribute(String name, double value) {
    return AttributeProto.newBuilder()
        .setName(name)
        .setType(AttributeType.FLOAT)
        .setF((float) value)
        .build();
  }

  static AttributeProto attribute(String name, String value) {
    return AttributeProto.newBuilder()
        .setName(name)
        .setType(AttributeType.STRING)
        .setS(com.google.protobuf.ByteString.copyFromUtf8(value))
        .build();
  }

  static AttributeProto attribute(String name, long[] values) {
    return AttributeProto.newBuilder()
        .setName(name)
        .setType(AttributeType.INTS)
        .addAllInts(Arrays.stream(values).boxed().toList())
        .build();
  }
}
