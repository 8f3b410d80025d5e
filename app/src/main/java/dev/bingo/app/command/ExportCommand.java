package dev.bingo.app.command;

import dev.bingo.Encoder;
import dev.bingo.app.terminal.TerminalConsole;
import dev.bingo.encoder.Backbone;
import dev.bingo.export.ModelCard;
import dev.bingo.export.StateDict;
import dev.bingo.recipe.RecipeException;
import dev.bingo.run.Accuracies;
import dev.bingo.run.BagMaker;
import dev.bingo.run.Console;
import dev.bingo.run.EncoderPath;
import dev.bingo.run.ForeignWeights;
import dev.bingo.run.OnnxExport;
import dev.bingo.torch.Engine;
import dev.bingo.torch.Names;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(
    name = "export",
    description = "Writes an encoder for use elsewhere: ONNX, or a state dict for Python.",
    footerHeading = "%nExamples:%n",
    footer = {
      "  bingo export runs/student/encoder.safetensors --format onnx \\",
      "      --pixels --data photos",
      "  bingo export runs/student/encoder.safetensors --format onnx \\",
      "      --precision int8 --data photos",
      "  bingo export runs/student/encoder.safetensors --format pth --out student.pth",
      "",
      "A model card in Markdown is written beside the file. docs/export.md says how each is loaded."
    })
public final class ExportCommand implements Callable<Integer> {
  private static final List<String> FORMATS = List.of("onnx", "safetensors", "pth", "detectron2");
  private static final List<String> PRECISIONS = List.of("fp32", "fp16", "int8");

  @Parameters(
      paramLabel = "ENCODER",
      description =
          "A run's directory, its encoder.safetensors, or anybody's weights (docs/teachers.md).")
  private Path file;

  @Option(
      names = "--format",
      required = true,
      description = "onnx, safetensors, pth or detectron2.")
  private String format;

  @Option(
      names = "--out",
      paramLabel = "FILE",
      description = "Where to write (default: beside it).")
  private Path out;

  @Option(
      names = "--precision",
      description = "Of ONNX: fp32, fp16 or int8 (default: ${DEFAULT-VALUE}).")
  private String precision = "fp32";

  @Option(
      names = "--pixels",
      description = "ONNX that takes uint8 pixels of any size; resizes and normalises itself.")
  private boolean pixels;

  @Option(
      names = "--data",
      paramLabel = "DATA",
      description =
          "Images to check ONNX with, to measure kNN where they are labelled, and to calibrate int8"
              + " (default: generated ones).")
  private Path data;

  @Mixin private WeightArguments weights;
  @Mixin private ImageArguments images;

  @Mixin private OverwriteArgument overwrite;

  @Override
  public Integer call() throws IOException {
    oneOf("--format", format, FORMATS);
    oneOf("--precision", precision, PRECISIONS);
    boolean onnx = format.equals("onnx");
    if (!onnx && (pixels || data != null || !precision.equals("fp32"))) {
      throw new RecipeException(
          "--pixels, --precision and --data are for --format onnx; a state dict is as it was trained");
    }
    if (precision.equals("int8") && data == null) {
      throw new RecipeException(
          "--precision int8 is calibrated on images: give some with --data, like those to come");
    }
    file = EncoderPath.of(file);
    Path target = target();
    overwrite.check(target, ModelCard.besides(target));
    Engine.start();
    Console console = TerminalConsole.standard();
    Encoder encoder = ForeignWeights.open(file, weights.wish(), console);
    Map<String, String> about = encoder.about();
    about.put("encoder_sha256", BagMaker.sha256(file));
    about.put("precision", precision);
    about.put("accuracy", Accuracies.ofRun(file));
    if (onnx) {
      Path list = target.resolveSibling(target.getFileName() + ".bad-images.tsv");
      try (GivenImages given = data == null ? null : images.open(data, list, console)) {
        new OnnxExport(encoder, about, console)
            .write(target, precision, pixels, given == null ? null : given.source());
      }
    } else {
      writeStateDict(target, encoder.backbone(), about);
    }
    ModelCard.write(target, about, Usage.of(format, target, about));
    console.say(
        String.format(
            Locale.ROOT,
            "wrote %s (%,d KiB) and %s",
            target,
            Files.size(target) >> 10,
            ModelCard.besides(target).getFileName()));
    return 0;
  }

  private void writeStateDict(Path target, Backbone backbone, Map<String, String> about)
      throws IOException {
    about.put("verification", "the trained weights themselves");
    switch (format) {
      case "safetensors" -> StateDict.safetensors(target, backbone, about);
      case "pth" -> StateDict.torch(target, backbone, about);
      default -> StateDict.detectron2(target, backbone, about);
    }
  }

  private Path target() throws IOException {
    Path target = out != null ? out : file.resolveSibling(defaultName());
    if (Files.exists(target) && Files.exists(file) && Files.isSameFile(target, file)) {
      throw new RecipeException("--out: " + target + " is the encoder itself; give another name");
    }
    return target;
  }

  private String defaultName() {
    return switch (format) {
      case "onnx" -> precision.equals("fp32") ? "encoder.onnx" : "encoder-" + precision + ".onnx";
      case "safetensors" -> "state-dict.safetensors";
      case "pth" -> "state-dict.pth";
      default -> "detectron2.pth";
    };
  }

  private static void oneOf(String option, String value, List<String> known) {
    if (!known.contains(value)) {
      throw new RecipeException(
          option + ": unknown value '" + value + "'" + Names.didYouMean(value, known));
    }
  }
}
