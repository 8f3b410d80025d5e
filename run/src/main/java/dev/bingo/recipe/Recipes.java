package dev.bingo.recipe;

import com.fasterxml.jackson.core.JsonLocation;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonMappingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import dev.bingo.method.MethodConfig;
import dev.bingo.torch.Names;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.UnaryOperator;

/**
 * Reads recipes: the defaults, over them a YAML file, over that {@code key=value} pairs. Anything
 * that is not understood is refused, with its line and the nearest name.
 */
public final class Recipes {
  /** The recipes that come with bingo. */
  public static final List<String> SHIPPED =
      List.of(
          "bingo-cifar10",
          "seed-cifar10",
          "compress-cifar10",
          "simreg-cifar10",
          "mixsim-cifar10",
          "mixsim-tokens-cifar10",
          "moco-v2-cifar10",
          "msvq-cifar10",
          "msvq-cifar100",
          "msvq-stl10",
          "msvq-tiny-imagenet",
          "swav-cifar10",
          "wcl-cifar10",
          "cone-cifar10",
          "mobyv2al-cifar10",
          "bingo-imagenet-r18-r50",
          "seed-imagenet-r18-r50",
          "compress-imagenet-r18-r50",
          "simreg-imagenet-r18-r50",
          "moco-v2-imagenet-r50",
          "swav-imagenet-r50",
          "wcl-imagenet-r50",
          "wcl-imagenet-r50-multicrop",
          "cone-imagenet-r50",
          "demo-teacher",
          "demo-student",
          "demo-control");

  static final int LIMIT = 1 << 20;
  private static final String ALLOW_CODE = "teacher.allow_code";
  private static final String AUGMENTATION = "augmentation";
  private static final String SIZE = "size";
  private static final List<String> PATHS =
      List.of(
          "data.train",
          "data.val",
          "student.init",
          "teacher.file",
          "teacher.cache",
          "bags.file",
          "bags.listing");
  static final YAMLMapper YAML = RecipeYaml.mapper(LIMIT);

  private Recipes() {}

  /**
   * Reads a recipe.
   *
   * @param nameOrFile a shipped recipe's name, or a path
   * @param overrides {@code a.b=value}
   * @throws RecipeException where anything is not understood
   */
  public static Recipe read(String nameOrFile, List<String> overrides) {
    return read(nameOrFile, overrides, new HashMap<>()).recipe;
  }

  /**
   * What a person set that the run has no use for, by key, each with its reason: overrides, and
   * what their own file has other than the defaults.
   */
  public static Map<String, String> ignored(String nameOrFile, List<String> overrides) {
    Map<String, JsonLocation> lines = new LinkedHashMap<>();
    Given read = read(nameOrFile, overrides, lines);
    Set<String> given = new LinkedHashSet<>();
    if (!SHIPPED.contains(nameOrFile)) {
      JsonNode usual = defaults();
      lines.keySet().stream()
          .filter(key -> !at(read.tree, key).equals(at(usual, key)))
          // A recipe says how to evaluate for whoever has images to do it with.
          .filter(key -> !key.startsWith("evaluate."))
          .forEach(given::add);
    }
    given.addAll(keys(overrides));
    return Ignored.of(read.recipe, given);
  }

  /** What of some {@code key=value} a recipe has no use for, likewise. */
  public static Map<String, String> ignored(Recipe recipe, List<String> overrides) {
    return Ignored.of(recipe, keys(overrides));
  }

  private static List<String> keys(List<String> overrides) {
    return overrides.stream()
        .filter(o -> !o.endsWith("="))
        .map(o -> o.substring(0, o.indexOf('=')))
        .toList();
  }

  private static JsonNode at(JsonNode tree, String key) {
    return tree.at("/" + key.replace('.', '/'));
  }

  /** What was written, those settings too that the method doesn't have. */
  private record Given(Recipe recipe, ObjectNode tree) {}

