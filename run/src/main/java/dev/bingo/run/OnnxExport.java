package dev.bingo.run;

import dev.bingo.Encoder;
import dev.bingo.export.Fidelity;
import dev.bingo.export.OnnxModel;
import dev.bingo.export.Verification;
import dev.bingo.image.BadImageException;
import dev.bingo.image.ImageSource;
import dev.bingo.image.Reduction;
import dev.bingo.image.Subset;
import dev.bingo.torch.Names;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import java.util.stream.IntStream;

/** Writes an ONNX model that was checked before. */
public final class OnnxExport {
  /** Enough to meet portraits, landscapes and small ones. */
  private static final int CHECKED = 64;

  /** Enough for ranges that more images hardly widen. */
  private static final int CALIBRATED = 256;

  private static final int JUDGED = 2000;

  private static final Map<String, Double> LEAST_COSINE =
      Map.of("fp32", Verification.FP32, "fp16", 0.99, "int8", 0.9);

  private final Encoder encoder;
  private final Map<String, String> about;
  private final Console console;

  public OnnxExport(Encoder encoder, Map<String, String> about, Console console) {
    this.encoder = encoder;
    this.about = about;
    this.console = console;
  }

  public void write(Path target, String precision, boolean pixels, ImageSource source)
      throws IOException {
    OnnxModel exact = encoder.onnx();
    OnnxModel model = reduced(exact, precision, source);
    OnnxModel last = pixels ? model.withPixels() : model;
    Verification verification = check(last, source);
    String kind = source == null ? "generated images" : "images of " + source.describe();
    about.putAll(last.contract());
    about.put("verification", "ONNX Runtime against the trainer: " + verification + ", " + kind);
    console.say(about.get("verification"));
    try {
      verification.require(LEAST_COSINE.get(precision));
    } catch (IOException e) {
      throw new IOException(
          target
              + ": not written, "
              + e.getMessage()
              + (precision.equals("fp32") ? "" : ". Try --precision fp32"),
          e);
    }
    if (model != exact && source != null) {
      about.put("fidelity", fidelity(exact, model, source).toString());
      console.say(precision + ": " + about.get("fidelity"));
    }
    last.write(target, about);
  }

  private OnnxModel reduced(OnnxModel exact, String precision, ImageSource source)
      throws IOException {
    return switch (precision) {
      case "fp16" -> exact.half();
      case "int8" -> {
        int n = Math.min(CALIBRATED, source.size());
        about.put("calibration", Names.counted(n, "image") + " of " + source.describe());
        console.say("calibrating int8 on " + about.get("calibration"));
        yield exact.int8(n, spread(source, n));
      }
      default -> exact;
    };
  }

  private Fidelity fidelity(OnnxModel exact, OnnxModel model, ImageSource source) {
    int n = Math.min(JUDGED, source.size());
    int[] indices =
        IntStream.range(0, n).map(i -> (int) ((2L * i + 1) * source.size() / (2L * n))).toArray();
    console.begin("comparing neighbours");
    return Fidelity.of(
        exact, model, Subset.of(source, indices), encoder.options(), console::progress);
  }

  /** Some images, from all over the set. */
  private static Verification.Images spread(ImageSource source, int n) {
    return i -> {
      try {
        return source.read((int) ((long) i * source.size() / n), Reduction.NONE);
      } catch (BadImageException e) {
        throw new IOException(e.getMessage(), e);
      }
    };
  }

  private Verification check(OnnxModel model, ImageSource source) throws IOException {
    if (source == null) {
      return Verification.onGenerated(model, encoder.backbone());
    }
    int n = Math.min(CHECKED, source.size());
    return Verification.of(model, encoder.backbone(), n, spread(source, n));
  }
}
