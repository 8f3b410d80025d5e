package dev.bingo.app;

import dev.bingo.encoder.Backbone;
import dev.bingo.export.OnnxModel;
import dev.bingo.export.Preprocessing;
import dev.bingo.export.Verification;
import dev.bingo.image.BadImageException;
import dev.bingo.image.ImageSource;
import dev.bingo.image.Reduction;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;

/** Writes an ONNX model that was checked before. */
final class OnnxExport {
  /** Enough to meet portraits, landscapes and small ones. */
  private static final int CHECKED = 64;

  private static final int GENERATED = 16;

  private final Backbone backbone;
  private final Preprocessing preprocessing;
  private final Map<String, String> about;
  private final Console console;

  OnnxExport(
      Backbone backbone, Preprocessing preprocessing, Map<String, String> about, Console console) {
    this.backbone = backbone;
    this.preprocessing = preprocessing;
    this.about = about;
    this.console = console;
  }

  void write(Path target, String precision, boolean pixels, ImageSource source) throws IOException {
    OnnxModel whole = OnnxModel.of(backbone, preprocessing);
    OnnxModel model = precision.equals("fp16") ? whole.half() : whole;
    OnnxModel last = pixels ? model.withPixels() : model;
    Verification verification = check(last, source);
    String kind = source == null ? "generated images" : "images of " + source.describe();
    about.put("input", last.input().port());
    about.put("verification", "ONNX Runtime against the trainer: " + verification + ", " + kind);
    console.say(about.get("verification"));
    double least = precision.equals("fp32") ? 0.9999 : 0.99;
    if (!(verification.leastCosine() > least)) {
      throw new IOException(
          target
              + ": not written, the exported model differs too much: "
              + verification
              + "; a cosine above "
              + least
              + " is expected"
              + (precision.equals("fp32") ? "" : ". Try --precision fp32"));
    }
    last.write(target, about);
  }

  private Verification check(OnnxModel model, ImageSource source) throws IOException {
    if (source == null) {
      int size = preprocessing.transform().size();
      return Verification.of(model, backbone, GENERATED, i -> Verification.generated(i, size));
    }
    int n = Math.min(CHECKED, source.size());
    return Verification.of(
        model,
        backbone,
        n,
        i -> {
          try {
            return source.read((int) ((long) i * source.size() / n), Reduction.NONE);
          } catch (BadImageException e) {
            throw new IOException(e.getMessage(), e);
          }
        });
  }
}
