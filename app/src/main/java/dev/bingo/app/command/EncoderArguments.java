package dev.bingo.app.command;

import dev.bingo.Encoder;
import dev.bingo.app.terminal.TerminalConsole;
import dev.bingo.encoder.Encoders;
import dev.bingo.evaluate.Embeddings;
import dev.bingo.pretrained.EncoderFile;
import dev.bingo.pretrained.Pretrained;
import dev.bingo.recipe.Settings;
import dev.bingo.run.EncoderPath;
import dev.bingo.run.ForeignWeights;
import dev.bingo.run.Machine;
import dev.bingo.torch.Engine;
import dev.bingo.torch.Precision;
import dev.bingo.torch.Processors;
import java.io.IOException;
import java.nio.file.Path;
import org.bytedeco.pytorch.Device;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** An encoder file, and how to run it. */
final class EncoderArguments {
  @Parameters(
      index = "0",
      paramLabel = "ENCODER",
      description =
          "A run's directory, its encoder.safetensors, or anybody's file: .pth, .safetensors, .onnx,"
              + " TorchScript (docs/teachers.md).")
  private Path named;

  @Option(names = "--precision", description = "auto, fp32 or bf16 (default: fp32).")
  String precision = "fp32";

  @Option(names = "--device", description = "auto, cpu or cuda (default: auto).")
  String device = "auto";

  @Option(names = "--threads", description = "Threads that decode images (default: one a core).")
  int threads = Processors.available().count();

  @Mixin private WeightArguments weights;

  /**
   * An encoder ready to run.
   *
   * @param options how images get to it, with the threads that the user wants
   */
  record Ready(
      Encoder encoder, Embeddings.Options options, Device device, Precision precision) {
    EncoderFile.Loaded loaded() {
      return new EncoderFile.Loaded(encoder.net(), encoder.info(), encoder.provenance());
    }
  }

  /** What the user says of a foreign file. */
  Pretrained.Wish wish() {
    return weights.wish();
  }

  /** The file of weights. */
  Path file() {
    return EncoderPath.of(named);
  }

  Ready load() throws IOException {
    Settings.oneOf("--precision", precision, Settings.PRECISIONS);
    Settings.oneOf("--device", device, Settings.DEVICES);
    Engine.start();
    Encoder encoder = ForeignWeights.open(file(), weights.wish(), TerminalConsole.standard());
    Encoders.checkSize(encoder.info().architecture(), "--size", encoder.info().imageSize());
    Device where = Machine.device(device);
    Precision how = Machine.precision(precision, where);
    encoder.on(where, how);
    return new Ready(encoder, encoder.options().withThreads(threads), where, how);
  }
}