  private static Given read(
      String nameOrFile, List<String> overrides, Map<String, JsonLocation> lines) {
    ObjectNode tree = defaults();
    Overlay.text(tree, text(nameOrFile), nameOrFile, lines);
    boolean asksForCode = takeBackConsent(tree);
    for (String override : overrides) {
      Overlay.setting(tree, override);
    }
    if (asksForCode && overrides.stream().noneMatch(o -> o.startsWith(ALLOW_CODE + "="))) {
      throw new RecipeException(
          Overlay.where(nameOrFile, lines.get(ALLOW_CODE))
              + ALLOW_CODE
              + ": a recipe can't allow that a file's code is run, whoever wrote it. Where you trust the"
              + " teacher, say so on the command line, each time: "
              + ALLOW_CODE
              + "=yes or --allow-code");
    }
    try {
      Recipe recipe = recipe(tree);
      Settings.check(recipe);
      return new Given(recipe, tree);
    } catch (JsonMappingException e) {
      String key = path(e);
      throw new RecipeException(
          Overlay.where(nameOrFile, lines.get(key))
              + (key.isEmpty() ? "" : key + ": ")
              + message(key, tree, e));
    } catch (JsonProcessingException e) {
      throw new RecipeException(nameOrFile + ": " + e.getOriginalMessage());
    }
  }

  /** Every key that there is, with what holds where a recipe is silent. */
  private static ObjectNode defaults() {
    ObjectNode tree = YAML.valueToTree(Recipe.DEFAULT);
    for (String method : Methods.names()) {
      MethodEntry<?> entry = Methods.entry(method);
      tree.set(entry.section(), section(entry.defaults()));
    }
    return tree;
  }

  /** A method's settings but for those that stand elsewhere in a recipe. */
  private static ObjectNode section(MethodConfig config) {
    return YAML.<ObjectNode>valueToTree(config).without(List.of(AUGMENTATION, SIZE));
  }

  private static Recipe recipe(ObjectNode tree) throws JsonProcessingException {
    MethodEntry<?> entry = Methods.entry(tree.get("method").asText());
    ObjectNode rest = tree.deepCopy().without(Methods.sections());
    Recipe recipe = YAML.treeToValue(rest, Recipe.class);
    // A mistake in another method's settings shows, too.
    for (String method : Methods.names()) {
      config(tree, Methods.entry(method), recipe);
    }
    return recipe.withOwn(config(tree, entry, recipe));
  }

  private static MethodConfig config(ObjectNode tree, MethodEntry<?> entry, Recipe recipe)
      throws JsonProcessingException {
    ObjectNode own = tree.get(entry.section()).deepCopy();
    own.put(AUGMENTATION, Augmentations.spell(Settings.augmentation(recipe)));
    own.put(SIZE, recipe.data().size());
    try {
      return YAML.treeToValue(own, entry.defaults().getClass());
    } catch (JsonMappingException e) {
      e.prependPath(tree, entry.section());
      throw e;
    }
  }

  /**
   * The resolved recipe as YAML; reading it gives the same recipe, but for the consent to run code,
   * which is asked for anew each time.
   */
  public static String write(Recipe recipe) {
    try {
      ObjectNode tree = tree(recipe);
      takeBackConsent(tree);
      return YAML.writeValueAsString(tree);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException(e);
    }
  }

  /**
   * A recipe's settings, one a key such as {@code train.epochs}, as text; a list's elements are its
   * text.
   */
  public static Map<String, String> settings(Recipe recipe) {
    return flat(tree(recipe));
  }

  /** What holds for a method where a recipe is silent, likewise. */
  public static Map<String, String> usual(String method) {
    ObjectNode tree = YAML.valueToTree(Recipe.DEFAULT);
    tree.put("method", method);
    tree.set(Methods.section(method), section(Methods.entry(method).defaults()));
    return flat(tree);
  }

  private static ObjectNode tree(Recipe recipe) {
    ObjectNode tree = YAML.valueToTree(recipe);
    tree.set(Methods.section(recipe.method()), section(recipe.own()));
    return tree;
  }

