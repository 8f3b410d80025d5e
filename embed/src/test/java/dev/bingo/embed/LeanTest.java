package dev.bingo.embed;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;

import com.tngtech.archunit.core.importer.ImportOption.DoNotIncludeTests;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;

/** Java and ONNX Runtime, nothing else. */
@AnalyzeClasses(packages = "dev.bingo.embed", importOptions = DoNotIncludeTests.class)
class LeanTest {
  @ArchTest
  static final ArchRule NOTHING_ELSE_IS_NEEDED =
      classes()
          .should()
          .onlyDependOnClassesThat()
          .resideInAnyPackage("java..", "javax.imageio..", "ai.onnxruntime..", "dev.bingo.embed..");
}
