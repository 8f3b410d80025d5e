package dev.bingo;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.Architectures.layeredArchitecture;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption.DoNotIncludeTests;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Imports go against the arrows only. */
class ArchitectureTest {
  private static JavaClasses library;

  @BeforeAll
  static void read() {
    library =
        new ClassFileImporter()
            .withImportOption(new DoNotIncludeTests())
            .importPackages("dev.bingo");
  }

  @Test
  void importsGoAgainstTheFlow() {
    layeredArchitecture()
        .consideringOnlyDependenciesInLayers()
        .layer("file")
        .definedBy("dev.bingo.file..")
        .layer("torch")
        .definedBy("dev.bingo.torch..")
        .layer("group")
        .definedBy("dev.bingo.group..")
        .layer("weights")
        .definedBy("dev.bingo.weights..")
        .layer("image")
        .definedBy("dev.bingo.image..")
        .layer("encoder")
        .definedBy("dev.bingo.encoder..")
        .layer("render")
        .definedBy("dev.bingo.render..")
        .layer("pretrained")
        .definedBy("dev.bingo.pretrained..")
        .layer("neighbour")
        .definedBy("dev.bingo.neighbour..")
        .layer("view")
        .definedBy("dev.bingo.view..")
        .layer("bag")
        .definedBy("dev.bingo.bag..")
        .layer("part")
        .definedBy("dev.bingo.method.part..")
        .layer("method")
        .definedBy("dev.bingo.method")
        .layer("train")
        .definedBy("dev.bingo.train..")
        .layer("evaluate")
        .definedBy("dev.bingo.evaluate..")
        .layer("select")
        .definedBy("dev.bingo.select..")
        .layer("fewshot")
        .definedBy("dev.bingo.fewshot..")
        .layer("export")
        .definedBy("dev.bingo.export..")
        .layer("similar")
        .definedBy("dev.bingo.similar..")
        .layer("vectors")
        .definedBy("dev.bingo.vectors..")
        .layer("look")
        .definedBy("dev.bingo.look..")
        .layer("classify")
        .definedBy("dev.bingo.classify..")
        .layer("front")
        .definedBy("dev.bingo")
        .whereLayer("file")
        .mayNotAccessAnyLayer()
        .whereLayer("torch")
        .mayNotAccessAnyLayer()
        .whereLayer("group")
        .mayOnlyAccessLayers("torch")
        .whereLayer("weights")
        .mayOnlyAccessLayers("file", "torch")
        .whereLayer("image")
        .mayOnlyAccessLayers("file", "torch")
        .whereLayer("encoder")
        .mayOnlyAccessLayers("file", "torch", "group", "weights")
        .whereLayer("render")
        .mayOnlyAccessLayers("file", "torch", "image")
        .whereLayer("pretrained")
        .mayOnlyAccessLayers("file", "torch", "weights", "encoder", "view")
        .whereLayer("neighbour")
        .mayOnlyAccessLayers("file", "torch", "weights")
        .whereLayer("view")
        .mayOnlyAccessLayers("file", "torch", "image", "render")
        .whereLayer("bag")
        .mayOnlyAccessLayers("file", "torch", "weights", "image", "view")
        .whereLayer("part")
        .mayOnlyAccessLayers("file", "torch", "group", "view", "encoder")
        .whereLayer("method")
        .mayOnlyAccessLayers(
            "file", "torch", "group", "weights", "image", "view", "encoder", "part")
        .whereLayer("train")
        .mayOnlyAccessLayers(
            "file", "torch", "group", "weights", "image", "view", "encoder", "method")
        .whereLayer("evaluate")
        .mayOnlyAccessLayers(
            "file", "torch", "weights", "image", "view", "render", "encoder", "pretrained")
        .whereLayer("select")
        .mayOnlyAccessLayers("torch", "neighbour")
        .whereLayer("fewshot")
        .mayOnlyAccessLayers(
            "torch", "weights", "image", "view", "render", "encoder", "method", "evaluate")
        .whereLayer("export")
        .mayOnlyAccessLayers(
            "file",
            "torch",
            "weights",
            "image",
            "view",
            "render",
            "encoder",
            "pretrained",
            "evaluate")
        .whereLayer("similar")
        .mayOnlyAccessLayers(
            "file", "torch", "weights", "image", "encoder", "neighbour", "evaluate")
        .whereLayer("vectors")
        .mayOnlyAccessLayers("file", "torch", "weights", "neighbour")
        .whereLayer("look")
        .mayOnlyAccessLayers("torch", "image", "neighbour", "evaluate", "similar")
        .whereLayer("classify")
        .mayOnlyAccessLayers(
            "torch",
            "weights",
            "image",
            "view",
            "render",
            "encoder",
            "method",
            "part",
            "train",
            "evaluate",
            "export")
        .whereLayer("front")
        .mayNotBeAccessedByAnyLayer()
        .check(library);
  }

  /** Whoever opens a package learns where in the house they are. */
  @Test
  void everyPackageSaysWhatStandsBelowItAndAbove() throws IOException {
    List<Path> unsaid = new ArrayList<>();
    for (String module : List.of("format", "library", "run", "app", "embed", "serve")) {
      Path sources = Path.of("..", module, "src", "main", "java");
      try (Stream<Path> files = Files.walk(sources)) {
        for (Path file : files.filter(f -> f.endsWith("package-info.java")).toList()) {
          String text = Files.readString(file);
          if (!text.contains("Below:") || !text.contains("Above:")) {
            unsaid.add(file);
          }
        }
      }
    }
    assertThat(unsaid)
        .containsExactly(Path.of("../library/src/main/java/dev/bingo/package-info.java"));
  }

  /** What can be done is said by {@code Remedy}; how, each front end says in its own words. */
  @Test
  void messagesAreFreeOfTheCommandLinesWords() throws IOException {
    Pattern words = Pattern.compile("\"[^\"]*('bingo [a-z]|--[a-z]{2})");
    List<String> found = new ArrayList<>();
    try (Stream<Path> files = Files.walk(Path.of("src", "main", "java"))) {
      for (Path file : files.filter(f -> f.toString().endsWith(".java")).toList()) {
        Files.readAllLines(file).stream()
            .filter(line -> words.matcher(line).find())
            .map(line -> file.getFileName() + ": " + line.strip())
            .forEach(found::add);
      }
    }
    // An option of tar.
    assertThat(found).containsExactly("Tars.java: + \" without --sparse.\");");
  }

  @Test
  void nobodyPrintsOrExits() {
    noClasses()
        .should()
        .accessField(System.class, "out")
        .orShould()
        .accessField(System.class, "err")
        .orShould()
        .callMethod(System.class, "exit", int.class)
        .orShould()
        .callMethod(System.class, "gc")
        .check(library);
  }
}