  private static Map<String, String> flat(ObjectNode tree) {
    Map<String, String> settings = new LinkedHashMap<>();
    tree.properties()
        .forEach(
            group -> {
              if (group.getValue().isObject()) {
                group
                    .getValue()
                    .properties()
                    .forEach(
                        e -> settings.put(group.getKey() + "." + e.getKey(), text(e.getValue())));
              } else {
                settings.put(group.getKey(), text(group.getValue()));
              }
            });
    return settings;
  }

  private static String text(JsonNode value) {
    return value.isValueNode() ? value.asText() : value.toString();
  }

  /** The same, with other paths of all that it names by one. */
  public static Recipe withPaths(Recipe recipe, UnaryOperator<Path> other) {
    ObjectNode tree = YAML.valueToTree(recipe);
    for (String path : PATHS) {
      int dot = path.indexOf('.');
      ObjectNode group = (ObjectNode) tree.get(path.substring(0, dot));
      String key = path.substring(dot + 1);
      String value = group.get(key).asText();
      if (!value.isEmpty()) {
        group.put(key, other.apply(Path.of(value)).toString());
      }
    }
    try {
      return YAML.treeToValue(tree, Recipe.class).withOwn(recipe.own());
    } catch (JsonProcessingException e) {
      throw new IllegalStateException(e);
    }
  }

  /** Returns whether there was one. */
  private static boolean takeBackConsent(ObjectNode tree) {
    ObjectNode teacher = (ObjectNode) tree.get("teacher");
    boolean given = !teacher.path("allow_code").asText().equals("no");
    teacher.put("allow_code", "no");
    return given;
  }

  /** The text of a shipped recipe, comments and all, or of a file. */
  public static String text(String nameOrFile) {
    if (SHIPPED.contains(nameOrFile)) {
      try (InputStream in = Recipes.class.getResourceAsStream(nameOrFile + ".yaml")) {
        return new String(in.readAllBytes(), StandardCharsets.UTF_8);
      } catch (IOException e) {
        throw new IllegalStateException(e);
      }
    }
    Path file = Path.of(nameOrFile);
    try {
      if (!Files.isRegularFile(file)) {
        throw new RecipeException(
            nameOrFile
                + ": no such recipe file, and none of that name comes with bingo"
                + Names.didYouMean(nameOrFile, SHIPPED));
      }
      if (Files.size(file) > LIMIT) {
        throw new RecipeException(nameOrFile + ": too large for a recipe (over 1 MiB)");
      }
      return Files.readString(file);
    } catch (IOException e) {
      throw new RecipeException(nameOrFile + ": can't be read: " + e.getMessage());
    }
  }

  private static String path(JsonMappingException e) {
    List<String> keys = new ArrayList<>();
    e.getPath().stream()
        .filter(r -> r.getFieldName() != null)
        .forEach(r -> keys.add(r.getFieldName()));
    return String.join(".", keys);
  }

  /** What refused it says why, and its own key; else it is of another type. */
  private static String message(String key, JsonNode tree, JsonMappingException e) {
    for (Throwable cause = e.getCause(); cause != null; cause = cause.getCause()) {
      if (cause instanceof IllegalArgumentException || cause instanceof RecipeException) {
        return cause.getMessage();
      }
    }
    return typeMessage(tree, key, e);
  }

  private static String typeMessage(JsonNode tree, String key, JsonMappingException e) {
    JsonNode found = at(tree, key);
    JsonNode usual = at(defaults(), key);
    if (usual.isMissingNode()) {
      return e.getOriginalMessage();
    }
    String type =
        usual.isBoolean()
            ? "true or false"
            : usual.isIntegralNumber()
                ? "a whole number"
                : usual.isNumber()
                    ? "a number"
                    : usual.isArray() ? "a list such as [60, 80]" : "text";
    return "expected " + type + ", got " + found;
  }
}
