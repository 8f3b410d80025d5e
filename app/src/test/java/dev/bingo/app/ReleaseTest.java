package dev.bingo.app;

import static org.assertj.core.api.Assertions.assertThat;

import dev.bingo.Version;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import javax.xml.parsers.DocumentBuilderFactory;
import javax.xml.xpath.XPathConstants;
import javax.xml.xpath.XPathFactory;
import org.junit.jupiter.api.Test;
import org.w3c.dom.Document;
import org.w3c.dom.NodeList;

/** What a release needs of the build: one version, whole POMs, a BOM that names everything. */
class ReleaseTest {
  private static final Path ROOT = Path.of("..");

  @Test
  void theVersionStandsInOnePlace() throws Exception {
    assertThat(texts(pom("."), "/project/version")).containsExactly("${revision}");
    assertThat(texts(pom("."), "/project/properties/revision")).containsExactly(Version.CURRENT);
    for (String module : modules()) {
      assertThat(texts(pom(module), "/project/parent/version"))
          .as(module)
          .containsExactly("${revision}");
      assertThat(texts(pom(module), "/project/version")).as(module).isEmpty();
    }
  }

  @Test
  void everyModuleSaysWhatItIs() throws Exception {
    for (String module : modules()) {
      assertThat(texts(pom(module), "/project/name")).as(module).hasSize(1);
      assertThat(texts(pom(module), "/project/description")).as(module).hasSize(1);
    }
    for (String needed : List.of("url", "licenses", "developers", "scm", "organization")) {
      assertThat(texts(pom("."), "/project/" + needed)).as(needed).hasSize(1);
    }
  }

  @Test
  void theBomNamesEveryPublishedModule() throws Exception {
    List<String> published = new ArrayList<>();
    for (String module : modules()) {
      boolean skipped =
          texts(pom(module), "/project/properties/maven.deploy.skip").contains("true");
      if (!skipped && !module.equals("bom")) {
        published.addAll(texts(pom(module), "/project/artifactId"));
      }
    }
    assertThat(
            texts(pom("bom"), "/project/dependencyManagement/dependencies/dependency/artifactId"))
        .containsExactlyInAnyOrderElementsOf(published);
  }

  @Test
  void theChangelogHasAPartOfThisVersion() throws Exception {
    String release = Version.CURRENT.replace("-SNAPSHOT", "");
    assertThat(Files.readAllLines(ROOT.resolve("CHANGELOG.md")))
        .anyMatch(line -> line.matches("## \\Q" + release + "\\E( .*)?"));
  }

  private static List<String> modules() throws Exception {
    return texts(pom("."), "/project/modules/module");
  }

  private static Document pom(String module) throws Exception {
    return DocumentBuilderFactory.newInstance()
        .newDocumentBuilder()
        .parse(ROOT.resolve(module).resolve("pom.xml").toFile());
  }

  private static List<String> texts(Document pom, String path) throws Exception {
    NodeList nodes =
        (NodeList)
            XPathFactory.newInstance().newXPath().evaluate(path, pom, XPathConstants.NODESET);
    List<String> texts = new ArrayList<>();
    for (int i = 0; i < nodes.getLength(); i++) {
      texts.add(nodes.item(i).getTextContent().strip());
    }
    return texts;
  }
}
