package dev.bingo.weights;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.bingo.torch.Engine;
import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Small pickles that once asked for minutes or gigabytes. Each would take a thousand times the time
 * limit if its cost grew with the square of its size again.
 */
@Timeout(60)
class PickleCostTest {
  @TempDir Path folder;

  @BeforeAll
  static void start() {
    Engine.start();
  }

  @Test
  void anIntegerOfAMebibyteIsRefused() {
    Pickles pickle = new Pickles().codes("}").text("epoch").raw(0x8b, 0, 0, 0x10, 0);
    for (int i = 0; i < 1 << 20; i++) {
      pickle.raw(0x5a);
    }
    pickle.codes("s");
    assertThatThrownBy(() -> open(pickle).close())
        .isInstanceOf(IOException.class)
        .hasMessageContaining("an integer of 1048576 bytes");
  }

  @Test
  void pathsAreWrittenOutOnlyWhereTensorsAre() throws IOException {
    Pickles pickle = new Pickles().codes("]").text("k".repeat(1000)).raw('q', 0).codes("a");
    int deep = 100_000;
    for (int i = 0; i < deep; i++) {
      pickle.codes("}h").raw(0);
    }
    pickle.codes("N");
    for (int i = 0; i < deep; i++) {
      pickle.codes("s");
    }
    try (WeightFile file = open(pickle)) {
      assertThat(file.stateDicts()).isEmpty();
    }
  }

  @Test
  void pathsThatAreTooLongTogetherAreRefused() throws IOException {
    Pickles pickle = new Pickles().tensor().raw('q', 0).text("k".repeat(1000)).raw('q', 1);
    pickle.codes("]");
    for (int i = 0; i < 10; i++) {
      pickle.codes("}h").raw(1);
    }
    pickle.codes("](");
    for (int i = 0; i < 10_000; i++) {
      pickle.codes("}h").raw(1).codes("h").raw(0).codes("s");
    }
    pickle.codes("e");
    for (int i = 0; i < 10; i++) {
      pickle.codes("s");
    }
    pickle.codes("a");
    try (WeightFile file = open(pickle)) {
      assertThatThrownBy(file::stateDicts)
          .isInstanceOf(IOException.class)
          .hasMessageContaining("a.pth")
          .hasMessageContaining("beyond all measure");
    }
  }

  @Test
  void integersAndFloatsOfOneHashDoNotCollide() throws IOException {
    Pickles pickle = new Pickles().codes("}(");
    for (int i = 0; i < 50_000; i++) {
      long high = 0x3ff00000L + i;
      pickle.number(Double.longBitsToDouble(high << 32 | (high ^ 0x12345))).codes("N");
      long other = 0x10000000L + i;
      pickle.integer(other << 32 | (other ^ 0x12345)).codes("N");
    }
    pickle.codes("u");
    try (WeightFile file = open(pickle)) {
      assertThat(file.stateDicts()).isEmpty();
    }
  }

  @Test
  void oneAndOnePointNoughtAreOneKey() throws IOException {
    Pickles pickle = new Pickles().codes("}K").raw(1).codes("}").text("a").tensor().codes("ss");
    pickle.number(1).codes("}").text("b").tensor().codes("ss");
    try (WeightFile file = open(pickle)) {
      assertThat(file.stateDicts()).containsOnlyKeys("1");
      assertThat(file.stateDicts().get("1")).containsOnlyKeys("b");
    }
  }

  private WeightFile open(Pickles pickle) throws IOException {
    return WeightFile.open(Pickles.zip(folder.resolve("a.pth"), pickle.stop()));
  }
}
