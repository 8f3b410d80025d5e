package dev.bingo.app.command;

import dev.bingo.encoder.Stem;
import dev.bingo.pretrained.Pretrained.Wish;
import dev.bingo.recipe.RecipeException;
import dev.bingo.recipe.Settings;
import dev.bingo.torch.Names;
import java.util.Arrays;
import java.util.List;
import picocli.CommandLine.Option;

/** What a user may say of a file of weights that does not say it itself. */
final class WeightArguments {
  @Option(
      names = "--arch",
      description = "Architecture of a foreign file (default: whichever fits).")
  private String architecture = "";

  @Option(
      names = "--stem",
      description = "Its stem: imagenet, cifar or cifar-pool (default: whichever fits).")
  private String stem = "";

  @Option(
      names = "--size",
      description = "Its images' side, pixels (default: 224; 32 for CIFAR's networks).")
  private int size;

  @Option(
      names = "--normalise",
      description =
          "Its pixels' normalisation: imagenet, swav, cifar10, cifar100 or half (default: imagenet).")
  private String normalise = "";

  @Option(
      names = "--allow-missing",
      paramLabel = "PATTERN",
      description = "Names, with *, that need no counterpart in file or network, as 'head.*'.")
  private List<String> allowMissing = List.of();

  @Option(
      names = "--dict",
      paramLabel = "NAME",
      description =
          "State dict to take where a file has several, as state_dict_ema (default: the first that"
              + " fits, averages last).")
  private String dict = "";

  @Option(
      names = "--output",
      paramLabel = "NAME",
      description = "Output of an ONNX model that has the features (default: found by its name).")
  private String output = "";

  @Option(
      names = "--allow-code",
      description = "Run a TorchScript module, which is to execute the code in the file.")
  private boolean allowCode;

  @Option(
      names = "--run-seconds",
      paramLabel = "SECONDS",
      description = "As long an ONNX model may take for a batch (default: ${DEFAULT-VALUE}).")
  private int runSeconds = Wish.SECONDS;

  Wish wish() {
    if (runSeconds < 1) {
      throw new RecipeException("--run-seconds: expected 1 or more, got " + runSeconds);
    }
    if (!normalise.isEmpty()) {
      Settings.normalisation(normalise);
    }
    return new Wish(
        architecture,
        stem(),
        size,
        normalise,
        true,
        allowMissing,
        output,
        allowCode,
        dict,
        runSeconds);
  }

  private Stem stem() {
    if (stem.isEmpty()) {
      return null;
    }
    List<Stem> stems = Arrays.asList(Stem.values());
    List<String> known = stems.stream().map(Names::spell).toList();
    if (!known.contains(stem)) {
      throw new RecipeException(
          "--stem: unknown value '" + stem + "'" + Names.didYouMean(stem, known));
    }
    return stems.get(known.indexOf(stem));
  }
}
