package dev.bingo.view;

import static org.assertj.core.api.Assertions.assertThat;

import dev.bingo.Golden;
import org.bytedeco.pytorch.Device;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.DeviceType;
import org.bytedeco.pytorch.global.torch.MemoryFormat;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.junit.jupiter.api.Test;

class NormalisationTest {
  @Test
  void valuesAreTorchvisions() {
    check("normalised_imagenet", Normalisation.IMAGENET);
    check("normalised_swav", Normalisation.SWAV);
  }

  private static void check(String key, Normalisation normalisation) {
    Golden ops = Golden.load("14-augmentations/ops");
    Tensor two = torch.stack(new TensorVector(ops.tensor("image"), ops.tensor("image")), 0);
    Tensor out = normalisation.apply(two, new Device(DeviceType.CPU));
    assertThat(out.scalar_type().intern()).isEqualTo(ScalarType.Float);
    assertThat(out.is_contiguous(MemoryFormat.ChannelsLast)).isTrue();
    assertThat(out.sub(ops.tensor(key)).abs().max().item_float()).isLessThanOrEqualTo(1e-6f);
  }
}
