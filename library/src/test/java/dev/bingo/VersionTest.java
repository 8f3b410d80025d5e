package dev.bingo;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class VersionTest {
  @Test
  void theVersionIsTheBuilds() {
    assertThat(Version.CURRENT).isEqualTo(System.getProperty("bingo.version"));
    assertThat(Version.CURRENT).matches("\\d+[.]\\d+[.]\\d+(-.+)?");
  }
}
