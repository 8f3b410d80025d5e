package dev.bingo.recipe;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.PropertyNamingStrategies;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.bingo.torch.Names;
import dev.bingo.view.Augmentation;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;

/**
 * Augmentations as a recipe writes them: a name, then what differs from it, {@code moco2
 * crop_min=0.3 blur=0}; the numbers' names are {@link Augmentation}'s in snake_case.
 */
final class Augmentations {
  private static final JsonMapper JSON =
      JsonMapper.builder().propertyNamingStrategy(PropertyNamingStrategies.SNAKE_CASE).build();

  private Augmentations() {}

  /**
   * Reads one.
   *
   * @throws RecipeException for an unknown name, or a number that is none or doesn't fit
   */
  static Augmentation parse(String text) {
    List<String> words = List.of(text.strip().split("\\s+", -1));
    Augmentation named = Augmentation.NAMED.get(words.get(0));
    if (named == null) {
      throw new RecipeException(
          "unknown value '"
              + words.get(0)
              + "'"
              + Names.didYouMean(words.get(0), Augmentation.NAMED.keySet()));
    }
    ObjectNode numbers = JSON.valueToTree(named);
    words.subList(1, words.size()).forEach(change -> change(numbers, change));
    try {
      return JSON.treeToValue(numbers, Augmentation.class);
    } catch (JsonProcessingException e) {
      Throwable refused = e.getCause() == null ? e : e.getCause();
      throw new RecipeException(refused.getMessage());
    }
  }

  private static void change(ObjectNode numbers, String change) {
    int equals = change.indexOf('=');
    if (equals < 1) {
      throw new RecipeException("'" + change + "': expected name=number, for one crop_min=0.3");
    }
    String name = change.substring(0, equals);
    List<String> known = new ArrayList<>();
    numbers.fieldNames().forEachRemaining(known::add);
    if (!known.contains(name)) {
      throw new RecipeException("unknown number '" + name + "'" + Names.didYouMean(name, known));
    }
    try {
      numbers.put(name, Double.parseDouble(change.substring(equals + 1)));
    } catch (NumberFormatException e) {
      throw new RecipeException("'" + change + "': not a number");
    }
  }

  /** As {@link #parse} reads it, by the name from which the fewest numbers differ. */
  static String spell(Augmentation augmentation) {
    JsonNode numbers = JSON.valueToTree(augmentation);
    return Augmentation.NAMED.entrySet().stream()
        .map(named -> spell(named.getKey(), JSON.valueToTree(named.getValue()), numbers))
        .min(Comparator.comparingInt(List::size))
        .map(words -> String.join(" ", words))
        .orElseThrow();
  }

  private static List<String> spell(String name, JsonNode named, JsonNode numbers) {
    List<String> words = new ArrayList<>(List.of(name));
    for (Map.Entry<String, JsonNode> number : numbers.properties()) {
      if (!number.getValue().equals(named.get(number.getKey()))) {
        words.add(number.getKey() + "=" + number.getValue().asText());
      }
    }
    return words;
  }
}
