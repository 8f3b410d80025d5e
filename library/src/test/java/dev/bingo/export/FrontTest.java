package dev.bingo.export;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.OperatorSetIdProto;
import ai.onnx.proto.OnnxMl.TensorProto.DataType;
import dev.bingo.image.Pixels;
import dev.bingo.render.Canvas;
import dev.bingo.render.EvalTransform;
import dev.bingo.torch.Engine;
import dev.bingo.torch.Tensors;
import dev.bingo.view.Normalisation;
import dev.bingo.weights.OnnxSession;
import java.util.List;
import org.bytedeco.javacpp.PointerScope;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class FrontTest {
  /** A grey level is one, and nothing is shifted. */
  private static final Normalisation LEVELS =
      new Normalisation(new double[3], new double[] {1 / 255.0, 1 / 255.0, 1 / 255.0});

  @BeforeAll
  static void start() {
    Engine.start();
  }

  /** Up to 64 pixels nothing is cropped: there borders are compared, too. */
  @ParameterizedTest
  @CsvSource({"16, 16", "16, 61", "32, 32", "32, 200", "96, 100", "96, 700", "224, 300"})
  void resizedPixelsAreTheTrainersButForRarelyOneLevel(int size, int least) {
    Preprocessing preprocessing = new Preprocessing(EvalTransform.of(size), LEVELS);
    for (int i = 0; i < 4; i++) {
      try (PointerScope scope = new PointerScope();
          OnnxSession session = OnnxSession.of(front(preprocessing))) {
        Pixels image = Verification.generated(i, least);
        float[] expected =
            Tensors.toFloats(Verification.input(image, preprocessing, new Canvas()).contiguous());
        float[] actual =
            Tensors.toFloats(
                session.run(
                    Verification.bytes(image.rgb(), image.height(), image.width()),
                    OnnxModel.FEATURES));
        assertThat(actual).hasSameSizeAs(expected);
        int unlike = 0;
        for (int k = 0; k < expected.length; k++) {
          assertThat(actual[k]).isCloseTo(expected[k], within(1.001f));
          unlike += Math.abs(actual[k] - expected[k]) > 0.5 ? 1 : 0;
        }
        assertThat(unlike).isLessThan(expected.length / 50);
      }
    }
  }

  private static byte[] front(Preprocessing preprocessing) {
    Graph graph = new Graph();
    graph.rename(Front.add(graph, "pixels", preprocessing), OnnxModel.FEATURES);
    return ModelProto.newBuilder()
        .setIrVersion(11)
        .setGraph(
            graph.proto(
                new Graph.Port("pixels", DataType.UINT8, List.of("N", "H", "W", 3)),
                List.of(new Graph.Port(OnnxModel.FEATURES, DataType.FLOAT, null))))
        .addOpsetImport(OperatorSetIdProto.newBuilder().setDomain("").setVersion(OnnxModel.OPSET))
        .build()
        .toByteArray();
  }
}
