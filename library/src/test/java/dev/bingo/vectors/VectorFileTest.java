package dev.bingo.vectors;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.bingo.neighbour.Rows;
import dev.bingo.torch.Engine;
import dev.bingo.torch.Tensors;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.function.IntFunction;
import org.bytedeco.javacpp.PointerScope;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class VectorFileTest {
  private static final String HOSTILE = "=a,\"b\"\\c\t\nd\u2028é";
  private static final List<String> IDS = List.of("cat/1.jpg", HOSTILE, "n".repeat(600));

  @TempDir Path folder;

  @BeforeAll
  static void startEngine() {
    Engine.start();
  }

  private List<String> lines(VectorFormat format) throws IOException {
    Path file = folder.resolve("vectors." + format.ending());
    write(file, format, 1, .5f, -2e-7f, 3, 0, 1e8f);
    return List.of(Files.readString(file).split("\n", -1));
  }

  private static void write(Path file, VectorFormat format, float... values) throws IOException {
    IntFunction<String> labels = i -> i == 0 ? "a cat" : null;
    try (PointerScope scope = new PointerScope()) {
      VectorFile.write(file, format, Rows.of(Tensors.of(values, 3, 2)), IDS::get, labels);
    }
  }

  @Test
  void csvHasAHeaderAndNoFormulas() throws IOException {
    assertThat(lines(VectorFormat.CSV))
        .containsExactly(
            "id,label,v0,v1",
            "cat/1.jpg,a cat,1.0,0.5",
            "\"'=a,\"\"b\"\"\\c??d?é\",,-2.0E-7,3.0",
            IDS.get(2) + ",,0.0,1.0E8",
            "");
  }

  @Test
  void jsonHasNamesToTheLetter() throws IOException {
    List<String> lines = lines(VectorFormat.JSONL);
    assertThat(lines).hasSize(4);
    JsonNode second = new ObjectMapper().readTree(lines.get(1));
    assertThat(second.get("id").asText()).isEqualTo(HOSTILE);
    assertThat(second.get("label").isNull()).isTrue();
    assertThat((float) second.get("vector").get(0).asDouble()).isEqualTo(-2e-7f);
    assertThat(lines.get(0))
        .isEqualTo("{\"id\":\"cat/1.jpg\",\"label\":\"a cat\",\"vector\":[1.0,0.5]}");
  }

  @Test
  void bulkLinesComeInPairsWithKeysThatAreShortEnough() throws IOException {
    List<String> lines = lines(VectorFormat.OPENSEARCH);
    assertThat(lines).hasSize(7);
    assertThat(lines.get(0)).isEqualTo("{\"index\":{\"_id\":\"cat/1.jpg\"}}");
    ObjectMapper json = new ObjectMapper();
    assertThat(json.readTree(lines.get(2)).at("/index/_id").asText()).isEqualTo(HOSTILE);
    assertThat(json.readTree(lines.get(4)).at("/index/_id").asText()).hasSize(64);
    assertThat(json.readTree(lines.get(5)).get("id").asText()).isEqualTo(IDS.get(2));
  }

  @Test
  void copyEscapesWhatWouldEndAColumn() throws IOException {
    assertThat(lines(VectorFormat.PGVECTOR))
        .containsExactly(
            "cat/1.jpg\ta cat\t[1.0,0.5]",
            "=a,\"b\"\\\\c\\t\\nd\u2028é\t\\N\t[-2.0E-7,3.0]",
            IDS.get(2) + "\t\\N\t[0.0,1.0E8]",
            "");
  }

  @Test
  void whatNoEngineTakesIsRefusedAndLeavesNothing() {
    Path file = folder.resolve("v.jsonl");
    assertThatThrownBy(() -> write(file, VectorFormat.of(file), 1, 2, 3, Float.NaN, 0, 0))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("not finite");
    assertThat(folder).isEmptyDirectory();
    assertThatThrownBy(() -> VectorFormat.of(Path.of("v.parquet")))
        .hasMessageContaining(".jsonl (jsonl)");
    assertThat(VectorFormat.of(Path.of("a/B.COPY"))).isEqualTo(VectorFormat.PGVECTOR);
  }
}
