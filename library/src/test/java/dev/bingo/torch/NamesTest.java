package dev.bingo.torch;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class NamesTest {
  @ParameterizedTest
  @CsvSource({
    "image, images",
    "epoch, epochs",
    "batch, batches",
    "class, classes",
    "query, queries",
    "key, keys",
    "box, boxes"
  })
  void countsInTheNounsOwnPlural(String noun, String plural) {
    assertThat(Names.counted(1, noun)).isEqualTo("1 " + noun);
    assertThat(Names.counted(0, noun)).isEqualTo("0 " + plural);
    assertThat(Names.counted(12_345, noun)).isEqualTo("12,345 " + plural);
  }

  @Test
  void constantsAreSpelledAsUsersWriteThem() {
    assertThat(Names.spell(Precision.BF16)).isEqualTo("bf16");
  }
}
