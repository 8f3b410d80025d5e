package dev.bingo.image;

import static dev.bingo.image.TestImages.png;
import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** File names are the same in every locale, as in C, that of a plain container. */
class LocaleTest {
  private static final String NAME = "\u00e9\u65e5 %.png";

  @TempDir Path root;

  @Test
  void namesThatTheLocaleLacksAreReadAllTheSame() throws Exception {
    for (String folder : new String[] {"a", "\u00fc"}) {
      Path of = Names.resolve(root.resolve("set"), folder);
      Files.createDirectories(of);
      Files.write(Names.resolve(of, NAME), png(1, 2, 3));
    }
    String path = "set/\u00fc/" + NAME;
    Files.writeString(root.resolve("m.csv"), "path,label\n" + path + ",x\nset/a/" + NAME + ",y\n");
    Files.writeString(root.resolve("m.jsonl"), "{\"path\": \"" + path + "\", \"label\": \"x\"}\n");
    List<String> here = new ArrayList<>();
    for (String set : new String[] {"set", "m.csv", "m.jsonl"}) {
      here.addAll(listed(root.resolve(set)));
    }
    assertThat(here).contains("a/" + NAME, "\u00fc", path).allMatch(line -> !line.contains("bad"));
    for (String locale : new String[] {"C", "C.UTF-8"}) {
      assertThat(inAnotherJvm(locale)).as(locale).isEqualTo(here);
    }
  }

  private List<String> inAnotherJvm(String locale) throws Exception {
    ProcessBuilder builder =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:TieredStopAtLevel=1",
                "-cp",
                System.getProperty("java.class.path"),
                Listing.class.getName(),
                root.resolve("set").toString(),
                root.resolve("m.csv").toString(),
                root.resolve("m.jsonl").toString())
            .redirectError(ProcessBuilder.Redirect.INHERIT);
    builder.environment().put("LC_ALL", locale);
    Process process = builder.start();
    String out = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(process.waitFor()).isZero();
    return out.lines().toList();
  }

  /** Ids and classes of a set, and what tells whether its files were found. */
  private static List<String> listed(Path set) throws Exception {
    List<String> lines = new ArrayList<>();
    try (ImageSource source = ImageSources.open(set)) {
      for (int i = 0; i < source.size(); i++) {
        lines.add(source.id(i));
        try {
          lines.add(source.dimensions(i).toString());
        } catch (BadImageException e) {
          lines.add("bad: " + e.reason());
        }
      }
      lines.addAll(source.classes());
      lines.add(source.fingerprint());
    }
    return lines;
  }

  /** Prints what {@link #listed} says of each argument. */
  static final class Listing {
    private Listing() {}

    public static void main(String[] sets) throws Exception {
      for (String set : sets) {
        for (String line : listed(Path.of(set))) {
          System.out.write((line + "\n").getBytes(StandardCharsets.UTF_8));
        }
      }
      System.out.flush();
    }
  }
}
