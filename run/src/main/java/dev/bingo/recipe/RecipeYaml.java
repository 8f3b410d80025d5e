package dev.bingo.recipe;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.databind.BeanDescription;
import com.fasterxml.jackson.databind.DeserializationConfig;
import com.fasterxml.jackson.databind.DeserializationContext;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JavaType;
import com.fasterxml.jackson.databind.JsonDeserializer;
import com.fasterxml.jackson.databind.JsonSerializer;
import com.fasterxml.jackson.databind.MapperFeature;
import com.fasterxml.jackson.databind.PropertyNamingStrategies;
import com.fasterxml.jackson.databind.SerializationConfig;
import com.fasterxml.jackson.databind.SerializerProvider;
import com.fasterxml.jackson.databind.deser.BeanDeserializerModifier;
import com.fasterxml.jackson.databind.deser.std.StdScalarDeserializer;
import com.fasterxml.jackson.databind.module.SimpleModule;
import com.fasterxml.jackson.databind.ser.BeanSerializerModifier;
import com.fasterxml.jackson.databind.ser.std.StdScalarSerializer;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import com.fasterxml.jackson.dataformat.yaml.YAMLGenerator;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import dev.bingo.torch.Names;
import dev.bingo.view.Augmentation;
import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import java.util.function.Function;
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
        .addModule(types())
        .build();
  }

  /** Augmentations in words, constants as people write them. */
  private static SimpleModule types() {
    SimpleModule types = new SimpleModule();
    types.addSerializer(Augmentation.class, text(Augmentation.class, Augmentations::spell));
    types.addDeserializer(Augmentation.class, parsed(Augmentation.class, Augmentations::parse));
    types.setSerializerModifier(
        new BeanSerializerModifier() {
          @Override
          public JsonSerializer<?> modifyEnumSerializer(
              SerializationConfig config,
              JavaType type,
              BeanDescription description,
              JsonSerializer<?> usual) {
            return text(Enum.class, Names::spell);
          }
        });
    types.setDeserializerModifier(
        new BeanDeserializerModifier() {
          @Override
          public JsonDeserializer<?> modifyEnumDeserializer(
              DeserializationConfig config,
              JavaType type,
              BeanDescription description,
              JsonDeserializer<?> usual) {
            return parsed(Object.class, text -> constant(type.getRawClass(), text));
          }
        });
    return types;
  }

  private static Object constant(Class<?> type, String text) {
    List<Enum<?>> all =
        Arrays.stream(type.getEnumConstants()).<Enum<?>>map(c -> (Enum<?>) c).toList();
    List<String> known = all.stream().map(Names::spell).toList();
    if (!known.contains(text)) {
      throw new RecipeException("unknown value '" + text + "'" + Names.didYouMean(text, known));
    }
    return all.get(known.indexOf(text));
  }

  private static <T> JsonSerializer<T> text(Class<T> type, Function<T, String> spell) {
    return new StdScalarSerializer<>(type) {
      private static final long serialVersionUID = 1;

      @Override
      public void serialize(T value, JsonGenerator to, SerializerProvider provider)
          throws IOException {
        to.writeString(spell.apply(value));
      }
    };
  }

  private static <T> JsonDeserializer<T> parsed(Class<T> type, Function<String, T> parse) {
    return new StdScalarDeserializer<>(type) {
      private static final long serialVersionUID = 1;

      @Override
      public T deserialize(JsonParser from, DeserializationContext context) throws IOException {
        return parse.apply(from.getText());
      }
    };
  }
}
