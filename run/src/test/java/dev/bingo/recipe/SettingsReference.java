package dev.bingo.recipe;

import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.databind.PropertyNamingStrategies.SnakeCaseStrategy;
import com.sun.source.doctree.DocCommentTree;
import com.sun.source.doctree.DocTree;
import com.sun.source.doctree.LinkTree;
import com.sun.source.doctree.LiteralTree;
import com.sun.source.doctree.ParamTree;
import com.sun.source.doctree.TextTree;
import com.sun.source.tree.ClassTree;
import com.sun.source.tree.CompilationUnitTree;
import com.sun.source.util.DocTrees;
import com.sun.source.util.JavacTask;
import com.sun.source.util.TreePathScanner;
import dev.bingo.method.MethodConfig;
import dev.bingo.view.Augmentation;
import java.io.IOException;
import java.lang.reflect.RecordComponent;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import javax.tools.JavaCompiler;
import javax.tools.StandardJavaFileManager;
import javax.tools.ToolProvider;

/** docs/settings.md, from where settings are declared: the records and their documentation. */
final class SettingsReference {
  private static final List<Path> SOURCES =
      List.of(Path.of("src/main/java"), Path.of("../library/src/main/java"));
  private static final SnakeCaseStrategy SNAKE = new SnakeCaseStrategy();

  private final StringBuilder out = new StringBuilder();

  private SettingsReference() {}

  static String markdown() throws IOException {
    SettingsReference reference = new SettingsReference();
    reference.write();
    return reference.out.toString();
  }

  private void write() throws IOException {
    out.append(
        """
        # All settings

        Generated from their declarations by a test, which fails where this page is not what they say; `mvn -pl format,library,run test
        -Dquick -Dtest=SettingsReferenceTest -Dsettings.write=true -Dsurefire.failIfNoSpecifiedTests=false` writes it anew. How recipes are
        written and what holds when a run is resumed: [recipes.md](recipes.md). What a method does: [methods.md](methods.md),
        [bingo.md](bingo.md). What holds in a recipe: `bingo recipes show NAME --resolved`.

        A key is written `group.key=value` on the command line, and as `key: value` below `group:` in a file.

        ## Top level

        """);
    table(Recipe.class, Recipe.DEFAULT, "");
    for (RecordComponent group : Recipe.class.getRecordComponents()) {
      if (group.getType().isRecord()) {
        section(group.getType(), component(group, Recipe.DEFAULT), key(group));
      }
    }
    for (String method : Methods.names()) {
      MethodEntry<?> entry = Methods.entry(method);
      if (source(entry.defaults().getClass()) != null) {
        out.append("\n## `").append(entry.section()).append("`\n\nOf the method `").append(method);
        out.append("`: ").append(entry.what()).append(".\n\n");
        table(entry.defaults().getClass(), entry.defaults(), entry.section() + ".");
      }
    }
    augmentations();
  }

  private void section(Class<?> type, Object defaults, String name) throws IOException {
    out.append("\n## `").append(name).append("`\n\n");
    table(type, defaults, name + ".");
  }

  private void table(Class<?> type, Object defaults, String prefix) throws IOException {
    Map<String, String> said = said(type);
    out.append("| key | default | what |\n|---|---|---|\n");
    for (RecordComponent c : type.getRecordComponents()) {
      boolean elsewhere =
          MethodConfig.class.isAssignableFrom(type)
              ? List.of("augmentation", "size").contains(c.getName())
              : c.getType().isRecord() || c.getType() == MethodConfig.class;
      if (elsewhere) {
        continue;
      }
      String text = said.get(c.getName());
      if (text == null) {
        throw new AssertionError(type.getName() + ": no @param " + c.getName());
      }
      out.append("| `").append(prefix).append(key(c)).append("` | ");
      out.append(value(component(c, defaults))).append(" | ");
      out.append(text.replace("|", "\\|")).append(choice(c)).append(" |\n");
    }
  }

