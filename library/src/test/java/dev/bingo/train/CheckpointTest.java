package dev.bingo.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.bingo.encoder.Layer;
import dev.bingo.encoder.Modules;
import dev.bingo.torch.Tensors;
import dev.bingo.train.Checkpoint.Position;
import dev.bingo.weights.SafeTensors;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.bytedeco.javacpp.PointerScope;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CheckpointTest {
  private static final Position POSITION = new Position(2, 7, 345, 6789, "toy");

  @TempDir Path folder;
  private Path file;
  private final ToyMethod method = new ToyMethod();
  private final Layer optimiser = optimiser(method);

  @BeforeEach
  void write() throws IOException {
    file = folder.resolve("step-000000345.safetensors");
    Checkpoint.write(file, method.state(), optimiser, POSITION);
  }

  @Test
  void whatIsWrittenIsRead() throws IOException {
    ToyMethod other = new ToyMethod();
    float[] trained = Tensors.toFloats(method.weight());
    try (var scope = new PointerScope()) {
      other.weight().detach().zero_();
    }
    Position position =
        Checkpoint.read(file, other.state(), optimiser(other), Identity.of("toy"), p -> true);
    assertThat(position).isEqualTo(POSITION);
    assertThat(Tensors.toFloats(other.weight())).isEqualTo(trained);
    assertThat(SafeTensors.metadata(file)).containsEntry("kind", "resume");
  }

  @Test
  void everyFlippedByteIsFound() throws IOException {
    byte[] whole = Files.readAllBytes(file);
    float[] before = Tensors.toFloats(method.weight());
    for (int at = 0; at < whole.length; at++) {
      byte[] bytes = whole.clone();
      bytes[at] ^= 1;
      if (bytes[at] == '!' || whole[at] == '\n') {
        continue; // white space between tokens of the header
      }
      Files.write(file, bytes);
      int position = at;
      assertThatThrownBy(
              () -> Checkpoint.read(file, method.state(), optimiser, Identity.of("toy"), p -> true),
              "byte %d of %d",
              position,
              whole.length)
          .isInstanceOf(IOException.class)
          .hasMessageContaining(file.toString());
    }
    assertThat(Tensors.toFloats(method.weight())).isEqualTo(before);
  }

  @Test
  void aShortFileIsFound() throws IOException {
    byte[] whole = Files.readAllBytes(file);
    for (int length : new int[] {0, 1, 9, 100, whole.length - 1}) {
      Files.write(file, java.util.Arrays.copyOf(whole, length));
      assertThatThrownBy(
              () -> Checkpoint.read(file, method.state(), optimiser, Identity.of("toy"), p -> true))
          .isInstanceOf(IOException.class);
    }
  }

  @Test
  void anotherRunsCheckpointIsRefused() {
    assertThatThrownBy(
            () -> Checkpoint.read(file, method.state(), optimiser, Identity.of("other"), p -> true))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("belongs to another run: it is 'toy'");
  }

  @Test
  void namesThatDoNotFitAreListed() {
    Layer state = ToyRun.moco().state();
    assertThatThrownBy(() -> Checkpoint.read(file, state, optimiser, Identity.of("toy"), p -> true))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("missing 'encoder_q.")
        .hasMessageContaining("more");
  }

  @Test
  void anEncoderIsRefusedAsWhatItIs() throws IOException {
    try (var scope = new PointerScope()) {
      SafeTensors.write(
          file, Tensors.named(method.state()), Map.of("kind", "encoder", "version", "1"));
    }
    assertThatThrownBy(
            () -> Checkpoint.read(file, method.state(), optimiser, Identity.of("toy"), p -> true))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("is an encoder, to be used; to go on takes a checkpoint");
  }

  private static Layer optimiser(ToyMethod method) {
    return new Optimiser(OptimiserConfig.sgd(0.9, 0), Modules.trainable(method.state()));
  }
}
