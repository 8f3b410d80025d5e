package dev.bingo.recipe;

import com.fasterxml.jackson.databind.PropertyNamingStrategies;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.bingo.torch.Names;
import dev.bingo.view.Augmentation;
import java.util.ArrayList;
import java.util.List;

/** Augmentations of a recipe that differ from a named one in some of their numbers. */
final class Augmentations {
  private static final JsonMapper JSON =
      JsonMapper.builder().propertyNamingStrategy(PropertyNamingStrategies.SNAKE_CASE).build();

  private Augmentations() {}

  /**
   * An augmentation with some numbers changed.
   *
   * @param key the recipe's, for messages
   * @param changes {@code name=number}, the names of {@link Augmentation} in snake_case
   * @throws RecipeException for an unknown name or what is no number
   */
  static Augmentation changed(String key, Augmentation from, List<String> changes) {
    ObjectNode numbers = JSON.valueToTree(from);
    for (String change : changes) {
      int equals = change.indexOf('=');
      if (equals < 1) {
        throw new RecipeException(
            key + ": '" + change + "': expected name=number, for one crop_min=0.3");
      }
      String name = change.substring(0, equals);
      List<String> known = new ArrayList<>();
      numbers.fieldNames().forEachRemaining(known::add);
      if (!known.contains(name)) {
        throw new RecipeException(
            key + ": unknown number '" + name + "'" + Names.didYouMean(name, known));
      }
      try {
        numbers.put(name, Double.parseDouble(change.substring(equals + 1)));
      } catch (NumberFormatException e) {
        throw new RecipeException(key + ": '" + change + "': not a number");
      }
    }
    return new Augmentation(
        numbers.get("crop_min").asDouble(),
        numbers.get("crop_max").asDouble(),
        numbers.get("flip").asDouble(),
        numbers.get("jitter").asDouble(),
        numbers.get("brightness").asDouble(),
        numbers.get("contrast").asDouble(),
        numbers.get("saturation").asDouble(),
        numbers.get("hue").asDouble(),
        numbers.get("grey").asDouble(),
        numbers.get("blur").asDouble(),
        numbers.get("solarise").asDouble());
  }
}
