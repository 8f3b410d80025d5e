package dev.bingo.weights;

import ai.onnx.proto.OnnxMl.AttributeProto;
import ai.onnx.proto.OnnxMl.GraphProto;
import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import java.util.ArrayList;
import java.util.List;

/**
 * All tensors and operators of an ONNX model, those within operators (branches, loops) and
 * functions, too.
 *
 * @param tensors stored in the model, or in files beside it
 * @param nodes the operators
 */
record OnnxParts(List<TensorProto> tensors, List<NodeProto> nodes) {
  static OnnxParts of(ModelProto model) {
    OnnxParts parts = new OnnxParts(new ArrayList<>(), new ArrayList<>());
    parts.add(model.getGraph());
    model.getFunctionsList().forEach(f -> f.getNodeList().forEach(parts::add));
    return parts;
  }

  // Its depth is bounded: protobuf refuses messages that lie more than a hundred deep.
  private void add(GraphProto graph) {
    tensors.addAll(graph.getInitializerList());
    graph
        .getSparseInitializerList()
        .forEach(
            s -> {
              tensors.add(s.getValues());
              tensors.add(s.getIndices());
            });
    graph.getNodeList().forEach(this::add);
  }

  private void add(NodeProto node) {
    nodes.add(node);
    for (AttributeProto attribute : node.getAttributeList()) {
      if (attribute.hasT()) {
        tensors.add(attribute.getT());
      }
      tensors.addAll(attribute.getTensorsList());
      if (attribute.hasSparseTensor()) {
        tensors.add(attribute.getSparseTensor().getValues());
        tensors.add(attribute.getSparseTensor().getIndices());
      }
      if (attribute.hasG()) {
        add(attribute.getG());
      }
      attribute.getGraphsList().forEach(this::add);
    }
  }
}
