package dev.bingo;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.Architectures.layeredArchitecture;

import com.tngtech.archunit.core.importer.ImportOption.DoNotIncludeTests;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;

/** Imports go against the arrows only. */
@AnalyzeClasses(packages = "dev.bingo", importOptions = DoNotIncludeTests.class)
class ArchitectureTest {
  @ArchTest
  static final ArchRule IMPORTS_GO_AGAINST_THE_FLOW =
      layeredArchitecture()
          .consideringOnlyDependenciesInLayers()
          .layer("torch")
          .definedBy("dev.bingo.torch..")
          .layer("weights")
          .definedBy("dev.bingo.weights..")
          .layer("image")
          .definedBy("dev.bingo.image..")
          .layer("view")
          .definedBy("dev.bingo.view..")
          .layer("encoder")
          .definedBy("dev.bingo.encoder..")
          .layer("bag")
          .definedBy("dev.bingo.bag..")
          .layer("method")
          .definedBy("dev.bingo.method..")
          .layer("train")
          .definedBy("dev.bingo.train..")
          .layer("evaluate")
          .definedBy("dev.bingo.evaluate..")
          .layer("export")
          .definedBy("dev.bingo.export..")
          .whereLayer("torch")
          .mayNotAccessAnyLayer()
          .whereLayer("weights")
          .mayOnlyAccessLayers("torch")
          .whereLayer("image")
          .mayOnlyAccessLayers("torch")
          .whereLayer("view")
          .mayOnlyAccessLayers("torch", "image")
          .whereLayer("encoder")
          .mayOnlyAccessLayers("torch", "weights")
          .whereLayer("bag")
          .mayOnlyAccessLayers("torch", "weights", "view")
          .whereLayer("method")
          .mayOnlyAccessLayers("torch", "view", "encoder")
          .whereLayer("train")
          .mayOnlyAccessLayers("torch", "weights", "view", "encoder", "method")
          .whereLayer("evaluate")
          .mayOnlyAccessLayers("torch", "weights", "image", "view", "encoder")
          .whereLayer("export")
          .mayOnlyAccessLayers("torch", "weights", "image", "view", "encoder", "evaluate");

  @ArchTest
  static final ArchRule NOBODY_PRINTS_OR_EXITS =
      noClasses()
          .should()
          .accessField(System.class, "out")
          .orShould()
          .accessField(System.class, "err")
          .orShould()
          .callMethod(System.class, "exit", int.class)
          .orShould()
          .callMethod(System.class, "gc");
}
