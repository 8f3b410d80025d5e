package dev.bingo.encoder;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import dev.bingo.Golden;
import dev.bingo.torch.Tensors;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.BiConsumer;
import java.util.stream.StreamSupport;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;

/** What an encoder fixture says of a state dict and of the outputs inside the network. */
record EncoderFixture(Golden golden) {

  /** Shapes by name, in the order of the state dict. */
  Map<String, long[]> shapes() {
    Map<String, long[]> shapes = new LinkedHashMap<>();
    for (JsonNode entry : golden.json().path("state_dict")) {
      shapes.put(entry.path("key").asText(), longs(entry.path("shape")));
    }
    return shapes;
  }

  String salt() {
    return golden.json().path("scalars").path("salt").asText();
  }

  List<long[]> inputSizes() {
    JsonNode sizes = golden.json().path("scalars").path("input_sizes");
    return StreamSupport.stream(sizes.spliterator(), false).map(EncoderFixture::longs).toList();
  }

  /** Sets every tensor to the recipe's closed form. */
  void fill(Map<String, Tensor> named) {
    named.forEach(
        (name, t) ->
            t.set_data(
                ClosedForm.weight(salt(), name, golden.scalar("gain2"), t.sizes().vec().get())
                    .to(t.scalar_type())));
  }

  /** LibTorch lists parameters and buffers apart: each has to be in the state dict's order. */
  void assertNamesInOrder(Map<String, Tensor> named) {
    Map<String, long[]> expected = shapes();
    for (boolean buffers : new boolean[] {false, true}) {
      assertThat(named.keySet().stream().filter(n -> isBuffer(n) == buffers))
          .containsExactlyElementsOf(
              expected.keySet().stream().filter(n -> isBuffer(n) == buffers).toList());
    }
    named.forEach((n, t) -> assertThat(t.sizes().vec().get()).as(n).isEqualTo(expected.get(n)));
  }

  private static boolean isBuffer(String name) {
    return name.equals("mask_token")
        || name.contains(".running_")
        || name.endsWith("num_batches_tracked");
  }

  void assertRecipeValues(Map<String, Tensor> named) {
    for (JsonNode entry : golden.json().path("state_dict")) {
      String key = entry.path("key").asText();
      Tensor flat = named.get(key).to(ScalarType.Double).flatten();
      double sum = entry.path("sum").asDouble();
      assertThat(flat.sum().item_double())
          .as("sum of %s", key)
          .isCloseTo(sum, within(1e-9 + 1e-9 * Math.abs(sum)));
      JsonNode first = entry.path("first2");
      for (int i = 0; i < first.size(); i++) {
        assertThat(flat.narrow(0, i, 1).item_double())
            .as("%s[%s]", key, i)
            .isEqualTo(first.get(i).asDouble());
      }
    }
  }

  Stages stages(String prefix) {
    return new Stages(prefix);
  }

  /** Compares the outputs of the parts with the fixture's, for {@link ResNet#features}. */
  final class Stages implements BiConsumer<String, Tensor> {
    private static final int NORM = 2;
    private final String prefix;
    private final Set<String> expected = new TreeSet<>();

    private Stages(String prefix) {
      this.prefix = prefix;
      golden.tensors().keySet().stream()
          .filter(k -> k.startsWith(prefix + "stage."))
          .forEach(expected::add);
    }

    @Override
    public void accept(String part, Tensor output) {
      String key = prefix + "stage." + part;
      if (expected.remove(key)) {
        String size = prefix.substring(0, prefix.indexOf('.'));
        if (golden.json().has("modules")) {
          assertThat(output.sizes().vec().get())
              .as("shape of %s in %s", key, golden.name())
              .isEqualTo(longs(golden.json().path("modules").path(size).path(part)));
        }
        // The official ReLU wrote over bn1's output before it was recorded.
        compare(key, numbers(part.equals("bn1") ? output.relu() : output));
      }
    }

    private void compare(String key, float[] actual) {
      float[] recorded = Tensors.toFloats(golden.tensor(key));
      double tolerance = golden.tolerance(key, recorded[NORM]);
      for (int i = 0; i < actual.length; i++) {
        // The fixture's norms are sums in float32, up to 3e-5 off by the order, and unlisted.
        assertThat((double) actual[i])
            .as("number %s of %s in %s", i, key, golden.name())
            .isCloseTo(recorded[i], within(i == NORM ? 1e-4 * recorded[i] : tolerance));
      }
    }

    void assertAllSeen() {
      assertThat(expected).as("parts of %s that were not run", golden.name()).isEmpty();
    }

    /** Mean, population standard deviation, L2 norm, first 8 values, last 8. */
    private static float[] numbers(Tensor output) {
      Tensor flat = output.detach().to(ScalarType.Double).flatten();
      Tensor variance = flat.sub(flat.mean()).pow(new Scalar(2)).mean();
      TensorVector parts =
          new TensorVector(
              flat.mean().reshape(1),
              variance.sqrt().reshape(1),
              output.detach().flatten().norm(new Scalar(2)).to(ScalarType.Double).reshape(1),
              flat.narrow(0, 0, 8),
              flat.narrow(0, flat.numel() - 8, 8));
      return Tensors.toFloats(torch.cat(parts));
    }
  }

  private static long[] longs(JsonNode array) {
    return StreamSupport.stream(array.spliterator(), false).mapToLong(JsonNode::asLong).toArray();
  }
}
