package dev.bingo.pretrained;

import java.io.IOException;
import java.nio.file.Path;
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
  private Device device = new Device("cpu");

  private ScriptBackbone(JitModule module, int width) {
    super(ARCHITECTURE, width);
    this.module = module;
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
      Tensor probe = pooled(run(module, torch.zeros(2, 3, size, size)));
      return new ScriptBackbone(module, Math.toIntExact(probe.size(1)));
    } catch (RuntimeException e) {
      throw new IOException(file + ": " + firstLines(e.getMessage()), e);
    }
  }

  /** LibTorch adds its own stack. */
  private static String firstLines(String message) {
    return message == null
        ? "can't be run"
        : message.lines().limit(3).reduce("", (a, b) -> a + b + " ").strip();
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
