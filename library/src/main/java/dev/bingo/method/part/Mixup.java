package dev.bingo.method.part;

import dev.bingo.torch.Draws;
import dev.bingo.torch.Tensors;
import java.util.Arrays;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;

/**
 * Mixes the images of a batch by twos (mixup, arXiv 1710.09412).
 *
 * @param share λ of each image, 0 to 1; its partner has the rest
 * @param partners {@code [B]}, a permutation; an image may be its own
 */
public record Mixup(double share, long[] partners) {
  /** One share and one permutation for a batch of so many. */
  public static Mixup drawn(int batch, Draws draws) {
    double share = draws.uniform(0, 1);
    return new Mixup(share, Arrays.stream(draws.permutation(batch)).asLongStream().toArray());
  }

  /** {@code λ x + (1 − λ) x[partners]}, {@code [B, 3, S, S]}. */
  public Tensor apply(Tensor images) {
    Tensor at = Tensors.upload(Tensors.of(partners, partners.length), images.device());
    Tensor others = images.index_select(0, at);
    return images.mul(new Scalar(share)).add_(others, new Scalar(1 - share));
  }
}
