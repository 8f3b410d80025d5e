package dev.bingo.app;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.Architectures.layeredArchitecture;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption.DoNotIncludeTests;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/**
 * Above the library: imports go against the arrows, runs neither print nor know the command line.
 */
class ArchitectureTest {
  private static JavaClasses classes;

  @BeforeAll
  static void read() {
    classes =
        new ClassFileImporter()
            .withImportOption(new DoNotIncludeTests())
            .importPackages("dev.bingo.recipe", "dev.bingo.run", "dev.bingo.app");
  }

  @Test
  void importsGoAgainstTheFlow() {
    layeredArchitecture()
        .consideringOnlyDependenciesInLayers()
        .layer("recipe")
        .definedBy("dev.bingo.recipe..")
        .layer("run")
        .definedBy("dev.bingo.run..")
        .layer("report")
        .definedBy("dev.bingo.app.report..")
        .layer("terminal")
        .definedBy("dev.bingo.app.terminal..")
        .layer("demo")
        .definedBy("dev.bingo.app.demo..")
        .layer("serving")
        .definedBy("dev.bingo.app.serving..")
        .layer("command")
        .definedBy("dev.bingo.app.command..")
        .layer("app")
        .definedBy("dev.bingo.app")
        .whereLayer("recipe")
        .mayNotAccessAnyLayer()
        .whereLayer("run")
        .mayOnlyAccessLayers("recipe")
        .whereLayer("report")
        .mayNotAccessAnyLayer()
        .whereLayer("terminal")
        .mayOnlyAccessLayers("run")
        .whereLayer("demo")
        .mayOnlyAccessLayers("recipe", "run", "report", "terminal")
        .whereLayer("serving")
        .mayOnlyAccessLayers("recipe", "run")
        .whereLayer("command")
        .mayOnlyAccessLayers("recipe", "run", "terminal", "report", "demo", "serving")
        .whereLayer("app")
        .mayOnlyAccessLayers("recipe", "terminal", "command")
        .check(classes);
  }

  @Test
  void runsNeitherPrintNorExitNorKnowTheCommandLine() {
    noClasses()
        .that()
        .resideInAnyPackage("dev.bingo.recipe..", "dev.bingo.run..")
        .should()
        .accessField(System.class, "out")
        .orShould()
        .accessField(System.class, "err")
        .orShould()
        .callMethod(System.class, "exit", int.class)
        .orShould()
        .dependOnClassesThat()
        .resideInAPackage("picocli..")
        .check(classes);
  }
}
