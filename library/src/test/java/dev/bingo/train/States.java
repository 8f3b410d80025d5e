package dev.bingo.train;

import static org.assertj.core.api.Assertions.assertThat;

import dev.bingo.weights.SafeTensors;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.bytedeco.javacpp.PointerScope;

/** Compares what runs have left behind. */
final class States {
  private States() {}

  /** The newest checkpoints hold the same tensors bit for bit, and the metrics the same values. */
  static void assertEqualRuns(Path actual, Path expected) throws IOException {
    assertThat(ToyRun.metrics(actual)).isNotEmpty().isEqualTo(ToyRun.metrics(expected));
    assertEqualTensors(newest(actual), newest(expected));
  }

  static Path newest(Path directory) throws IOException {
    List<Path> all = ToyRun.checkpoints(directory);
    return all.stream()
        .filter(f -> f.toString().endsWith(".safetensors"))
        .reduce((a, b) -> b)
        .orElseThrow();
  }

  static void assertEqualTensors(Path actual, Path expected) throws IOException {
    try (var scope = new PointerScope()) {
      var a = SafeTensors.read(actual).tensors();
      var e = SafeTensors.read(expected).tensors();
      assertThat(actual.getFileName()).isEqualTo(expected.getFileName());
      assertThat(a.keySet()).isNotEmpty().isEqualTo(e.keySet());
      a.forEach((name, t) -> assertThat(t.equal(e.get(name))).as(name).isTrue());
    }
  }
}
