package dev.bingo.app.command;

import dev.bingo.Encoder;
import dev.bingo.app.terminal.Faults;
import dev.bingo.app.terminal.TerminalConsole;
import dev.bingo.evaluate.AgainstRandom;
import dev.bingo.file.Printable;
import dev.bingo.pretrained.Pretrained;
import dev.bingo.pretrained.Pretrained.Guess;
import dev.bingo.pretrained.Pretrained.Inspection;
import dev.bingo.pretrained.Pretrained.Program;
import dev.bingo.pretrained.Pretrained.Wish;
import dev.bingo.run.BagMaker;
import dev.bingo.run.Console;
import dev.bingo.run.EncoderPath;
import dev.bingo.run.ForeignWeights;
import dev.bingo.torch.Engine;
import dev.bingo.torch.Names;
import dev.bingo.weights.Format;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import org.bytedeco.javacpp.PointerScope;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(
    name = "inspect",
    description = "Says what a file of weights is, and whether it can teach.",
    footerHeading = "%nExamples:%n",
    footer = {
      "  bingo inspect moco_v2_800ep_pretrain.pth.tar",
      "  bingo inspect teacher.safetensors --data photos",
      "",
      "Exit code 1 where no encoder can be made of it, or where --data shows it no better than",
      "random weights. docs/teachers.md says how others' weights are brought."
    })
public final class InspectCommand implements Callable<Integer> {
  private static final int LONGEST_WORD = 60;
  private static final int MOST_WORDS = 12;
  private static final int MOST_DICTS = 8;
  private static final int MOST_FOREIGN = 6;

  @Parameters(
      paramLabel = "FILE",
      description =
          "Weights (.pth, .th, .pt, .safetensors), a program (.onnx, TorchScript), or a run's directory.")
  private Path file;

  @Mixin private WeightArguments weights;

  @Option(
      names = "--data",
      paramLabel = "DATA",
      description =
          "Images to measure it on, beside random weights: kNN where they are labelled, and how often"
              + " two views of an image find each other.")
  private Path data;

  @Mixin private ImageArguments images;

  @Override
  public Integer call() throws IOException {
    file = EncoderPath.of(file);
    Format.of(file);
    Engine.start();
    Wish wish = weights.wish();
    say("file", "%s, %,d bytes", file, Files.size(file));
    say("sha-256", "%s", BagMaker.sha256(file));
    Inspection found = Pretrained.inspect(file, wish);
    say("format", "%s", found.format().words());
    if (found.format() != Format.TORCHSCRIPT) {
      sayContent(found);
    }
    if (found.kind().equals("resume")) {
      say("kind", "a checkpoint of a run; bingo train --resume RUN goes on with it");
      return 0;
    }
    if (!found.kind().isEmpty()) {
      say("kind", "%s of bingo's", found.kind());
    }
    if (found.program().isPresent()) {
      Program program = found.program().get();
      sayProgram(program);
      return program.problem().isEmpty() && (data == null || measure(wish)) ? 0 : 1;
    }
    if (found.guess().isEmpty()) {
      say("encoder", "none: no state dict of an image encoder that bingo knows");
      if (!found.advice().isEmpty()) {
        say("advice", "%s", found.advice());
      }
      return 1;
    }
    Guess guess = found.guess().get();
    sayGuess(guess);
    if (!guess.problems().isEmpty()) {
      return 1;
    }
    if (!guess.notFinite().isEmpty()) {
      say("problem", "%s", guess.notFinite());
      return 1;
    }
    return data == null || measure(wish) ? 0 : 1;
  }

  private static void sayContent(Inspection found) {
    String words =
        found.metadata().entrySet().stream()
            .filter(e -> e.getValue().length() <= LONGEST_WORD && !e.getValue().contains("\n"))
            .limit(MOST_WORDS)
            .map(e -> e.getKey() + " " + e.getValue())
            .collect(Collectors.joining(", "));
    if (!words.isEmpty()) {
      say("says", "%s", words);
    }
    if (found.dicts().isEmpty()) {
      sayForeign(found);
      return;
    }
    Map<String, Integer> dicts = new LinkedHashMap<>();
    found.dicts().forEach((path, n) -> dicts.merge(shortened(path), n, Integer::sum));
    int more = dicts.size() - MOST_DICTS;
    say(
        found.program().isPresent() ? "weights" : "dicts",
        "%s%s",
        dicts.entrySet().stream()
            .limit(MOST_DICTS)
            .map(e -> e.getKey() + " (" + e.getValue() + ")")
            .collect(Collectors.joining(", ")),
        more > 0 ? " and " + more + " more" : "");
    say(
        "tensors",
        "%,d, of %,d numbers: %s",
        found.dicts().values().stream().mapToInt(n -> n).sum(),
        found.numbers(),
        found.types().entrySet().stream()
            .map(e -> dtype(e.getKey()) + " (" + e.getValue() + ")")
            .collect(Collectors.joining(", ")));
    sayForeign(found);
  }

