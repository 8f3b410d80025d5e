package dev.bingo.serve;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;

/** JSON of this module, in and out. */
final class Json {
  private static final int DEEP = 32;

  static final JsonMapper MAPPER = mapper();

  private Json() {}

  private static JsonMapper mapper() {
    JsonMapper mapper =
        JsonMapper.builder()
            .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .enable(DeserializationFeature.FAIL_ON_NULL_FOR_PRIMITIVES)
            .build();
    mapper
        .getFactory()
        .setStreamReadConstraints(StreamReadConstraints.builder().maxNestingDepth(DEEP).build());
    return mapper;
  }

  static byte[] bytes(Object value) {
    try {
      return MAPPER.writeValueAsBytes(value);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException(e);
    }
  }

  /** The object that a request brings. */
  static JsonNode object(Call call) throws IOException {
    if (!call.header("Content-Type").startsWith("application/json")) {
      throw new Problem(
          415,
          "the body is '" + call.header("Content-Type") + "'",
          "Send JSON with Content-Type: application/json.");
    }
    try {
      JsonNode node = MAPPER.readTree(call.body());
      if (node == null || !node.isObject()) {
        throw new Problem(400, "the body is no JSON object", "Send an object, as in /api.html.");
      }
      return node;
    } catch (JsonProcessingException e) {
      throw new Problem(400, "the body is no JSON: " + e.getOriginalMessage(), "Send JSON, UTF-8.");
    }
  }
}
