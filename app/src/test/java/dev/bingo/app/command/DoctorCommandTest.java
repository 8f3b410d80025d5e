package dev.bingo.app.command;

import static org.assertj.core.api.Assertions.assertThat;

import dev.bingo.run.Processor;
import dev.bingo.torch.Processors;
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

  @Test
  void theNumberOfThreadsSaysWhereItComesFrom() {
    Processors some = new Processors(2, 8, "affinity");
    assertThat(DoctorCommand.threads(2, some)).isEqualTo("2 of 8 processors: affinity");
    assertThat(DoctorCommand.threads(4, some)).startsWith("4 by OMP_NUM_THREADS, on 2 of 8");
    assertThat(DoctorCommand.threads(8, new Processors(8, 8, ""))).isEqualTo("8 processors");
  }

  @Test
  void aGpuIsDescribedInALine() {
    assertThat(Gpu.describe("NVIDIA H100, 81559 MiB, 580.95\nNVIDIA L4, 23034 MiB, 580.95\n"))
        .isEqualTo("NVIDIA H100, 81559 MiB, driver 580.95; NVIDIA L4, 23034 MiB, driver 580.95");
  }

  @Test
  void cuDnnsVersionIsWrittenAsNvidiaWritesIt() {
    assertThat(DoctorCommand.cudnn(91400)).isEqualTo("9.14.0");
    assertThat(DoctorCommand.cudnn(90701)).isEqualTo("9.7.1");
  }

  private static String instructions(String vendor, String flags) {
    return DoctorCommand.instructions(
        Processor.parse(
            List.of("vendor_id\t: " + vendor, "model name\t: a name", "flags\t\t: " + flags)));
  }
}
