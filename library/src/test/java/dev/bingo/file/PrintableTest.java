package dev.bingo.file;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PrintableTest {
  @ParameterizedTest
  @ValueSource(
      ints = {
        0, 0x07, 0x08, '\r', '\n', '\t', 0x1b, 0x7f, 0x85, 0x9b, 0x9d, 0x61c, 0x200b, 0x200e,
        0x200f, 0x2028, 0x2029, 0x202a, 0x202e, 0x2066, 0x2069, 0xfeff, 0xd800, 0xdfff, 0xe0001
      })
  void whatSteersATerminalIsReplaced(int character) {
    String text = "a" + new String(Character.toChars(character)) + "b";
    assertThat(Printable.line(text)).isEqualTo("a?b");
    assertThat(Printable.isLine(text)).isFalse();
  }

  @Test
  void namesOfAllLanguagesStay() {
    String names = "Grün 猫 کتاب\u200cها 👩\u200d🚀 é e\u0301 – «x»";
    assertThat(Printable.line(names)).isEqualTo(names);
    assertThat(Printable.isLine(names)).isTrue();
  }

  @Test
  void messagesKeepTheirLines() {
    assertThat(Printable.lines("a\n\tb\r\033[2Jc")).isEqualTo("a\n\tb??[2Jc");
  }

  @ParameterizedTest
  @ValueSource(strings = {"=1+1", "+1", "-1", "@SUM(A1)", "\uff1d1", "=cmd|'/c calc'!A1"})
  void aCellIsNoFormula(String text) {
    assertThat(Printable.cell(text)).isEqualTo("'" + text);
    assertThat(Printable.cell("a" + text)).isEqualTo("a" + text);
  }
}
