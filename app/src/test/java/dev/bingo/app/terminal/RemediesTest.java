package dev.bingo.app.terminal;

import static org.assertj.core.api.Assertions.assertThat;

import dev.bingo.file.RemediableException;
import dev.bingo.file.Remedy;
import java.io.IOException;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The library says what can be done; the command line says by which words of its own. */
class RemediesTest {
  @ParameterizedTest
  @EnumSource(value = Remedy.class, mode = EnumSource.Mode.EXCLUDE, names = "NONE")
  void eachHasWordsOfTheCommandLine(Remedy remedy) {
    assertThat(Faults.words(remedy, "a-subject"))
        .containsPattern("--[a-z]|'bingo [a-z]|[a-z]\\.[a-z_]+=");
  }

  @Test
  void theyFollowTheMessageOfWhateverWrapsIt() {
    Exception inner = new RemediableException("it holds code", Remedy.ALLOW_CODE);
    String text = Faults.explain(new IOException("a.ts: it holds code", inner));
    assertThat(text)
        .startsWith("a.ts: it holds code. Where you trust who made it: ")
        .contains("teacher.allow_code=yes");
    assertThat(Faults.explain(new IOException("plain"))).isEqualTo("plain");
    String lines = Faults.explain(new RemediableException("one:\n  two", Remedy.NAME_ARCHITECTURE));
    assertThat(lines.lines()).hasSize(3);
    assertThat(Arrays.stream(Remedy.values()).map(r -> Faults.words(r, "")).distinct())
        .hasSize(Remedy.values().length);
  }
}
