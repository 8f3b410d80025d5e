package dev.bingo.torch;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class LinkErrorTest {
  @Test
  void aLibraryOfNvidiasIsNamedWithWhereToGetIt() {
    UnsatisfiedLinkError deep =
        new UnsatisfiedLinkError(
            "/cache/libjnitorch.so: libcudnn.so.9: cannot open shared object file: No such file or"
                + " directory");
    assertThat(LinkError.explain(new IllegalStateException("no jnitorch", deep)))
        .startsWith("libcudnn.so.9 is missing: it is of cuDNN 9")
        .contains("LD_LIBRARY_PATH");
    assertThat(explain("libcublasLt.so.12: cannot open shared object file"))
        .as("another release of the same library")
        .contains("libcublasLt.so.12 is missing", "CUDA 13");
    assertThat(explain("libcudnn_graph.so.9: cannot open shared object file"))
        .as("a part of it")
        .contains("cuDNN 9");
  }

  @Test
  void aLibraryOfTheSystemsIsNamedWithItsPackage() {
    assertThat(explain("libgomp.so.1: cannot open shared object file"))
        .contains("libgomp.so.1 is missing", "apt-get install libgomp1");
    assertThat(explain("libodd.so.3: cannot open shared object file")).contains("libodd.so.3");
  }

  @Test
  void anOldSystemIsSaid() {
    assertThat(explain("/lib/libm.so.6: version `GLIBC_2.34' not found (required by /c/libc10.so)"))
        .contains("older than GLIBC 2.34");
  }

  @Test
  void whatIsNotUnderstoodIsLeftToTheErrorItself() {
    assertThat(explain("something else")).isEmpty();
    assertThat(LinkError.explain(new UnsatisfiedLinkError())).isEmpty();
  }

  private static String explain(String message) {
    return LinkError.explain(new UnsatisfiedLinkError(message));
  }
}
