package dev.bingo.pretrained;

import dev.bingo.encoder.EmbeddingNet;
import dev.bingo.encoder.ProjectionHead;
import dev.bingo.encoder.Stem;
import dev.bingo.file.Remediable;
import dev.bingo.file.RemediableException;
import dev.bingo.file.Remedy;
import dev.bingo.pretrained.Pretrained.Inspection;
import dev.bingo.pretrained.Pretrained.Program;
import dev.bingo.pretrained.Pretrained.Wish;
import dev.bingo.weights.Format;
import dev.bingo.weights.OnnxFile;
import dev.bingo.weights.OnnxSession;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
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
        throw new RemediableException(
            file
                + ": is a TorchScript module; to run it is to execute the code in it, which must be"
                + " allowed",
            Remedy.ALLOW_CODE);
      }
      ScriptBackbone backbone = script(file, wish);
      String names = "TorchScript: what forward returns";
      return loaded(backbone, size(wish), wish, names, backbone.warning(), Map.of());
    }
    OnnxFile content = OnnxFile.read(file);
    OnnxSession session = OnnxBackbone.session(file, content);
    try {
      OnnxBackbone backbone = OnnxBackbone.of(session, content, wish);
      String names = "ONNX: " + backbone.use().words();
      return loaded(backbone, backbone.size(), wish, names, backbone.warning(), content.metadata());
    } catch (IOException | RuntimeException e) {
      session.close();
      throw new IOException(file + ": " + e.getMessage(), e);
    }
  }

  private static int size(Wish wish) {
    return wish.imageSize() > 0 ? wish.imageSize() : USUAL_SIZE;
  }

  private static ScriptBackbone script(Path file, Wish wish) throws IOException {
    return ScriptBackbone.open(file, size(wish));
  }

  private static EncoderFile.Loaded loaded(
      FrozenBackbone backbone,
      int size,
      Wish wish,
      String names,
      String warning,
      Map<String, String> metadata) {
    String normalisation = Pretrained.normalisation(wish, metadata);
    List<String> warnings = new ArrayList<>(Pretrained.unused(wish, normalisation));
    if (!warning.isEmpty()) {
      warnings.add(warning);
    }
    EmbeddingNet net = new EmbeddingNet(backbone, ProjectionHead.none(backbone.width()));
    net.train(false);
    return new EncoderFile.Loaded(
        net,
        new EncoderFile.Info(backbone.architecture(), Stem.IMAGENET, size, normalisation, metadata),
        new Provenance(names, "", List.of(), warnings));
  }

  /** As {@link Pretrained#inspect}. */
  static Inspection inspect(Path file, Format format, Wish wish) throws IOException {
    if (format == Format.TORCHSCRIPT) {
      return inspection(format, Map.of(), Map.of(), Map.of(), 0, inspectScript(file, wish));
    }
    OnnxFile content = OnnxFile.read(file);
    return inspection(
        format,
        content.metadata(),
        Map.of("", content.tensors()),
        content.types(),
        content.numbers(),
        inspectOnnx(file, content, wish));
  }

  private static Program inspectOnnx(Path file, OnnxFile content, Wish wish) throws IOException {
    String about =
        "%s, opset %d, %,d operators"
            .formatted(
                content.producer().isEmpty() ? "unknown" : content.producer(),
                content.opset(),
                content.nodes());
    try (OnnxSession session = OnnxBackbone.session(file, content)) {
      String features = "";
      String problem = "";
      Remedy remedy = Remedy.NONE;
      String warning = "";
      try {
        OnnxBackbone backbone = OnnxBackbone.of(session, content, wish);
        features = backbone.use().words() + ", " + backbone.width() + " numbers an image";
        warning = backbone.warning();
      } catch (IOException e) {
        problem = e.getMessage();
        remedy = e instanceof Remediable known ? known.remedy() : Remedy.NONE;
      }
      return new Program(
          about,
          OnnxBackbone.takesPixels(content)
              ? "pixels, uint8 [?, H, W, 3], of any size"
              : OnnxBackbone.words(session.inputs()),
          OnnxBackbone.words(session.outputs()),
          features,
          problem,
          remedy,
          warning);
    }
  }

  private static Program inspectScript(Path file, Wish wish) {
    if (!wish.allowCode()) {
      return new Program(
          "code, which is executed only where that is allowed",
          "",
          "",
          "",
          "not looked into",
          Remedy.ALLOW_CODE,
          "");
    }
    try {
      ScriptBackbone backbone = script(file, wish);
      return new Program(
          "code, run once",
          "float [?, 3, S, S]",
          "features of " + backbone.width(),
          "what forward returns",
          "",
          Remedy.NONE,
          backbone.warning());
    } catch (IOException e) {
      return new Program("code", "", "", "", e.getMessage(), Remedy.NONE, "");
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
        Map.of(),
        "",
        Optional.of(program));
  }
}