  private static String value(Object value) {
    String text = Recipes.YAML.valueToTree(value).toString().replaceAll("^\"|\"$", "");
    return text.isEmpty() ? "–" : "`" + text + "`";
  }

  private static String choice(RecordComponent c) {
    Object[] constants = c.getType().getEnumConstants();
    return constants == null
        ? ""
        : ": "
            + Arrays.stream(constants)
                .map(SettingsReference::value)
                .collect(Collectors.joining(", "));
  }

  private void augmentations() throws IOException {
    out.append(
        "\n## Augmentations\n\nWhat `augmentation` names, and the numbers that may follow: ");
    out.append("`augmentation=moco2 crop_min=0.3 blur=0`.\n\n| number |");
    Augmentation.NAMED.keySet().forEach(name -> out.append(" `").append(name).append("` |"));
    out.append(" what |\n|---|").append("---|".repeat(Augmentation.NAMED.size())).append("---|\n");
    Map<String, String> said = said(Augmentation.class);
    for (RecordComponent c : Augmentation.class.getRecordComponents()) {
      out.append("| `").append(key(c)).append("` |");
      for (Augmentation named : Augmentation.NAMED.values()) {
        out.append(' ').append(component(c, named)).append(" |");
      }
      out.append(' ').append(said.getOrDefault(c.getName(), "see `brightness`")).append(" |\n");
    }
  }

  private static String key(RecordComponent component) {
    JsonProperty own = component.getAccessor().getAnnotation(JsonProperty.class);
    return own == null ? SNAKE.translate(component.getName()) : own.value();
  }

  private static Object component(RecordComponent c, Object of) {
    try {
      c.getAccessor().setAccessible(true);
      return c.getAccessor().invoke(of);
    } catch (ReflectiveOperationException e) {
      throw new LinkageError(c.toString(), e);
    }
  }

  /** What the documentation of a record says of each component. */
  private static Map<String, String> said(Class<?> type) throws IOException {
    JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
    Map<String, String> said = new LinkedHashMap<>();
    try (StandardJavaFileManager files =
        compiler.getStandardFileManager(null, null, StandardCharsets.UTF_8)) {
      JavacTask task =
          (JavacTask)
              compiler.getTask(
                  null, files, null, null, null, files.getJavaFileObjects(source(type)));
      DocTrees trees = DocTrees.instance(task);
      for (CompilationUnitTree unit : task.parse()) {
        new TreePathScanner<Void, Void>() {
          @Override
          public Void visitClass(ClassTree tree, Void none) {
            DocCommentTree doc = trees.getDocCommentTree(getCurrentPath());
            if (doc != null && tree.getSimpleName().contentEquals(type.getSimpleName())) {
              doc.getBlockTags().stream()
                  .filter(tag -> tag.getKind() == DocTree.Kind.PARAM)
                  .map(ParamTree.class::cast)
                  .forEach(p -> said.put(p.getName().toString(), words(p.getDescription())));
            }
            return super.visitClass(tree, null);
          }
        }.scan(unit, null);
      }
    }
    return said;
  }

  private static String words(List<? extends DocTree> body) {
    return body.stream()
        .map(
            part ->
                part instanceof LiteralTree literal
                    ? "`" + literal.getBody().getBody() + "`"
                    : part instanceof LinkTree link
                        ? "`" + link.getReference().toString().replaceAll("^#|^.*#", "") + "`"
                        : part instanceof TextTree text ? text.getBody() : part.toString())
        .collect(Collectors.joining())
        .replaceAll("\\s+", " ")
        .strip();
  }

  /** Null of a class that is not bingo's own. */
  private static Path source(Class<?> type) {
    String file = type.getName().replaceAll("\\$.*", "").replace('.', '/') + ".java";
    return SOURCES.stream()
        .map(s -> s.resolve(file))
        .filter(Files::exists)
        .findFirst()
        .orElse(null);
  }
}