  /** What a checkpoint's pickle names besides tensors and plain values. */
  private static void sayForeign(Inspection found) {
    Map<String, Integer> foreign = found.foreign();
    if (foreign.isEmpty()) {
      return;
    }
    int objects = foreign.values().stream().mapToInt(n -> n).sum();
    int more = foreign.size() - MOST_FOREIGN;
    say(
        "skipped",
        "%,d foreign %s, none run or kept; the names: %s%s",
        objects,
        objects == 1 ? "object" : "objects",
        foreign.keySet().stream().limit(MOST_FOREIGN).collect(Collectors.joining(", ")),
        more > 0 ? " and " + more + " more" : "");
  }

  private static void sayProgram(Program program) {
    say("program", "%s", program.about());
    if (!program.takes().isEmpty()) {
      say("takes", "%s", program.takes());
      say("gives", "%s", program.gives());
    }
    if (program.problem().isEmpty()) {
      say("features", "%s", program.features());
      say("use", "can teach (teacher.batch_norm=running), can't be trained");
    } else {
      say("problem", "%s", program.problem());
      String words = Faults.words(program.remedy(), "");
      if (!words.isEmpty()) {
        say("to do", "%s", words);
      }
    }
    if (!program.warning().isEmpty()) {
      say("warning", "%s", program.warning());
    }
  }

  /** An optimiser has a dict for each parameter. */
  private static String shortened(String path) {
    return path.isEmpty() ? "the file itself" : path.replaceAll("^(\\w*optim\\w*)/.*", "$1");
  }

  private static String dtype(String name) {
    return switch (name) {
      case "Float" -> "float32";
      case "Double" -> "float64";
      case "Half" -> "float16";
      case "Long" -> "int64";
      case "Int" -> "int32";
      case "Short" -> "int16";
      case "Char" -> "int8";
      case "Byte" -> "uint8";
      default -> name.toLowerCase(Locale.ROOT);
    };
  }

  private static void sayGuess(Guess guess) {
    boolean fits = guess.problems().isEmpty();
    say(
        "encoder",
        "%s%s, stem %s",
        fits ? "" : "none as a whole; nearest is ",
        guess.architecture(),
        Names.spell(guess.stem()));
    say("names", "%s", guess.names());
    say(
        "matched",
        "%d of %d tensors, %,d numbers%s",
        guess.tensors(),
        guess.of(),
        guess.parameters(),
        guess.uncounted() && fits
            ? "; the file has no counters of batch-norm, which start at 0"
            : "");
    say("head", "%s", guess.head());
    say("left out", "%s", guess.leftOut().isEmpty() ? "nothing" : guess.leftOut());
    if (!fits) {
      say("unmatched", "%s", guess.problems());
    } else if (!guess.alsoFits().isEmpty()) {
      say("also fits", "%s; --dict NAME takes it", String.join(", ", guess.alsoFits()));
    }
  }

  /** Whether it is better than random weights. */
  private boolean measure(Wish wish) throws IOException {
    Console console = TerminalConsole.standard();
    try (PointerScope scope = new PointerScope();
        GivenImages given = images.open(data, Path.of("bad-images.tsv"), console)) {
      List<AgainstRandom> measured =
          ForeignWeights.measure(Encoder.load(file, wish), given.source(), console);
      for (AgainstRandom one : measured) {
        say("measured", "%s", one);
      }
      boolean better = measured.stream().anyMatch(AgainstRandom::better);
      say(
          "verdict",
          better
              ? "can teach"
              : "no better than random weights on these images: no difference is beyond luck, three standard"
                  + " deviations, which more images make smaller");
      return better;
    }
  }

  private static void say(String what, String format, Object... words) {
    String text = String.format(Locale.ROOT, "%-10s" + format, concat(what, words));
    System.out.println(Printable.line(text));
  }

  private static Object[] concat(String first, Object... rest) {
    Object[] all = new Object[rest.length + 1];
    all[0] = first;
    System.arraycopy(rest, 0, all, 1, rest.length);
    return all;
  }
}
