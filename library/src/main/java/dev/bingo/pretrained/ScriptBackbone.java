package dev.bingo.pretrained;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.AutoGradMode;
import org.bytedeco.pytorch.Device;
import org.bytedeco.pytorch.DeviceOptional;
import org.bytedeco.pytorch.IValue;
import org.bytedeco.pytorch.IValueVector;
import org.bytedeco.pytorch.JitModule;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;

/**
 * A TorchScript module that anybody saved, in evaluation mode. Running it executes the code in the
 * file.
 */
final class ScriptBackbone extends FrozenBackbone {
  /** {@link EncoderFile.Info#architecture()} of such a module. */
  static final String ARCHITECTURE = "torchscript";

  private final JitModule module;
  private final String warning;
  private Device device = new Device("cpu");

  private ScriptBackbone(JitModule module, int width, String warning) {
    super(ARCHITECTURE, width);
    this.module = module;
    this.warning = warning;
    module.retainReference();
    device.retainReference();
  }

  /**
   * Loads a module and runs it once.
   *
   * @param size of the images, pixels
   * @throws IOException where it is no encoder of images
   */
  static ScriptBackbone open(Path file, int size) throws IOException {
    try (PointerScope scope = new PointerScope();
        AutoGradMode off = new AutoGradMode(false)) {
      JitModule module = torch.load(file.toString(), new DeviceOptional(new Device("cpu")), false);
      module.eval();
      Tensor output = run(module, probe(2, size));
      Tensor rows = pooled(output);
      String wrong = Heads.ofRun(output, size);
      wrong = wrong.isEmpty() ? Heads.doubtful(output, size) : wrong;
      if (!wrong.isEmpty()) {
        throw new IOException(
            file
                + ": what forward returns "
                + wrong
                + "; trace a module that returns the features");
      }
      String unusual = Heads.unusual(rows, "");
      return new ScriptBackbone(
          module,
          Math.toIntExact(rows.size(1)),
          unusual.isEmpty() ? "" : "what forward returns " + unusual);
    } catch (RuntimeException e) {
      throw new IOException(file + ": " + reason(e.getMessage()), e);
    }
  }

  /** What speaks against its features; empty where nothing does. */
  String warning() {
    return warning;
  }

  /**
   * The cause in what LibTorch says: first the code's own traceback, which ends with it, then its
   * own stack of C++.
   */
  private static String reason(String message) {
    if (message == null) {
      return "can't be run";
    }
    List<String> lines =
        message
            .lines()
            .takeWhile(line -> !line.startsWith("Exception raised from"))
            .filter(line -> !line.isBlank())
            .toList();
    List<String> causes =
        lines.stream().filter(line -> line.matches("[\\w.]*(Error|Exception)\\b.*")).toList();
    String cause = causes.isEmpty() ? lines.get(lines.size() - 1) : causes.get(causes.size() - 1);
    return "the code in it fails: " + cause.strip();
  }

  @Override
  public Tensor features(Tensor images) {
    try (AutoGradMode off = new AutoGradMode(false)) {
      if (!images.device().equals(device)) {
        device = images.device();
        device.retainReference();
        module.to(device);
      }
      return pooled(run(module, images));
    }
  }

  private static Tensor run(JitModule module, Tensor images) {
    IValue given = module.forward(new IValueVector(new IValue(images)));
    if (!given.isTensor()) {
      throw new IllegalArgumentException(
          "gives a "
              + given.tagKind().getString()
              + ", not one tensor; trace a module that returns the features alone");
    }
    return given.toTensor();
  }
}
