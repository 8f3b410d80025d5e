package dev.bingo.app;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** What runs is what docs/dependencies.md lists, and nothing of it is known to be vulnerable. */
class DependenciesTest {
  private static final Pattern JAR =
      Pattern.compile("(.+?)-(\\d[^/]*?)(-[a-z]+-[a-z0-9_]+)?\\.jar");

  /** First versions without: what is known offline, to be extended as more becomes known. */
  private static final Map<String, String> FIXED =
      Map.of(
          "snakeyaml", "2.0", // CVE-2022-1471, CVE-2022-25857
          "jackson-databind", "2.14.0", // CVE-2022-42003, CVE-2022-42004
          "jackson-core", "2.15.0", // CVE-2025-52999
          "protobuf-java", "3.25.5", // CVE-2024-7254
          "opencv", "4.9.0", // CVE-2023-4863, in its libwebp
          "pytorch", "2.6.0"); // CVE-2025-32434

  @Test
  void everyArtifactIsListedWithItsVersionAndLicence() throws IOException {
    Map<String, String> listed = new HashMap<>();
    for (String line : Files.readAllLines(Path.of("..", "docs", "dependencies.md"))) {
      String[] cells = line.split("\\|", -1);
      if (cells.length == 6 && cells[1].contains(":")) {
        assertThat(cells[3]).as(line).containsPattern("Apache|BSD|MIT|EPL");
        String name = cells[1].strip();
        listed.put(name.substring(name.indexOf(':') + 1), cells[2].strip());
      }
    }
    assertThat(classPath())
        .as("class path, beside docs/dependencies.md")
        .isEqualTo(new TreeMap<>(listed));
  }

  @Test
  void nothingIsKnownToBeVulnerable() throws IOException {
    Map<String, String> found = classPath();
    FIXED.forEach(
        (artifact, fixed) ->
            assertThat(Arrays.compare(numbers(found.get(artifact)), numbers(fixed)))
                .as("%s %s, fixed in %s", artifact, found.get(artifact), fixed)
                .isNotNegative());
  }

  private static int[] numbers(String version) {
    return Arrays.stream(version.split("-", -1)[0].split("\\.", -1))
        .mapToInt(Integer::parseInt)
        .toArray();
  }

  private static Map<String, String> classPath() throws IOException {
    Map<String, String> artifacts = new TreeMap<>();
    String path = Files.readString(Path.of("target", "classpath.txt")).strip();
    for (String entry : path.split(Pattern.quote(java.io.File.pathSeparator), -1)) {
      Matcher jar = JAR.matcher(Path.of(entry).getFileName().toString());
      assertThat(jar.matches()).as(entry).isTrue();
      artifacts.put(jar.group(1), jar.group(2));
    }
    return artifacts;
  }
}
