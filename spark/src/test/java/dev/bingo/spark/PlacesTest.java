package dev.bingo.spark;

import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.apache.hadoop.conf.Configuration;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PlacesTest {
  @TempDir Path lake;

  @BeforeEach
  void write() throws IOException {
    Files.createDirectories(lake.resolve("photos/a"));
    Files.writeString(lake.resolve("photos/a/1.png"), "x");
  }

  private void check(String images, String out, boolean overwrite) throws IOException {
    Places.check(
        lake.resolve(images).toString(),
        lake.resolve(out).toString(),
        overwrite,
        new Configuration());
  }

  @Test
  void vectorsNeverGoAmongTheImagesNorOverThem() {
    for (String out : new String[] {"photos", "photos/vectors", "photos/a/1.png", "."}) {
      assertThatThrownBy(() -> check("photos", out, true)).hasMessageContaining("--out");
    }
    assertThatThrownBy(() -> check("photos/*", "photos/a/v", true))
        .hasMessageContaining("lies within the other");
    assertThatCode(() -> check("photos/a*", "photos/vectors", false)).doesNotThrowAnyException();
    assertThatCode(() -> check("photos", "photos-vectors", false)).doesNotThrowAnyException();
  }

  @Test
  void anOutputIsReplacedOnlyWhereAskedForAndWhereItIsOne() throws IOException {
    Path out = Files.createDirectories(lake.resolve("out"));
    Files.createFile(out.resolve("part-0.snappy.parquet"));
    assertThatThrownBy(() -> check("photos", "out", false))
        .hasMessageContaining("no _SUCCESS")
        .hasMessageContaining("--overwrite");
    assertThatCode(() -> check("photos", "out", true)).doesNotThrowAnyException();
    Files.createFile(out.resolve("thesis.txt"));
    assertThatThrownBy(() -> check("photos", "out", true)).hasMessageContaining("thesis.txt");
    Files.createFile(lake.resolve("file"));
    assertThatThrownBy(() -> check("photos", "file", true)).hasMessageContaining("file");
  }

  @Test
  void noImagesAreSaidAtOnce() {
    assertThatThrownBy(() -> check("none", "out", false)).hasMessageContaining("nothing");
    assertThatThrownBy(() -> check("photos/z*", "out", false)).hasMessageContaining("nothing");
  }
}
