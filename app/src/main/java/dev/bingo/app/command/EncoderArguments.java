package dev.bingo.app.command;

import dev.bingo.Encoder;
import dev.bingo.evaluate.Embeddings;
import dev.bingo.pretrained.Pretrained;
import dev.bingo.run.EncoderPath;
import dev.bingo.torch.Precision;
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

  @Option(
      names = "--best",
      description = "Of a run, the encoder of the epoch that scored best, not the last one's.")
  private boolean best;

  @Mixin private EncoderOptions how;

  /**
   * An encoder ready to run.
   *
   * @param options how images get to it, with the threads that the user wants
   */
  record Ready(Encoder encoder, Embeddings.Options options, Device device, Precision precision) {}

  /** What the user says of a foreign file. */
  Pretrained.Wish wish() {
    return how.wish();
  }

  /** The file of weights. */
  Path file() {
    return EncoderPath.of(named, best);
  }

  Ready load() throws IOException {
    return how.load(file());
  }
}
