package dev.bingo.app.command;

import dev.bingo.recipe.RecipeException;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;

/** {@code bingo classify}. */
@Command(
    name = "classify",
    description = {
      "Learns your classes from labelled photos, and says which class others are of.",
      "'train' makes one file of an encoder and labels, 'predict' classifies with it, 'eval' judges"
          + " it. In a Java service the artefact bingo-embed opens the same file."
    },
    subcommands = {
      ClassifyTrainCommand.class,
      ClassifyPredictCommand.class,
      ClassifyEvalCommand.class
    },
    footerHeading = "%nExamples:%n",
    footer = {
      "  bingo classify train runs/student labelled --out classifier.onnx",
      "  bingo classify predict classifier.onnx photos --out classes.csv",
      "  bingo classify eval classifier.onnx other-labelled"
    })
public final class ClassifyCommand implements Callable<Integer> {
  @Override
  public Integer call() {
    throw new RecipeException("classify takes train, predict or eval; see 'bingo classify --help'");
  }
}
