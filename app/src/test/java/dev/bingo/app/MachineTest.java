package dev.bingo.app;

import static org.assertj.core.api.Assertions.assertThat;

import dev.bingo.torch.Precision;
import java.util.Set;
import org.junit.jupiter.api.Test;

class MachineTest {
  private static final Set<String> AVX512 = Set.of("avx2", "avx512f", "avx512_bf16");
  private static final Set<String> AMX = Set.of("avx2", "avx512f", "avx512_bf16", "amx_bf16");

  @Test
  void autoIsBfloat16WhereItIsFaster() {
    assertThat(Machine.precision("auto", false, AMX)).isEqualTo(Precision.BF16);
    assertThat(Machine.precision("auto", true, Set.of())).isEqualTo(Precision.BF16);
    assertThat(Machine.precision("auto", false, AVX512)).isEqualTo(Precision.FP32);
    assertThat(Machine.precision("auto", false, Set.of())).isEqualTo(Precision.FP32);
  }

  @Test
  void aWishIsMetOnAnyMachine() {
    assertThat(Machine.precision("bf16", false, Set.of())).isEqualTo(Precision.BF16);
    assertThat(Machine.precision("fp32", true, AMX)).isEqualTo(Precision.FP32);
  }

  @Test
  void doctorSaysWhatAutoDoes() {
    assertThat(DoctorCommand.instructions(AMX)).endsWith("bf16 is fast (AMX)");
    assertThat(DoctorCommand.instructions(AVX512))
        .contains("auto is fp32")
        .contains("train.precision=bf16");
  }
}
