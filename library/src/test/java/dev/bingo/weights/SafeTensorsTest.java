package dev.bingo.weights;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.bingo.torch.Engine;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SafeTensorsTest {
  @TempDir Path folder;

  @BeforeAll
  static void startEngine() {
    Engine.start();
  }

  @Test
  void whatIsWrittenIsReadBackToTheBit() throws IOException {
    Tensor strided = torch.arange(new Scalar(12)).reshape(3, 4).t();
    Tensor scalar = torch.ones().mul(new Scalar(7));
    Path file = folder.resolve("t.safetensors");
    SafeTensors.write(file, Map.of("a.weight", strided, "n", scalar), Map.of("kind", "test"));
    SafeTensors.Content back = SafeTensors.read(file);
    assertThat(back.tensors().get("a.weight").equal(strided)).isTrue();
    assertThat(back.tensors().get("n").item_double()).isEqualTo(7);
    assertThat(back.metadata()).containsEntry("kind", "test");
  }

  @Test
  void aTruncatedFileIsRefusedAtEveryLength() throws IOException {
    Path file = folder.resolve("t.safetensors");
    SafeTensors.write(file, Map.of("a", torch.ones(5)), Map.of());
    byte[] whole = Files.readAllBytes(file);
    for (int n = 0; n < whole.length; n++) {
      Files.write(file, Arrays.copyOf(whole, n));
      assertThatThrownBy(() -> SafeTensors.read(file))
          .as("%d bytes", n)
          .isInstanceOf(IOException.class);
    }
  }

  @Test
  void offsetsOutsideTheFileAreRefused() throws IOException {
    Path file = folder.resolve("t.safetensors");
    byte[] json =
        "{\"a\":{\"dtype\":\"F32\",\"shape\":[4611686018427387904,4],\"data_offsets\":[0,4]}}"
            .getBytes(StandardCharsets.UTF_8);
    Files.write(
        file,
        ByteBuffer.allocate(12 + json.length)
            .order(ByteOrder.LITTLE_ENDIAN)
            .putLong(json.length)
            .put(json)
            .array());
    assertThatThrownBy(() -> SafeTensors.read(file))
        .hasMessageContaining("'a'")
        .hasMessageContaining("more elements");
  }
}
