package dev.bingo.serve;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;

import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption.DoNotIncludeTests;
import org.junit.jupiter.api.Test;

/**
 * The service runs without LibTorch: it stands on {@code bingo-embed} and a few small libraries.
 */
class LeanTest {
  @Test
  void nothingElseIsNeeded() {
    classes()
        .should()
        .onlyDependOnClassesThat()
        .resideInAnyPackage(
            "java..",
            "dev.bingo.serve..",
            "dev.bingo.embed..",
            "dev.bingo.format..",
            "com.fasterxml.jackson..",
            "org.eclipse.jetty..",
            "io.prometheus..",
            "picocli..")
        .check(
            new ClassFileImporter()
                .withImportOption(new DoNotIncludeTests())
                .importPackages("dev.bingo.serve"));
  }
}
