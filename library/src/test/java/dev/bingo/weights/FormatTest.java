package dev.bingo.weights;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class FormatTest {
  @TempDir Path folder;

  /** The lengths begin with the bytes of a pickle, of a zip ("PK") and of an ONNX model. */
  @ParameterizedTest
  @ValueSource(ints = {128, 640, 0x4b50, 0x90108, 72})
  void safetensorsAreKnownWhateverTheLengthOfTheirHeader(int length) throws IOException {
    byte[] header =
        ("{\"__metadata__\":{}}" + " ".repeat(length)).getBytes(StandardCharsets.US_ASCII);
    ByteBuffer bytes =
        ByteBuffer.allocate(8 + length)
            .order(ByteOrder.LITTLE_ENDIAN)
            .putLong(length)
            .put(header, 0, length);
    Path file = Files.write(folder.resolve("some.safetensors"), bytes.array());
    assertThat(Format.of(file)).isEqualTo(Format.SAFETENSORS);
    assertThat(SafeTensors.metadata(file)).isEmpty();
  }

  @ParameterizedTest
  @CsvSource({
    "sys_info, is a checkpoint of PyTorch 0.1 (a tar)",
    "./storages, is a checkpoint of PyTorch 0.1 (a tar)",
    "photo.jpg, 'is a tar, no file of weights'",
  })
  void aTarIsToldByItsFirstEntry(String entry, String said) throws IOException {
    byte[] tar = new byte[1024];
    System.arraycopy(entry.getBytes(StandardCharsets.US_ASCII), 0, tar, 0, entry.length());
    System.arraycopy("ustar".getBytes(StandardCharsets.US_ASCII), 0, tar, 257, 5);
    Path file = Files.write(folder.resolve("old.pth"), tar);
    assertThatThrownBy(() -> Format.of(file))
        .isInstanceOf(IOException.class)
        .hasMessageContaining(said);
  }

  @Test
  void whatIsNoFileIsNamed() {
    assertThatThrownBy(() -> Format.of(folder))
        .isInstanceOf(IOException.class)
        .hasMessage(folder + ": is a directory, no file of weights");
  }
}
