package dev.bingo.app;

import static org.assertj.core.api.Assertions.assertThat;

import dev.bingo.app.terminal.CleanStream;
import dev.bingo.app.terminal.TerminalConsole;
import dev.bingo.run.TinyRun;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Map;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CleanStreamTest {
  private static final String NASTY = "a\u001b]0;T\u0007\u009b31m\u202eb\rc";
  private static final String CLEAN = "a?]0;T??31m?b?c";

  @TempDir Path folder;
  private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
  private final PrintStream plain = new PrintStream(bytes, true, StandardCharsets.UTF_8);

  @Test
  void everyWayToPrintIsClean() {
    try (PrintStream clean = new CleanStream(plain)) {
      clean.print(NASTY);
      clean.print((Object) NASTY);
      clean.print(NASTY.toCharArray());
      clean.print('\u001b');
      clean.println(NASTY);
      clean.println((Object) NASTY);
      clean.printf(Locale.ROOT, "%s %s%n", NASTY, Map.of(NASTY, 1));
      clean.append(NASTY).append('\u009b').append(NASTY, 1, 2);
      clean.println(NASTY.toCharArray());
    }
    String printed = bytes.toString(StandardCharsets.UTF_8);
    assertThat(printed)
        .startsWith(CLEAN.repeat(3) + "?" + CLEAN + "\n" + CLEAN + "\n" + CLEAN + " {");
    assertThat(printed.codePoints().filter(c -> c != '\n'))
        .noneMatch(c -> Character.isISOControl(c) || c == 0x202e);
  }

  @Test
  void aConsoleSteersTheTerminalAndNobodyElseDoes() {
    TerminalConsole console = new TerminalConsole(plain, true);
    console.say(NASTY);
    console.begin(NASTY);
    console.progress(1, 2);
    assertThat(bytes.toString(StandardCharsets.UTF_8))
        .contains(CLEAN + "\n", "\r" + CLEAN)
        .doesNotContain("\u001b", "\u009b", "\u202e");
  }

  @Test
  void namesInADataSetReachTheTerminalClean() throws IOException {
    Path set = folder.resolve("set");
    BufferedImage image = new BufferedImage(16, 16, BufferedImage.TYPE_INT_RGB);
    for (String of : new String[] {"=\u202ex\u001b[31m", "b\u001b]0;T\u0007"}) {
      Files.createDirectories(set.resolve(of));
      for (int i = 0; i < 6; i++) {
        image.setRGB(i, of.length(), 0xffffff);
        ImageIO.write(image, "png", set.resolve(of).resolve(i + ".png").toFile());
      }
      Files.write(set.resolve(of).resolve("0.png"), new byte[] {1});
    }
    PrintStream out = System.out;
    PrintStream err = System.err;
    System.setOut(plain);
    System.setErr(plain);
    Path rows = folder.resolve("rows");
    try {
      String encoder = "" + TinyRun.encoder(folder.resolve("encoder.safetensors"));
      String share = "--bad-images=0.5";
      assertThat(Bingo.run("embed", encoder, "" + set, "--out", "" + rows, share)).isZero();
      assertThat(
              Bingo.run(
                  "embed", encoder, "" + set, "--out", rows + "\u001b[2J\u202e", "--bad-images=0"))
          .isEqualTo(2);
      assertThat(Bingo.run("inspect", folder.resolve("no\u001b[2J\u202e").toString())).isEqualTo(2);
    } finally {
      System.setOut(out);
      System.setErr(err);
    }
    String said = bytes.toString(StandardCharsets.UTF_8);
    assertThat(said).contains("no?[2J?").doesNotContain("\u001b", "\u202e", "\u0007");
    for (String name : new String[] {"index.json", "bad-images.tsv"}) {
      assertThat(Files.readString(rows.resolve(name))).doesNotContain("\u001b", "\u202e", "\u0007");
    }
    assertThat(Files.readString(rows.resolve("bad-images.tsv"))).contains("'=?x?[31m/0.png\t");
  }
}
