package dev.bingo.app.command;

import dev.bingo.encoder.Encoders;
import dev.bingo.recipe.Methods;
import dev.bingo.recipe.RecipeException;
import dev.bingo.recipe.Recipes;
import dev.bingo.weights.WholeFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(
    name = "recipes",
    description = "Lists, shows and copies recipes.",
    footerHeading = "%nExamples:%n",
    footer = {
      "  bingo recipes",
      "  bingo recipes methods",
      "  bingo recipes show bingo-cifar10",
      "  bingo recipes show bingo-cifar10 --resolved train.epochs=20",
      "  bingo recipes copy bingo-cifar10 my-recipe.yaml"
    })
public final class RecipesCommand implements Runnable {
  @Override
  public void run() {
    list();
  }

  @Command(
      description = "Lists the recipes that come with bingo.",
      footerHeading = "%nExamples:%n",
      footer = "  bingo recipes list")
  void list() {
    for (String name : Recipes.SHIPPED) {
      String first = Recipes.text(name).lines().findFirst().orElse("").replaceFirst("^# *", "");
      System.out.printf("%-26s %s%n", name, first);
    }
  }

  @Command(
      description = "Prints a recipe, or with --resolved every setting that holds.",
      footerHeading = "%nExamples:%n",
      footer = {
        "  bingo recipes show bingo-cifar10",
        "  bingo recipes show bingo-cifar10 --resolved",
        "  bingo recipes show bingo-cifar10 train.epochs=20 data.size=64"
      })
  void show(
      @Parameters(paramLabel = "RECIPE", description = "Name or file.") String recipe,
      @Parameters(
              paramLabel = "KEY=VALUE",
              arity = "0..*",
              index = "1..*",
              description = "Overrides.")
          List<String> overrides,
      @Option(names = "--resolved", description = "Defaults and overrides too.") boolean resolved) {
    List<String> given = overrides == null ? List.of() : overrides;
    System.out.print(
        resolved || !given.isEmpty()
            ? Recipes.write(Recipes.read(recipe, given))
            : Recipes.text(recipe));
  }

  @Command(
      description = "Lists the methods that a recipe can name.",
      footerHeading = "%nExamples:%n",
      footer = "  bingo recipes methods")
  void methods() {
    for (String name : Methods.names()) {
      System.out.printf("%-10s %s%n", name, Methods.what(name));
    }
  }

  @Command(
      description = "Lists the architectures that a recipe can name.",
      footerHeading = "%nExamples:%n",
      footer = "  bingo recipes archs")
  void archs() {
    Encoders.names().forEach(System.out::println);
  }

  @Command(
      description = "Copies a recipe to a file, to change it.",
      footerHeading = "%nExamples:%n",
      footer = {
        "  bingo recipes copy bingo-cifar10 my-recipe.yaml",
        "  bingo train my-recipe.yaml --out runs/a"
      })
  void copy(
      @Parameters(paramLabel = "RECIPE", description = "Name.") String recipe,
      @Parameters(paramLabel = "FILE", description = "Where to.") Path file)
      throws IOException {
    if (Files.exists(file)) {
      throw new RecipeException(file + ": is there already; choose another name");
    }
    WholeFile.write(file, Recipes.text(recipe));
    System.out.println("wrote " + file);
  }
}
