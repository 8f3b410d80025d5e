package dev.bingo.torch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class NeighboursTest {
  @TempDir Path root;

  @BeforeEach
  void machine() throws Exception {
    Files.createDirectories(root.resolve("proc/self"));
    Files.writeString(root.resolve("proc/self/status"), "Cpus_allowed_list:\t0-1\n");
  }

  @Test
  void whatIsNotOursOnOurProcessorsIsOthers() throws Exception {
    // user nice system idle iowait irq softirq steal
    stat("cpu0 100 0 0 900 0 0 0 0", "cpu1 100 0 0 900 0 0 0 0", "cpu2 0 0 0 1000 0 0 0 0");
    own(50, 50);
    Neighbours neighbours = new Neighbours(root);
    stat("cpu0 150 30 10 990 5 5 5 5", "cpu1 150 0 0 1050 0 0 0 0", "cpu2 100 0 0 1000 0 0 0 0");
    own(70, 80);
    // 200 ticks later: 105 and 50 taken, 50 of it by us.
    assertThat(neighbours.busy()).isEqualTo(105 / 200.0, within(1e-9));
  }

  @Test
  void aMomentSaysNothingNew() throws Exception {
    stat("cpu0 0 0 0 0 0 0 0 0", "cpu1 0 0 0 0 0 0 0 0");
    own(0, 0);
    Neighbours neighbours = new Neighbours(root);
    stat("cpu0 100 0 0 0 0 0 0 0", "cpu1 0 0 0 100 0 0 0 0");
    assertThat(neighbours.busy()).isEqualTo(1.0);
    stat("cpu0 100 0 0 5 0 0 0 0", "cpu1 0 0 0 105 0 0 0 0");
    assertThat(neighbours.busy()).isEqualTo(1.0);
  }

  @Test
  void whereNothingCanBeReadNobodyIsThere() throws Exception {
    assertThat(new Neighbours(root).busy()).isZero();
    assertThat(new Neighbours(root.resolve("nowhere")).busy()).isZero();
    stat("nonsense");
    assertThat(new Neighbours(root).busy()).isZero();
  }

  private void stat(String... lines) throws Exception {
    Files.writeString(
        root.resolve("proc/stat"), "cpu  1 2 3 4 5 6 7 8 0 0\n" + String.join("\n", lines) + "\n");
  }

  private void own(int user, int system) throws Exception {
    Files.writeString(
        root.resolve("proc/self/stat"),
        "7 (a ) name) S 1 1 1 0 -1 0 0 0 0 0 " + user + " " + system + " 0 0 20\n");
  }
}
