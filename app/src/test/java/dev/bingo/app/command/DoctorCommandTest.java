package dev.bingo.app.command;

import static org.assertj.core.api.Assertions.assertThat;

import dev.bingo.run.Processor;
import java.util.List;
import org.junit.jupiter.api.Test;

class DoctorCommandTest {
  @Test
  void doctorSaysWhatAutoDoes() {
    assertThat(instructions("GenuineIntel", "avx2 avx512f avx512_bf16 amx_bf16"))
        .endsWith("amx_bf16 yes, bf16 is fast");
    assertThat(instructions("AuthenticAMD", "avx2 avx512f avx512_bf16"))
        .endsWith("amx_bf16 no, bf16 is fast");
    assertThat(instructions("GenuineIntel", "avx2 avx512f avx512_bf16"))
        .contains("auto is fp32")
        .contains("train.precision=bf16");
    assertThat(instructions("GenuineIntel", "fpu avx2")).endsWith("train in fp32");
  }

  private static String instructions(String vendor, String flags) {
    return DoctorCommand.instructions(
        Processor.parse(
            List.of("vendor_id\t: " + vendor, "model name\t: a name", "flags\t\t: " + flags)));
  }
}
