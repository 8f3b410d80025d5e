package dev.bingo;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.bingo.torch.Engine;
import dev.bingo.weights.SafeTensors;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;

/**
 * One golden fixture: tensors made by the official code, and the JSON that says what each is.
 * Shapes and constants come from there, so the tests run on any directory of the same layout
 * ({@code -Dgolden=DIR}).
 */
public record Golden(String name, JsonNode json, Map<String, Tensor> tensors) {
  private static final ObjectMapper JSON = new ObjectMapper();

  /** The directory the fixtures are in. */
  public static Path directory() {
    String given = System.getProperty("golden", "");
    try {
      return given.isEmpty()
          ? Path.of(Golden.class.getResource("/golden").toURI())
          : Path.of(given).toAbsolutePath();
    } catch (URISyntaxException e) {
      throw new IllegalStateException(e);
    }
  }

  /** Loads {@code case/name}. */
  public static Golden load(String name) {
    Engine.start();
    Path base = directory().resolve(name);
    Path safetensors = base.resolveSibling(base.getFileName() + ".safetensors");
    try {
      JsonNode json = JSON.readTree(base.resolveSibling(base.getFileName() + ".json").toFile());
      return new Golden(
          name,
          json,
          Files.exists(safetensors) ? SafeTensors.read(safetensors).tensors() : Map.of());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** A tensor of the fixture. */
  public Tensor tensor(String key) {
    Tensor t = tensors.get(key);
    assertThat(t).as("%s has no tensor '%s'", name, key).isNotNull();
    return t;
  }

  /** A number under {@code scalars}. */
  public double scalar(String key) {
    assertThat(json.path("scalars").has(key)).as("%s has no scalar '%s'", name, key).isTrue();
    return json.path("scalars").path(key).asDouble();
  }

  /** A number under {@code expected_scalars}, in double precision where the fixture has it. */
  public double expected(String key) {
    JsonNode better = json.path("expected_scalars_float64_rerun").path(key);
    return better.isNumber()
        ? better.asDouble()
        : json.path("expected_scalars").path(key).asDouble();
  }

  /**
   * Asserts that {@code actual} equals the tensor {@code key} within 10 × the listed float32 noise
   * + 1e-6 × the largest value.
   */
  public void assertClose(String key, Tensor actual) {
    assertClose(key, actual, tensor(key));
  }

  /** The same, against a part of the fixture's tensor. */
  public void assertClose(String key, Tensor actual, Tensor expected) {
    assertThat(actual.sizes().vec().get())
        .as("shape of %s in %s", key, name)
        .isEqualTo(expected.sizes().vec().get());
    if (expected.numel() == 0) {
      return;
    }
    double largest = expected.to(ScalarType.Double).abs().max().item_double();
    double error =
        actual
            .detach()
            .to(ScalarType.Double)
            .sub(expected.to(ScalarType.Double))
            .abs()
            .max()
            .item_double();
    assertThat(torch.isfinite(actual).all().item_bool())
        .as("%s in %s is finite", key, name)
        .isTrue();
    assertThat(error)
        .as("largest error of %s in %s", key, name)
        .isLessThanOrEqualTo(tolerance(key, largest));
  }

  /** Asserts that a scalar equals the expected one within the tolerance. */
  public void assertClose(String key, double actual) {
    double expected = expected(key);
    assertThat(Math.abs(actual - expected))
        .as("%s in %s: expected %s, got %s", key, name, expected, actual)
        .isLessThanOrEqualTo(tolerance(key, Math.abs(expected)));
  }

  /** The README's suggestion: 10 × listed noise + 1e-6 × the largest absolute value. */
  public double tolerance(String key, double largest) {
    JsonNode noise = json.path("float32_vs_float64_max_abs").path(key);
    double listed = noise.isNumber() ? noise.asDouble() : noise.path("max_abs_diff").asDouble(0);
    return 10 * listed + 1e-6 * largest;
  }
}
