package dev.bingo.app;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.jar.JarOutputStream;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The launcher in a tree of its own, with a Maven that copies ready jars and JDKs that say how they
 * were started.
 */
class LauncherTest {
  private static final Path LAUNCHER = Path.of("..", "bingo");
  private static final Instant LONG_AGO = Instant.parse("2020-01-01T00:00:00Z");

  /** Writes its arguments down, and does as Maven: jars, and the class path. */
  private static final String MAVEN =
      """
      #!/bin/sh
      echo "$@" >> ../builds
      for module in $(sed -n 's/^modules=(\\(.*\\))$/\\1/p' bingo); do
        mkdir -p $module/target
        cp ../whole.jar $module/target/bingo-$module.jar
      done
      printf %s "$(cat ../natives)" > app/target/classpath.txt
      """;

  private static final String JAVA =
      """
      #!/bin/sh
      case "$*" in
        *SharedArchiveFile=*/archive/jsa*) echo archive > "$(echo "$*" | sed 's/.*SharedArchiveFile=\\([^ ]*\\).*/\\1/')" ;;
        *DumpLoadedClassList*) echo Class > "$(echo "$*" | sed 's/.*DumpLoadedClassList=\\([^ ]*\\).*/\\1/')" ;;
        *) echo "started by $0: $*" ;;
      esac
      """;

  @TempDir Path folder;
  private Path root;
  private Path jar;
  private List<String> user = List.of();

  @BeforeEach
  void tree() throws IOException {
    root = Files.createDirectory(folder.resolve("bingo"));
    Files.copy(LAUNCHER, root.resolve("bingo"));
    for (String file :
        List.of(
            "pom.xml",
            "format/src/main/F.java",
            "library/src/main/A.java",
            "run/src/main/R.java",
            "embed/src/main/E.java",
            "serve/src/main/S.java",
            "app/src/main/B.java")) {
      Files.createDirectories(root.resolve(file).getParent());
      Files.setLastModifiedTime(Files.writeString(root.resolve(file), ""), FileTime.from(LONG_AGO));
    }
    jar = root.resolve("library/target/bingo-library.jar");
    try (OutputStream out = Files.newOutputStream(folder.resolve("whole.jar"));
        JarOutputStream whole = new JarOutputStream(out)) {
      whole.putNextEntry(new ZipEntry("content"));
      whole.write(new byte[4000]);
    }
    script("mvn", MAVEN);
    natives("pytorch-linux-x86_64.jar");
    jdk("17.0.1");
  }

  @Test
  void buildsOnceAndStartsFromThenOn() throws Exception {
    assertThat(start("17.0.1").code).isZero();
    Started second = start("17.0.1", "doctor");
    assertThat(second.output).contains("dev.bingo.app.Bingo doctor").doesNotContain("building");
    assertThat(builds()).hasSize(1);
  }

  @Test
  void oneBuildServesEveryJdkAndEachHasAnArchiveOfItsOwn() throws Exception {
    jdk("25.0.3+9");
    start("17.0.1");
    assertThat(start("25.0.3+9").output).contains("preparing a fast start on Java 25");
    assertThat(start("17.0.1").output).doesNotContain("preparing").contains("bingo-17.0.1.jsa");
    assertThat(start("25.0.3+9").output).doesNotContain("preparing").contains("25.0.3+9.jsa");
    assertThat(builds()).hasSize(1);
  }

  @Test
  void newerSourcesAreBuiltAndNewerTestsAreNot() throws Exception {
    start("17.0.1");
    Path test = Files.createDirectories(root.resolve("app/src/test")).resolve("T.java");
    later(Files.writeString(test, ""));
    start("17.0.1");
    assertThat(builds()).hasSize(1);
    later(root.resolve("app/src/main/B.java"));
    start("17.0.1");
    assertThat(builds()).hasSize(2);
  }

