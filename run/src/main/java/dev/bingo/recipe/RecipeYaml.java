package dev.bingo.recipe;

import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.MapperFeature;
import com.fasterxml.jackson.databind.PropertyNamingStrategies;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import com.fasterxml.jackson.dataformat.yaml.YAMLGenerator;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import org.yaml.snakeyaml.LoaderOptions;

/** YAML as recipes are written: keys in snake_case, no aliases, no types but plain ones. */
final class RecipeYaml {
  private RecipeYaml() {}

  /**
   * A mapper that refuses what it does not know.
   *
   * @param limit of a document, code points
   */
  static YAMLMapper mapper(int limit) {
    LoaderOptions bounds = new LoaderOptions();
    bounds.setCodePointLimit(limit);
    bounds.setMaxAliasesForCollections(0);
    bounds.setNestingDepthLimit(20);
    bounds.setAllowDuplicateKeys(false);
    return YAMLMapper.builder(
            YAMLFactory.builder()
                .loaderOptions(bounds)
                .disable(YAMLGenerator.Feature.WRITE_DOC_START_MARKER)
                .enable(YAMLGenerator.Feature.MINIMIZE_QUOTES)
                .build())
        .propertyNamingStrategy(PropertyNamingStrategies.SNAKE_CASE)
        .enable(DeserializationFeature.FAIL_ON_NULL_FOR_PRIMITIVES)
        .enable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
        .disable(DeserializationFeature.ACCEPT_FLOAT_AS_INT)
        .disable(MapperFeature.ALLOW_COERCION_OF_SCALARS)
        .build();
  }
}
