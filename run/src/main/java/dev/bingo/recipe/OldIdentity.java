package dev.bingo.recipe;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import dev.bingo.file.Sha256;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;

/**
 * What checkpoints kept before they kept settings: a hash of the recipe as it was written then, of
 * the precision and of the data's fingerprint. It is made from the text of a run's {@code
 * recipe.yaml}, so that settings that came since don't count. None of this may follow later
 * defaults.
 */
public final class OldIdentity {
  private static final YAMLMapper YAML = RecipeYaml.mapper(Recipes.LIMIT);

  private OldIdentity() {}

  /** Whether a checkpoint's text is such a hash. */
  public static boolean isOne(String text) {
    return text.matches("[0-9a-f]{64}");
  }

  /**
   * The hash of a run.
   *
   * @param recipe the text of its {@code recipe.yaml}
   * @throws RecipeException where it is no resolved recipe
   */
  public static String of(String recipe, String precision, String fingerprint) {
    try {
      ObjectNode tree = (ObjectNode) YAML.readTree(recipe);
      String own = Methods.section(tree.path("method").asText());
      tree.remove(
          Methods.names().stream().map(Methods::section).filter(s -> !s.equals(own)).toList());
      ((ObjectNode) tree.get("data"))
          .put("train", "")
          .put("val", "")
          .put("val_prefix", "")
          .put("val_limit", 0)
          .put("memory", "auto")
          .put("bad_images", 0.0);
      ((ObjectNode) tree.get("teacher")).put("check", "no");
      ((ObjectNode) tree.get("train"))
          .put("precision", precision)
          .put("loader_threads", 0)
          .put("torch_threads", 0)
          .put("log_every", 20)
          .put("checkpoint_every_steps", 0)
          .put("checkpoint_every_epochs", 1)
          .put("keep", 3)
          .put("watchdog_seconds", 600);
      ((ObjectNode) tree.get("evaluate"))
          .put("every_epochs", 10)
          .put("knn_k", 200)
          .put("knn_temperature", 0.1)
          .put("linear", "fast");
      return sha256(YAML.writeValueAsString(tree) + fingerprint);
    } catch (JsonProcessingException | ClassCastException | NullPointerException e) {
      throw new RecipeException("recipe.yaml: is no resolved recipe of a run");
    }
  }

  private static String sha256(String text) {
    byte[] hash = Sha256.digest().digest(text.getBytes(StandardCharsets.UTF_8));
    return HexFormat.of().formatHex(hash);
  }
}