  @Test
  void aJarThatAKilledBuildLeftIsBuiltAnew() throws Exception {
    start("17.0.1");
    byte[] whole = Files.readAllBytes(jar);
    for (int kept : new int[] {0, whole.length / 2, whole.length - 1}) {
      Files.write(jar, java.util.Arrays.copyOf(whole, kept));
      assertThat(start("17.0.1").code).isZero();
      assertThat(jar).hasBinaryContent(whole);
    }
    Files.delete(root.resolve("app/target/classpath.txt"));
    assertThat(start("17.0.1").code).isZero();
    assertThat(builds()).hasSize(5);
  }

  @Test
  void whatAKilledCompilerLeftIsNotTakenForCompiled() throws Exception {
    start("17.0.1");
    Path cut = Files.createDirectories(root.resolve("library/target/classes")).resolve("A.class");
    later(Files.createFile(cut));
    later(root.resolve("library/src/main/A.java"));
    start("17.0.1");
    assertThat(cut).doesNotExist();
  }

  @Test
  void aFailedBuildEndsWithItsReasonAndTheNextStartBuilds() throws Exception {
    script("mvn", "#!/bin/sh\necho 'no network' >&2\nexit 1\n");
    Started failed = start("17.0.1");
    assertThat(failed.code).isEqualTo(1);
    assertThat(failed.output).contains("no network", "the build failed");
    script("mvn", MAVEN);
    assertThat(start("17.0.1").code).isZero();
  }

  @Test
  void aReadOnlyInstallIsStartedAsItIsAndSaysThatItIsStale() throws Exception {
    start("17.0.1");
    jdk("25.0.3");
    readOnly();
    assertThat(start("25.0.3").output).startsWith("started by").doesNotContain(".jsa");
    later(root.resolve("app/src/main/B.java"));
    assertThat(start("17.0.1").output).contains("older than its sources").contains("started by");
    assertThat(builds()).hasSize(1);
  }

  @Test
  void aReadOnlyInstallWithoutAWholeBuildSaysWhatIsMissing() throws Exception {
    start("17.0.1");
    Files.write(jar, new byte[0]);
    readOnly();
    Started failed = start("17.0.1");
    assertThat(failed.code).isEqualTo(1);
    assertThat(failed.output).contains("bingo-library.jar is missing or damaged");
  }

  @Test
  void aBuildForAGpuStaysOne() throws Exception {
    natives("pytorch-linux-x86_64-gpu.jar");
    start("17.0.1");
    later(root.resolve("app/src/main/B.java"));
    start("17.0.1");
    assertThat(builds().get(0)).doesNotContain("-Pcuda");
    assertThat(builds().get(1)).contains("-Pcuda");
  }

  @Test
  void ofTwoStartsAtOnceOneBuilds() throws Exception {
    script("mvn", MAVEN.replace("for ", "touch ../begun; until [ -e ../go ]; do :; done; for "));
    Process first = process("17.0.1").start();
    while (Files.notExists(folder.resolve("begun"))) {
      assertThat(first.isAlive()).as("the first start builds").isTrue();
      Thread.onSpinWait();
    }
    Path said = folder.resolve("said");
    Process second = process("17.0.1").redirectOutput(said.toFile()).start();
    while (!Files.readString(said).contains("waiting")) {
      assertThat(second.isAlive()).as("the second start waits").isTrue();
      Thread.onSpinWait();
    }
    Files.createFile(folder.resolve("go"));
    assertThat(first.waitFor()).isZero();
    assertThat(second.waitFor()).isZero();
    assertThat(builds()).hasSize(1);
  }

  @Test
  void anUnpackedArchiveStartsWithoutMavenFromAnyLink() throws Exception {
    Path home = unpacked();
    Path link = Files.createSymbolicLink(folder.resolve("started"), home.resolve("bin/bingo"));
    root = Files.createDirectory(folder.resolve("links"));
    Files.createSymbolicLink(root.resolve("bingo"), link);
    assertThat(start("17.0.1", "doctor").output)
        .contains("preparing a fast start")
        .contains(home + "/lib/bingo-app-1.0.0.jar:" + home + "/lib/picocli.jar")
        .doesNotContain("building");
    assertThat(start("17.0.1", "doctor").output).startsWith("started by");
    assertThat(folder.resolve("builds")).doesNotExist();
  }

