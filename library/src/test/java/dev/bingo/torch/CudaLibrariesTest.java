package dev.bingo.torch;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class CudaLibrariesTest {
  @Test
  void whatIsMissingIsNamedWithItsOrigin() {
    assertThat(CudaLibraries.missing(library -> !library.startsWith("libcudnn")))
        .contains("libcudnn.so.9 of cuDNN 9", "LD_LIBRARY_PATH")
        .doesNotContain("libcublas");
    assertThat(CudaLibraries.missing(library -> true)).isEmpty();
  }

  @Test
  void theLinkerIsAsked() {
    Engine.start();
    assertThat(CudaLibraries.found("libm.so.6")).isTrue();
    assertThat(CudaLibraries.found("libnothing.so.99")).isFalse();
  }
}
