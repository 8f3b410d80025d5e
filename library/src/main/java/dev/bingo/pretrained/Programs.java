package dev.bingo.pretrained;

import dev.bingo.encoder.EmbeddingNet;
import dev.bingo.encoder.ProjectionHead;
import dev.bingo.encoder.Stem;
import dev.bingo.pretrained.Pretrained.Inspection;
import dev.bingo.pretrained.Pretrained.Program;
import dev.bingo.pretrained.Pretrained.Wish;
import dev.bingo.weights.Format;
import dev.bingo.weights.OnnxFile;
import dev.bingo.weights.OnnxSession;
import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/** Files that hold a network with its code: ONNX models and TorchScript modules. */
final class Programs {
  private static final int USUAL_SIZE = 224;

  private Programs() {}

  /** As {@link Pretrained#load}. */
  static EncoderFile.Loaded load(Path file, Format format, Wish wish) throws IOException {
    if (format == Format.TORCHSCRIPT) {
      if (!wish.allowCode()) {
        throw new IOException(
            file
                + ": is a TorchScript module; to run it is to execute the code in it. Where you trust"
                + " who made it: --allow-code, or teacher.allow_code=yes");
      }
      int size = wish.imageSize() > 0 ? wish.imageSize() : USUAL_SIZE;
      ScriptBackbone backbone = ScriptBackbone.open(file, size);
      return loaded(backbone, size, wish, "TorchScript: what forward returns", Map.of());
    }
    Map<String, String> metadata = OnnxFile.read(file).metadata();
    // bingo's own exports say how their pixels were normalised.
    Wish hinted =
        wish.normalisation().isEmpty()
            ? wish.withImages(wish.imageSize(), metadata.getOrDefault("normalisation", ""))
            : wish;
    OnnxBackbone backbone = OnnxBackbone.open(file, wish.output(), wish.imageSize());
    int own = backbone.use().imageSize();
    int size = own > 0 ? own : wish.imageSize() > 0 ? wish.imageSize() : USUAL_SIZE;
    return loaded(backbone, size, hinted, "ONNX: " + backbone.use().words(), metadata);
  }

  private static EncoderFile.Loaded loaded(
      FrozenBackbone backbone, int size, Wish wish, String names, Map<String, String> metadata) {
    Map<String, String> about = new LinkedHashMap<>(metadata);
    about.put(Pretrained.NAMES, names);
    about.put(Pretrained.LEFT_OUT, "");
    EmbeddingNet net = new EmbeddingNet(backbone, ProjectionHead.none(backbone.width()));
    net.train(false);
    return new EncoderFile.Loaded(
        net,
        new EncoderFile.Info(
            backbone.architecture(),
            Stem.IMAGENET,
            size,
            wish.normalisation().isEmpty() ? "imagenet" : wish.normalisation(),
            about));
  }

  /** As {@link Pretrained#inspect}. */
  static Inspection inspect(Path file, Format format, Wish wish) throws IOException {
    if (format == Format.TORCHSCRIPT) {
      return inspection(format, Map.of(), Map.of(), Map.of(), 0, script(file, wish));
    }
    OnnxFile content = OnnxFile.read(file);
    String about =
        "%s, opset %d, %,d operators"
            .formatted(
                content.producer().isEmpty() ? "unknown" : content.producer(),
                content.opset(),
                content.nodes());
    Program program;
    try (OnnxSession session = OnnxSession.open(file, 1)) {
      String features = "";
      String problem = "";
      try {
        features = OnnxBackbone.use(session, wish.output()).words();
      } catch (IOException e) {
        problem = e.getMessage();
      }
      program =
          new Program(
              about,
              OnnxBackbone.words(session.inputs()),
              OnnxBackbone.words(session.outputs()),
              features,
              problem);
    }
    return inspection(
        format,
        content.metadata(),
        Map.of("", content.tensors()),
        content.types(),
        content.numbers(),
        program);
  }

  private static Program script(Path file, Wish wish) {
    if (!wish.allowCode()) {
      return new Program(
          "code, which is executed only with --allow-code", "", "", "", "not looked into");
    }
    try {
      EncoderFile.Loaded loaded = load(file, Format.TORCHSCRIPT, wish);
      return new Program(
          "code, run once",
          "float [?, 3, S, S]",
          "features of " + loaded.net().width(),
          "what forward returns",
          "");
    } catch (IOException e) {
      return new Program("code", "", "", "", e.getMessage());
    }
  }

  private static Inspection inspection(
      Format format,
      Map<String, String> metadata,
      Map<String, Integer> dicts,
      Map<String, Long> types,
      long numbers,
      Program program) {
    return new Inspection(
        format,
        metadata,
        dicts,
        types,
        numbers,
        metadata.getOrDefault("kind", ""),
        Optional.empty(),
        Optional.of(program));
  }
}
