package dev.bingo.app.command;

import dev.bingo.Encoder;
import dev.bingo.app.terminal.TerminalConsole;
import dev.bingo.encoder.Encoders;
import dev.bingo.pretrained.Pretrained;
import dev.bingo.recipe.Settings;
import dev.bingo.run.FewShotModel;
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

/** How to run an encoder. */
final class EncoderOptions {
  @Option(names = "--precision", description = "auto, fp32 or bf16 (default: fp32).")
  private String precision = "fp32";

  @Option(names = "--device", description = "auto, cpu or cuda (default: auto).")
  private String device = "auto";

  @Option(names = "--threads", description = "Threads that decode images (default: one a core).")
  private int threads = Processors.available().count();

  @Mixin private WeightArguments weights;

  /** What the user says of a foreign file. */
  Pretrained.Wish wish() {
    return weights.wish();
  }

  /** Refuses words that mean nothing. */
  void check() {
    Settings.oneOf("--precision", precision, Settings.PRECISIONS);
    Settings.oneOf("--device", device, Settings.DEVICES);
  }

  /**
   * Loads an encoder, or a network that was trained by episodes.
   *
   * @param named a run's directory, or a file
   */
  FewShotModel loadFewShot(Path named) throws IOException {
    check();
    Engine.start();
    Device where = Machine.device(device);
    return FewShotModel.open(
        named,
        weights.wish(),
        where,
        Machine.precision(precision, where),
        threads,
        TerminalConsole.standard());
  }

  /**
   * Loads an encoder.
   *
   * @param file of weights
   */
  EncoderArguments.Ready load(Path file) throws IOException {
    check();
    Engine.start();
    Encoder encoder = ForeignWeights.open(file, weights.wish(), TerminalConsole.standard());
    Encoders.checkSize(encoder.info().architecture(), "--size", encoder.info().imageSize());
    Device where = Machine.device(device);
    Precision how = Machine.precision(precision, where);
    encoder.on(where, how);
    return new EncoderArguments.Ready(encoder, encoder.options().withThreads(threads), where, how);
  }
}
