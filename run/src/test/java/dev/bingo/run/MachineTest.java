package dev.bingo.run;

import static org.assertj.core.api.Assertions.assertThat;

import dev.bingo.torch.Precision;
import dev.bingo.torch.Processors;
import java.util.List;
import org.junit.jupiter.api.Test;

class MachineTest {
  private static final Processor PLAIN = processor("GenuineIntel", "fpu avx2");
  private static final Processor AVX512 = processor("GenuineIntel", "avx2 avx512f avx512_bf16");
  private static final Processor AMX =
      processor("GenuineIntel", "avx2 avx512f avx512_bf16 amx_bf16");
  private static final Processor ZEN4 = processor("AuthenticAMD", "avx2 avx512f avx512_bf16");

  @Test
  void autoIsBfloat16WhereItIsFaster() {
    assertThat(Machine.precision("auto", false, AMX)).isEqualTo(Precision.BF16);
    assertThat(Machine.precision("auto", false, ZEN4)).isEqualTo(Precision.BF16);
    assertThat(Machine.precision("auto", true, PLAIN)).isEqualTo(Precision.BF16);
    assertThat(Machine.precision("auto", false, AVX512)).isEqualTo(Precision.FP32);
    assertThat(Machine.precision("auto", false, PLAIN)).isEqualTo(Precision.FP32);
  }

  @Test
  void aWishIsMetOnAnyMachine() {
    assertThat(Machine.precision("bf16", false, PLAIN)).isEqualTo(Precision.BF16);
    assertThat(Machine.precision("fp32", true, AMX)).isEqualTo(Precision.FP32);
  }

  @Test
  void threadsAreNamedWhereTheyAreNotOneAProcessor() {
    Processors all = new Processors(8, 8, "");
    Processors some = new Processors(2, 8, "affinity");
    assertThat(Machine.threads(8, "OMP_NUM_THREADS", all)).isEmpty();
    assertThat(Machine.threads(2, "OMP_NUM_THREADS", some))
        .isEqualTo("threads: 2 of 8 processors: affinity");
    assertThat(Machine.threads(1, "train.torch_threads", some))
        .isEqualTo("threads: 1, by train.torch_threads, of 2 of 8 processors: affinity");
    assertThat(Machine.threads(4, "OMP_NUM_THREADS", some))
        .startsWith("warning: OMP_NUM_THREADS is 4, but this process may use 2 of 8 processors")
        .contains("several times slower");
  }

  @Test
  void aProcessorThatNobodyDescribesHasNoFeatures() {
    Processor unknown = Processor.parse(List.of());
    assertThat(unknown.name()).isEqualTo(System.getProperty("os.arch"));
    assertThat(unknown.has("avx2")).isFalse();
  }

  private static Processor processor(String vendor, String flags) {
    return Processor.parse(
        List.of("vendor_id\t: " + vendor, "model name\t: a name", "flags\t\t: " + flags));
  }
}
