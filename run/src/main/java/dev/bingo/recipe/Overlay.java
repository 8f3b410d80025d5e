package dev.bingo.recipe;

import com.fasterxml.jackson.core.JsonLocation;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLParser;
import dev.bingo.torch.Names;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Map;

/** What a person wrote, laid over the tree of all settings that there are. */
final class Overlay {
  private Overlay() {}

  /**
   * A YAML text over a tree.
   *
   * @param file for messages
   * @param lines is told where each key stands
   * @throws RecipeException for what the tree has no place for
   */
  static void text(ObjectNode tree, String text, String file, Map<String, JsonLocation> lines) {
    try (JsonParser parser = Recipes.YAML.getFactory().createParser(text)) {
      if (parser.nextToken() == null) {
        return;
      }
      if (parser.currentToken() != JsonToken.START_OBJECT) {
        throw new RecipeException(file + ": a recipe is a list of 'key: value' lines");
      }
      object(parser, tree, "", file, lines);
      if (parser.nextToken() != null) {
        throw new RecipeException(file + ": holds more than one YAML document");
      }
    } catch (JsonProcessingException e) {
      throw new RecipeException(
          where(file, e.getLocation())
              + "not valid YAML: "
              + e.getOriginalMessage().lines().findFirst().orElse(""));
    } catch (IOException e) {
      throw new RecipeException(file + ": " + e.getMessage());
    }
  }

  private static void object(
      JsonParser parser,
      ObjectNode into,
      String prefix,
      String file,
      Map<String, JsonLocation> lines)
      throws IOException {
    while (parser.nextToken() != JsonToken.END_OBJECT) {
      String key = parser.currentName();
      JsonLocation at = parser.currentTokenLocation();
      String path = prefix + key;
      lines.put(path, at);
      if (!into.has(key)) {
        throw new RecipeException(where(file, at) + unknown(path, key, into));
      }
      JsonToken value = parser.nextToken();
      if (parser instanceof YAMLParser yaml
          && (yaml.isCurrentAlias() || yaml.getTypeId() != null)) {
        throw new RecipeException(where(file, at) + path + ": YAML aliases and tags are not read");
      }
      if (into.get(key) instanceof ObjectNode child) {
        if (value != JsonToken.START_OBJECT) {
          throw new RecipeException(
              where(file, at)
                  + path
                  + ": expected keys below it ("
                  + names(child)
                  + "), got a value");
        }
        object(parser, child, path + ".", file, lines);
      } else if (value == JsonToken.START_OBJECT) {
        throw new RecipeException(where(file, at) + path + ": expected a value, got keys below it");
      } else {
        into.set(key, parser.readValueAs(JsonNode.class));
      }
    }
  }

  /**
   * A {@code key=value} over a tree.
   *
   * @throws RecipeException for what the tree has no place for
   */
  static void setting(ObjectNode tree, String override) {
    int equals = override.indexOf('=');
    if (equals < 1) {
      throw new RecipeException("'" + override + "': expected key=value, for one train.epochs=5");
    }
    String path = override.substring(0, equals);
    Deque<String> keys = new ArrayDeque<>(List.of(path.split("\\.", -1)));
    ObjectNode node = tree;
    while (true) {
      String key = keys.removeFirst();
      if (!node.has(key)) {
        throw new RecipeException(override + ": " + unknown(path, key, node));
      }
      if (keys.isEmpty()) {
        if (node.get(key).isObject()) {
          throw new RecipeException(
              override
                  + ": '"
                  + path
                  + "' has keys below it: "
                  + names((ObjectNode) node.get(key)));
        }
        node.set(key, scalar(override.substring(equals + 1), node.get(key)));
        return;
      }
      if (!(node.get(key) instanceof ObjectNode child)) {
        throw new RecipeException(override + ": '" + key + "' has no keys below it");
      }
      node = child;
    }
  }

  private static JsonNode scalar(String value, JsonNode old) {
    if (old.isTextual()) {
      return Recipes.YAML.getNodeFactory().textNode(value);
    }
    try {
      return Recipes.YAML.readTree(value);
    } catch (JsonProcessingException e) {
      return Recipes.YAML.getNodeFactory().textNode(value);
    }
  }

  private static String unknown(String path, String key, ObjectNode known) {
    List<String> names = new ArrayList<>();
    known.fieldNames().forEachRemaining(names::add);
    return path + ": unknown key" + Names.didYouMean(key, names);
  }

  private static String names(ObjectNode node) {
    List<String> names = new ArrayList<>();
    node.fieldNames().forEachRemaining(names::add);
    return String.join(", ", names);
  }

  /** A place in a file, before a message. */
  static String where(String file, JsonLocation at) {
    return at == null ? file + ": " : file + ":" + at.getLineNr() + ":" + at.getColumnNr() + ": ";
  }
}
