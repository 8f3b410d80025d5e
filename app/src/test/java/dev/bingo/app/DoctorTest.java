package dev.bingo.app;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DoctorTest {
  @TempDir Path folder;

  @Test
  void whereTheEngineCannotBeExtractedDoctorFailsWithTheReason() throws Exception {
    Path file = Files.createFile(folder.resolve("no-folder"));
    List<String> nowhere =
        List.of(
            "-Dorg.bytedeco.javacpp.cachedir=" + file,
            "-Duser.home=" + file,
            "-Djava.io.tmpdir=" + file);
    try (Forked doctor = Forked.start(folder.resolve("out"), "", nowhere, "doctor")) {
      assertThat(doctor.ended()).isEqualTo(1);
      assertThat(doctor.output())
          .contains("ok    processor")
          .contains("FAIL  engine")
          .contains("cachedir=DIR")
          .doesNotContain("\tat ");
    }
  }

  @Test
  void whereTheDiskIsFullDoctorFailsWithTheReason() throws Exception {
    // A limit on the size of a file stands for a full disk: the first large library hits it.
    Path cache = Files.createDirectory(folder.resolve("cache"));
    List<String> small =
        List.of("-Dorg.bytedeco.javacpp.cachedir=" + cache, "-Djava.io.tmpdir=" + folder);
    try (Forked doctor = Forked.start(folder.resolve("out"), "ulimit -f 2000;", small, "doctor")) {
      assertThat(doctor.ended()).as(doctor.output()).isEqualTo(1);
      assertThat(doctor.output())
          .contains("FAIL  engine")
          .contains("cachedir=DIR")
          .doesNotContain("\tat ");
    }
  }

  @Test
  void nothingIsLoadedFromACacheThatAnybodyCanWrite() throws Exception {
    Path cache = Files.createDirectory(folder.resolve("cache"));
    Files.setPosixFilePermissions(cache, PosixFilePermissions.fromString("rwxrwxrwx"));
    List<String> open = List.of("-Dorg.bytedeco.javacpp.cachedir=" + cache);
    try (Forked doctor = Forked.start(folder.resolve("out"), "", open, "doctor")) {
      assertThat(doctor.ended()).isEqualTo(1);
      assertThat(doctor.output())
          .contains("FAIL  engine", "FAIL  cache", "anybody can write " + cache)
          .contains("JAVA_OPTS=-Dorg.bytedeco.javacpp.cachedir=DIR");
    }
    assertThat(cache).isEmptyDirectory();
  }

  @Test
  void aCacheThatIsMadeIsOnesOwnWhateverTheUmask() throws Exception {
    Path home = Files.createDirectory(folder.resolve("home"));
    List<String> small = List.of("-Duser.home=" + home, "-Djava.io.tmpdir=" + folder);
    String shell = "umask 0; ulimit -f 2000;";
    try (Forked doctor = Forked.start(folder.resolve("out"), shell, small, "doctor")) {
      assertThat(doctor.ended()).isEqualTo(1);
      assertThat(doctor.output()).doesNotContain("can write");
    }
    assertThat(Files.getPosixFilePermissions(home.resolve(".javacpp/cache")))
        .isEqualTo(PosixFilePermissions.fromString("rwx------"));
  }
}
