package dev.bingo.weights;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.bingo.torch.Engine;
import dev.bingo.torch.Tensors;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class NpyTest {
  @TempDir Path folder;
  private Path file;

  @BeforeAll
  static void startEngine() {
    Engine.start();
  }

  @BeforeEach
  void chooseFile() {
    file = folder.resolve("a.npy");
  }

  @ParameterizedTest
  @EnumSource(
      value = ScalarType.class,
      names = {"Double", "Float", "Half", "Long", "Int", "Short", "Char", "Byte", "Bool"})
  void everyTypeComesBackToTheBit(ScalarType type) throws IOException {
    Tensor strided = torch.arange(new Scalar(12)).reshape(3, 4).t().to(type);
    Npy.write(file, strided);
    Tensor back = Npy.read(file);
    assertThat(back.scalar_type().intern()).isEqualTo(type);
    assertThat(back.sizes().vec().get()).containsExactly(4, 3);
    assertThat(back.equal(strided)).isTrue();
  }

  @Test
  void shapesOfAnyRankComeBack() throws IOException {
    for (long[] shape : new long[][] {{}, {0}, {7}, {0, 5}, {2, 3, 4}}) {
      Npy.write(file, torch.ones(shape));
      assertThat(Npy.read(file).sizes().vec().get()).isEqualTo(shape);
      assertThat(Npy.header(file).start() % 64).isZero();
    }
  }

  @Test
  void aFileOfNumPyIsRead() throws IOException {
    // np.save of np.array([[1, 2, 3], [4, 5, 6]], order="F"), which lies 1 4 2 5 3 6.
    write("{'descr': '<i8', 'fortran_order': True, 'shape': (2, 3), }", 1, 4, 2, 5, 3, 6);
    Tensor back = Npy.read(file);
    assertThat(Tensors.toLongs(back)).containsExactly(1, 2, 3, 4, 5, 6);
    assertThat(back.sizes().vec().get()).containsExactly(2, 3);
  }

  @Test
  void aTruncatedFileIsRefusedAtEveryLength() throws IOException {
    Npy.write(file, torch.ones(5));
    byte[] whole = Files.readAllBytes(file);
    for (int n = 0; n < whole.length; n++) {
      Files.write(file, Arrays.copyOf(whole, n));
      assertThatThrownBy(() -> Npy.read(file)).as("%d bytes", n).isInstanceOf(IOException.class);
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "(4611686018427387904, 4)",
        "(99999999999999999999, )",
        "(-1, 2)",
        "(3, 1)",
        "(1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 2)",
        "(,)",
        "(2,, 1)",
        "(-2, -1)",
        "(0, -5)",
        "(+2,)",
        "(18446744073709551615, 2)",
        "(4611686018427387904, 4)",
        "2",
      })
  void shapesThatDoNotFitTheFileAreRefused(String shape) throws IOException {
    write("{'descr': '<i8', 'fortran_order': False, 'shape': " + shape + ", }", 1, 2);
    assertThatThrownBy(() -> Npy.read(file))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("a.npy");
  }

  @ParameterizedTest
  @ValueSource(strings = {">i8", "|O", "<U3", "<c8", ""})
  void otherTypesAreRefusedByName(String dtype) throws IOException {
    write("{'descr': '" + dtype + "', 'fortran_order': False, 'shape': (1,), }", 1);
    assertThatThrownBy(() -> Npy.read(file)).hasMessageContaining("'" + dtype + "'");
  }

  @Test
  void arraysOfRecordsAreRefused() throws IOException {
    write("{'descr': [('x', '<i8')], 'fortran_order': False, 'shape': (1,), }", 1);
    assertThatThrownBy(() -> Npy.read(file)).hasMessageContaining("arrays of records");
  }

  @Test
  void aHugeHeaderClaimAllocatesNothing() throws IOException {
    ByteBuffer b = ByteBuffer.allocate(12).order(ByteOrder.LITTLE_ENDIAN);
    b.put(new byte[] {(byte) 0x93, 'N', 'U', 'M', 'P', 'Y', 2, 0}).putInt(-1);
    Files.write(file, b.array());
    assertThatThrownBy(() -> Npy.read(file)).hasMessageContaining("4294967295");
  }

  @Test
  void otherFilesAreRefused() throws IOException {
    Files.writeString(file, "version https://git-lfs.github.com/spec/v1");
    assertThatThrownBy(() -> Npy.read(file)).hasMessageContaining("not a .npy file");
  }

  private void write(String header, long... values) throws IOException {
    byte[] text = (header + "\n").getBytes(StandardCharsets.US_ASCII);
    ByteBuffer b =
        ByteBuffer.allocate(10 + text.length + 8 * values.length).order(ByteOrder.LITTLE_ENDIAN);
    b.put(new byte[] {(byte) 0x93, 'N', 'U', 'M', 'P', 'Y', 1, 0}).putShort((short) text.length);
    b.put(text);
    for (long v : values) {
      b.putLong(v);
    }
    Files.write(file, b.array());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "(0, 4611686018427387904)",
        "(4611686018427387904, 0)",
        "(4611686018427387904, 4611686018427387904, 0)",
        "(0, 4611686018427387904, 4611686018427387904)",
        "(3000000000, 0)"
      })
  void shapesThatHoldNothingAreRefused(String shape) throws IOException {
    for (String order : new String[] {"False", "True"}) {
      String header =
          "{'descr': '<f2', 'fortran_order': " + order + ", 'shape': " + shape + ", }\n";
      ByteBuffer bytes = ByteBuffer.allocate(10 + header.length()).order(ByteOrder.LITTLE_ENDIAN);
      bytes.put((byte) 0x93).put("NUMPY".getBytes(StandardCharsets.US_ASCII));
      bytes.put((byte) 1).put((byte) 0).putShort((short) header.length());
      bytes.put(header.getBytes(StandardCharsets.US_ASCII));
      Files.write(file, bytes.array());
      assertThatThrownBy(() -> Npy.read(file))
          .isInstanceOf(IOException.class)
          .hasMessageContaining("a.npy");
      assertThatThrownBy(() -> MappedRows.open(file))
          .isInstanceOf(IOException.class)
          .hasMessageContaining("a.npy");
    }
  }
}
