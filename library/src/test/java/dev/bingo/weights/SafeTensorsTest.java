package dev.bingo.weights;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.bingo.torch.Engine;
import dev.bingo.torch.Tensors;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.Map;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

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

  /** Sparse: five GiB of holes take no room. Only what is asked for is read. */
  @Test
  void tensorsBeyondFourGibibytesAreRead() throws IOException {
    long far = 5L << 30;
    String header =
        """
        {"hole": {"dtype": "U8", "shape": [%d], "data_offsets": [0, %d]},
         "far": {"dtype": "F32", "shape": [2], "data_offsets": [%d, %d]}}"""
            .formatted(far, far, far, far + 8);
    header += " ".repeat((8 - header.length() % 8) % 8);
    Path file = folder.resolve("large.safetensors");
    try (FileChannel channel =
        FileChannel.open(
            file,
            StandardOpenOption.CREATE_NEW,
            StandardOpenOption.SPARSE,
            StandardOpenOption.WRITE)) {
      ByteBuffer front =
          ByteBuffer.allocate(8 + header.length())
              .order(ByteOrder.LITTLE_ENDIAN)
              .putLong(header.length())
              .put(header.getBytes(StandardCharsets.US_ASCII));
      channel.write(front.flip());
      ByteBuffer floats = ByteBuffer.allocate(8).order(ByteOrder.LITTLE_ENDIAN);
      channel.write(floats.putFloat(1.5f).putFloat(-2.5f).flip(), 8 + header.length() + far);
    }
    try (WeightFile opened = WeightFile.open(file)) {
      Map<String, TensorInfo> tensors = opened.stateDicts().get("");
      assertThat(Tensors.toFloats(opened.read(tensors.get("far")))).containsExactly(1.5f, -2.5f);
      assertThat(tensors.get("hole").shape()).containsExactly(far);
    }
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

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "{'a':{'dtype':'F32','shape':[4611686018427387904,4],'data_offsets':[0,4]}}|more elements",
        "{'a':{'dtype':'F32','shape':[2],'data_offsets':[0,8]}}|claims bytes 0 to 8",
        "{'a':{'dtype':'F32','shape':[1],'data_offsets':[-4,0]}}|negative",
        "{'a':{'dtype':'F32','shape':[-1],'data_offsets':[0,4]}}|negative",
        "{'a':{'dtype':'F32','shape':[1],'data_offsets':[0,4]},'b':{'dtype':'F32','shape':[1],'data_offsets':[0,4]}}|overlaps",
        "{'a':{'dtype':'F32','shape':[1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1],'data_offsets':[0,4]}}|more than 16 dimensions",
        "{'a':{'dtype':'F4','shape':[1],'data_offsets':[0,4]}}|F4",
        "{'a':5}|'a'",
        "{'a':[{},{},{}]}|'a'",
        "{'a':{'dtype':'F32','shape':[1.5],'data_offsets':[0,4]}}|no integer",
        "{'a':{'dtype':'F32','shape':[0],'data_offsets':[0,0]},'a':{'dtype':'F32','shape':[0],'data_offsets':[0,0]}}|twice",
        "[]|not a JSON object",
        "{'a'|not JSON"
      })
  void headersThatClaimTooMuchAreRefused(String json, String message) throws IOException {
    Path file = folder.resolve("t.safetensors");
    byte[] header = json.replace('\'', '"').getBytes(StandardCharsets.UTF_8);
    write(file, header.length, header);
    assertThatThrownBy(() -> SafeTensors.read(file))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("t.safetensors")
        .hasMessageContaining(message);
  }

  @ParameterizedTest
  @ValueSource(longs = {-1, 1, 1L << 20, 1L << 62, Long.MAX_VALUE})
  void aHugeHeaderClaimAllocatesNothing(long length) throws IOException {
    Path file = folder.resolve("t.safetensors");
    write(file, length, "{}".getBytes(StandardCharsets.UTF_8));
    assertThatThrownBy(() -> SafeTensors.read(file))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("header claims");
  }

  @Test
  void headersNestedWithoutEndAreRefused() throws IOException {
    Path file = folder.resolve("t.safetensors");
    byte[] header = "{\"a\":".repeat(50_000).getBytes(StandardCharsets.UTF_8);
    write(file, header.length, header);
    assertThatThrownBy(() -> SafeTensors.read(file))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("not JSON");
  }

  private static void write(Path file, long length, byte[] header) throws IOException {
    Files.write(
        file,
        ByteBuffer.allocate(12 + header.length)
            .order(ByteOrder.LITTLE_ENDIAN)
            .putLong(length)
            .put(header)
            .array());
  }
}
