package dev.bingo.weights;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.bingo.torch.Engine;
import dev.bingo.torch.Tensors;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class MappedRowsTest {
  @TempDir private Path folder;

  @BeforeAll
  static void startEngine() {
    Engine.start();
  }

  @Test
  void givesTheRowsThatWereWritten() throws IOException {
    try (PointerScope scope = new PointerScope()) {
      Tensor rows = torch.arange(new Scalar(30)).view(10, 3).to(ScalarType.Half);
      Path file = folder.resolve("rows.npy");
      Npy.write(file, rows);
      MappedRows mapped = MappedRows.open(file);
      assertThat(mapped.size()).isEqualTo(10);
      assertThat(mapped.width()).isEqualTo(3);
      assertThat(mapped.type()).isEqualTo(ScalarType.Half);
      assertThat(Tensors.toFloats(mapped.block(2, 2))).containsExactly(6, 7, 8, 9, 10, 11);
      assertThat(Tensors.toFloats(mapped.gather(new long[] {9, 0})))
          .containsExactly(27, 28, 29, 0, 1, 2);
      assertThat(Tensors.toFloats(mapped.read(new long[] {9, 0, 9})))
          .containsExactly(27, 28, 29, 0, 1, 2, 27, 28, 29);
    }
  }

  @Test
  void readingRowsOfAFileThatWasCutShortIsAnError() throws IOException {
    try (PointerScope scope = new PointerScope()) {
      Path file = folder.resolve("rows.npy");
      Npy.write(file, torch.arange(new Scalar(30)).view(10, 3).to(ScalarType.Half));
      MappedRows mapped = MappedRows.open(file);
      try (FileChannel cut = FileChannel.open(file, StandardOpenOption.WRITE)) {
        cut.truncate(Files.size(file) - 4);
      }
      assertThat(Tensors.toFloats(mapped.read(new long[] {8}))).containsExactly(24, 25, 26);
      assertThatThrownBy(() -> mapped.read(new long[] {9}))
          .hasMessageContaining("rows.npy: ends before row 9 of 10");
    }
  }

  @Test
  void anArrayWrittenInBlocksIsWhatItIsWrittenAtOnce() throws IOException {
    try (PointerScope scope = new PointerScope()) {
      Tensor rows = torch.randn(7, 4);
      Path once = folder.resolve("once.npy");
      Path blocks = folder.resolve("blocks.npy");
      Npy.write(once, rows);
      Npy.write(
          blocks,
          ScalarType.Float,
          new long[] {7, 4},
          to -> {
            to.accept(rows.narrow(0, 0, 5));
            to.accept(rows.narrow(0, 5, 2));
          });
      assertThat(blocks).hasSameBinaryContentAs(once);
    }
  }

  @Test
  void anArrayOfTooFewBlocksIsNotWritten() {
    try (PointerScope scope = new PointerScope()) {
      Path file = folder.resolve("short.npy");
      Tensor rows = torch.randn(5, 4);
      assertThatThrownBy(
              () -> Npy.write(file, ScalarType.Float, new long[] {7, 4}, to -> to.accept(rows)))
          .isInstanceOf(IllegalStateException.class);
      assertThat(file).doesNotExist();
    }
  }

  @Test
  void whatIsNoMatrixIsRefused() throws IOException {
    try (PointerScope scope = new PointerScope()) {
      Path file = folder.resolve("cube.npy");
      Npy.write(file, torch.randn(new long[] {2, 2, 2}));
      assertThatThrownBy(() -> MappedRows.open(file))
          .isInstanceOf(IOException.class)
          .hasMessageContaining("cube.npy");
    }
  }
}