  @Test
  void anArchivesOwnJavaIsTaken() throws Exception {
    Path home = unpacked();
    jdk("21.0.1");
    Files.move(folder.resolve("21.0.1"), home.resolve("jre"));
    assertThat(start("17.0.1").output).contains("started by " + home.resolve("jre/bin/java"));
  }

  @Test
  void whoMayNotWriteTheArchiveHasAClassArchiveOfTheirOwn() throws Exception {
    unpacked();
    user = List.of("env", "XDG_CACHE_HOME=" + folder.resolve("cache"));
    Files.createDirectory(folder.resolve("cache"));
    if (System.getProperty("user.name").equals("root")) {
      Files.setPosixFilePermissions(
          folder.resolve("cache"), PosixFilePermissions.fromString("rwxrwxrwx"));
    }
    List<String> env = user;
    readOnly();
    user = Stream.concat(user.stream(), env.stream()).toList();
    assertThat(start("17.0.1").output).contains("SharedArchiveFile=" + folder.resolve("cache"));
  }

  /** What the archive holds; the launcher is started from there. */
  private Path unpacked() throws IOException {
    Path home = Files.createDirectories(folder.resolve("bingo-1.0.0"));
    root = Files.createDirectories(home.resolve("bin"));
    Files.copy(LAUNCHER, root.resolve("bingo"));
    for (String name : List.of("picocli.jar", "bingo-app-1.0.0.jar")) {
      Files.copy(
          folder.resolve("whole.jar"), Files.createDirectories(home.resolve("lib")).resolve(name));
    }
    return home;
  }

  private record Started(int code, String output) {}

  private Started start(String jdk, String... words) throws Exception {
    Path output = Files.createTempFile(folder, "output", "");
    Process process = process(jdk, words).redirectOutput(output.toFile()).start();
    assertThat(process.waitFor(1, TimeUnit.MINUTES)).isTrue();
    return new Started(process.exitValue(), Files.readString(output));
  }

  private ProcessBuilder process(String jdk, String... words) {
    List<String> command = new ArrayList<>(user);
    command.addAll(List.of("bash", root.resolve("bingo").toString()));
    command.addAll(List.of(words));
    ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
    builder.environment().put("JAVA_HOME", folder.resolve(jdk).toString());
    builder.environment().put("PATH", folder + ":" + System.getenv("PATH"));
    return builder;
  }

  /** From now on it is started by somebody who may not write there. */
  private void readOnly() throws IOException {
    if (System.getProperty("user.name").equals("root")) {
      assumeThat(Path.of("/usr/bin/setpriv")).as("root may write anywhere").isExecutable();
      Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwxr-xr-x"));
      user = List.of("setpriv", "--reuid=65534", "--regid=65534", "--clear-groups");
    } else {
      for (String written : List.of("library/target", "run/target", "app/target", "../lib")) {
        Path file = root.resolve(written);
        if (Files.isDirectory(file)) {
          Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("r-xr-xr-x"));
        }
      }
    }
  }

  private void jdk(String version) throws IOException {
    Path home = Files.createDirectories(folder.resolve(version));
    String major = version.substring(0, version.indexOf('.'));
    Files.writeString(
        home.resolve("release"),
        "JAVA_RUNTIME_VERSION=\"" + version + "\"\nJAVA_VERSION=\"" + major + "\"\n");
    script(version + "/bin/java", JAVA);
  }

  private void natives(String name) throws IOException {
    Path natives = folder.resolve(name);
    Files.writeString(natives, "");
    Files.writeString(folder.resolve("natives"), natives.toString());
  }

  private void script(String name, String text) throws IOException {
    Path file = folder.resolve(name);
    Files.createDirectories(file.getParent());
    Files.writeString(file, text);
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwxr-xr-x"));
  }

  private static void later(Path file) throws IOException {
    Files.setLastModifiedTime(file, FileTime.from(Instant.now().plusSeconds(3600)));
  }

  /** What Maven was called with, a line a build. */
  private List<String> builds() throws IOException {
    return Files.readAllLines(folder.resolve("builds"));
  }
}
