package dev.bingo.bench;

import dev.bingo.torch.Engine;
import dev.bingo.weights.Npy;
import java.io.IOException;
import java.nio.file.Path;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;

/** Writes features to search bags in: unit rows of 1,000 Gaussians, {@code float16 [N, D]}. */
public final class MixtureFile {
  private static final int CENTRES = 1000;
  private static final double SPREAD = 0.7;
  private static final int BLOCK = 16384;

  private MixtureFile() {}

  /** Runs it. */
  public static void main(String... args) throws IOException {
    if (args.length != 3) {
      System.err.println("usage: MixtureFile N D FILE.npy");
      System.exit(2);
    }
    int n = Integer.parseInt(args[0]);
    int width = Integer.parseInt(args[1]);
    Engine.start();
    torch.manual_seed(0);
    try (PointerScope scope = new PointerScope()) {
      Tensor centres = torch.randn(CENTRES, width);
      Npy.write(
          Path.of(args[2]),
          ScalarType.Half,
          new long[] {n, width},
          to -> {
            for (int from = 0; from < n; from += BLOCK) {
              try (PointerScope block = new PointerScope()) {
                to.accept(rows(centres, Math.min(BLOCK, n - from)));
              }
            }
          });
    }
  }

  private static Tensor rows(Tensor centres, int count) {
    Tensor of = torch.rand(count).mul(new Scalar(CENTRES)).to(ScalarType.Long);
    Tensor noise = torch.randn(count, centres.size(1)).mul_(new Scalar(SPREAD));
    return torch.normalize(centres.index_select(0, of).add_(noise)).to(ScalarType.Half);
  }
}
