package dev.bingo.weights;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.bingo.Golden;
import dev.bingo.torch.Engine;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/**
 * Files of {@code torch.save}: good ones to the bit, hostile and damaged ones as their list says.
 */
class CheckpointGoldenTest {
  private static final Path DIRECTORY = Golden.directory().resolve("16-checkpoints");
  private static final ObjectMapper JSON = new ObjectMapper();

  @BeforeAll
  static void start() {
    Engine.start();
  }

  @TestFactory
  Stream<DynamicTest> goodFilesAreReadToTheBit() throws IOException {
    List<DynamicTest> tests = new ArrayList<>();
    for (Path json : list(DIRECTORY.resolve("good"), ".json")) {
      JsonNode said = JSON.readTree(json.toFile());
      for (JsonNode name : said.path("files")) {
        tests.add(DynamicTest.dynamicTest(name.asText(), () -> good(json, said, name.asText())));
      }
    }
    assertThat(tests).isNotEmpty();
    return tests.stream();
  }

  private static void good(Path json, JsonNode said, String name) throws IOException {
    Path values =
        json.resolveSibling(json.getFileName().toString().replace(".json", ".safetensors"));
    try (PointerScope scope = new PointerScope();
        WeightFile file = WeightFile.open(json.resolveSibling(name))) {
      Comparison comparison =
          new Comparison(
              file, Files.exists(values) ? SafeTensors.read(values).tensors() : Map.of());
      comparison.compare("", said.path("expected"), file.root());
      assertThat(comparison.compared).isPositive();
    }
  }

  /** One object against what the fixture says of it. */
  private static final class Comparison {
    private final WeightFile file;
    private final Map<String, Tensor> values;
    private final Map<Integer, Storage> groups = new HashMap<>();
    private int compared;

    Comparison(WeightFile file, Map<String, Tensor> values) {
      this.file = file;
      this.values = values;
    }

    private void compare(String at, JsonNode said, Object got) throws IOException {
      if (said.has("tensor")) {
        tensor(said, (StoredTensor) got);
      } else if (said.has("dict")) {
        dict(at, said.path("dict"), (Map<?, ?>) got);
      } else if (said.has("list")) {
        elements(at, said.path("list"), (List<?>) got);
      } else if (said.has("tuple") || said.has("size")) {
        elements(
            at,
            said.has("size") ? said.path("size") : said.path("tuple"),
            Arrays.asList((Object[]) got));
      } else if (said.has("set")) {
        assertThat(((Set<?>) got).stream().map(Object::toString))
            .as(at)
            .containsExactlyInAnyOrderElementsOf(texts(said.path("set")));
      } else if (said.has("object")) {
        Map<?, ?> fields = ((PickleNames.Namespace) got).fields();
        for (Map.Entry<String, JsonNode> field : said.path("fields").properties()) {
          compare(at + "." + field.getKey(), field.getValue(), fields.get(field.getKey()));
        }
        assertThat(fields).as(at).hasSize(said.path("fields").size());
      } else {
        assertThat(plain(got)).as(at).isEqualTo(expected(said));
      }
    }

    private void dict(String at, JsonNode said, Map<?, ?> got) throws IOException {
      if (said.isObject()) {
        assertThat(got).as(at).hasSize(said.size());
        for (Map.Entry<String, JsonNode> e : said.properties()) {
          compare(at + "/" + e.getKey(), e.getValue(), got.get(e.getKey()));
        }
        return;
      }
      assertThat(got).as(at).hasSize(said.size());
      int i = 0;
      for (Map.Entry<?, ?> entry : got.entrySet()) {
        JsonNode pair = said.get(i++);
        assertThat(entry.getKey()).hasToString(pair.get(0).asText());
        compare(at + "/" + entry.getKey(), pair.get(1), entry.getValue());
      }
    }

    private void elements(String at, JsonNode said, List<?> got) throws IOException {
      assertThat(got).as(at).hasSize(said.size());
      for (int i = 0; i < got.size(); i++) {
        compare(at + "/" + i, said.get(i), got.get(i));
      }
    }

    private void tensor(JsonNode said, StoredTensor got) throws IOException {
      String name = said.path("tensor").asText();
      assertThat(got.shape()).as(name).isEqualTo(longs(said.path("shape")));
      assertThat(got.strides()).as(name).isEqualTo(longs(said.path("stride")));
      assertThat(got.offset()).as(name).isEqualTo(said.path("storage_offset").asLong());
      Tensor read = file.read(got);
      assertThat(read.scalar_type().intern().name().toLowerCase(java.util.Locale.ROOT))
          .as(name)
          .isEqualTo(torchName(said.path("dtype").asText()));
      if (said.path("storage_group").isInt()) {
        Storage shared = groups.putIfAbsent(said.path("storage_group").asInt(), got.storage());
        assertThat(got.storage()).as(name).isEqualTo(shared == null ? got.storage() : shared);
      }
      Tensor value = values.get(name);
      assertThat(value).as(name).isNotNull();
      assertThat(read.sizes().vec().get()).isEqualTo(value.sizes().vec().get());
      assertThat(bits(read.to(value.scalar_type()))).as(name).isEqualTo(bits(value));
      compared++;
    }

    private static String torchName(String dtype) {
      return switch (dtype) {
        case "float64" -> "double";
        case "float32" -> "float";
        case "float16" -> "half";
        case "int64" -> "long";
        case "int32" -> "int";
        case "int16" -> "short";
        case "int8" -> "char";
        case "uint8" -> "byte";
        default -> dtype;
      };
    }

    /** As bytes: a NaN equals itself. */
    private static List<Long> bits(Tensor t) {
      Tensor bytes = t.contiguous().reshape(-1).view(ScalarType.Byte).to(ScalarType.Long);
      List<Long> list = new ArrayList<>();
      var pointer = bytes.data_ptr_long();
      for (long i = 0; i < bytes.numel(); i++) {
        list.add(pointer.get(i));
      }
      return list;
    }

    private static Object plain(Object got) {
      if (got instanceof byte[] bytes) {
        return HexFormat.of().formatHex(bytes);
      }
      if (got instanceof PickleNames.TorchType type) {
        return type.name();
      }
      if (got instanceof PickleNames.TorchDevice device) {
        return device.name();
      }
      return String.valueOf(got).replace("Infinity", "inf");
    }

    private static String expected(JsonNode said) {
      for (String kind : List.of("int", "float", "torch", "bytes_hex")) {
        if (said.has(kind)) {
          return said.path(kind).asText();
        }
      }
      return said.asText();
    }
  }

  @TestFactory
  Stream<DynamicTest> hostileFilesAreRefusedOrHarmless() throws IOException {
    return listed("hostile");
  }

  @TestFactory
  Stream<DynamicTest> damagedFilesAreRefusedOrReadRight() throws IOException {
    return listed("damaged");
  }

  private static Stream<DynamicTest> listed(String folder) throws IOException {
    Path directory = DIRECTORY.resolve(folder);
    List<DynamicTest> tests = new ArrayList<>();
    for (JsonNode file : JSON.readTree(directory.resolve("files.json").toFile()).path("files")) {
      Path path = directory.resolve(file.path("file").asText());
      String must = file.path("expected").asText();
      tests.add(
          DynamicTest.dynamicTest(path.getFileName().toString(), () -> mustDo(path, file, must)));
    }
    assertThat(tests).isNotEmpty();
    return tests.stream();
  }

  private static void mustDo(Path path, JsonNode said, String must) throws IOException {
    if (must.startsWith("cannot be detected")) {
      Map<String, List<Float>> values = readAll(path);
      // "... loads, with element 7 of module.queue = -0.86... instead of ..."
      var words =
          java.util.regex.Pattern.compile("element (\\d+) of (\\S+) = (\\S+) ").matcher(must);
      assertThat(words.find()).as(must).isTrue();
      assertThat(values.get(words.group(2)).get(Integer.parseInt(words.group(1))))
          .isEqualTo(Float.parseFloat(words.group(3)));
      return;
    }
    boolean mayRead =
        must.contains("or load")
            || must.contains("either load")
            || must.contains("loading the tensor or refusing")
            || must.contains("or read")
            || must.contains("or use one")
            || must.contains("reading is fine")
            || must.contains("no endless recursion");
    if (!mayRead) {
      assertThatThrownBy(() -> readAll(path))
          .as(said.path("why").asText())
          .isInstanceOf(IOException.class)
          .hasMessageContaining(path.getFileName().toString())
          .message()
          .hasSizeGreaterThan(path.toString().length() + 8)
          .doesNotContain("Exception");
      return;
    }
    try {
      Map<String, List<Float>> values = readAll(path);
      if (must.startsWith("either load the right values")) {
        Path good = DIRECTORY.resolve("good").resolve("tiny.safetensors");
        try (PointerScope scope = new PointerScope()) {
          SafeTensors.read(good)
              .tensors()
              .forEach(
                  (name, t) ->
                      assertThat(values.get(name.replace("state_dict/", ""))).isEqualTo(floats(t)));
        }
      }
    } catch (IOException e) {
      assertThat(e).hasMessageContaining(path.getFileName().toString());
    }
  }

  private static Map<String, List<Float>> readAll(Path path) throws IOException {
    Map<String, List<Float>> values = new HashMap<>();
    try (PointerScope scope = new PointerScope();
        WeightFile file = WeightFile.open(path)) {
      for (Map<String, TensorInfo> dict : file.stateDicts().values()) {
        for (Map.Entry<String, TensorInfo> e : dict.entrySet()) {
          values.put(e.getKey(), floats(file.read(e.getValue())));
        }
      }
    }
    return values;
  }

  private static List<Float> floats(Tensor t) {
    Tensor flat = t.to(ScalarType.Float).contiguous();
    var pointer = flat.data_ptr_float();
    List<Float> list = new ArrayList<>();
    for (long i = 0; i < flat.numel(); i++) {
      list.add(pointer.get(i));
    }
    return list;
  }

  private static long[] longs(JsonNode array) {
    long[] values = new long[array.size()];
    for (int i = 0; i < values.length; i++) {
      values[i] = array.get(i).asLong();
    }
    return values;
  }

  private static List<String> texts(JsonNode array) {
    List<String> texts = new ArrayList<>();
    array.forEach(e -> texts.add(e.asText()));
    return texts;
  }

  private static List<Path> list(Path folder, String end) throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      return files.filter(f -> f.toString().endsWith(end)).sorted().toList();
    }
  }

  @org.junit.jupiter.api.Test
  void aWrongFileIsSaidToBeWhatItLooksLike() {
    assertThatThrownBy(() -> WeightFile.open(DIRECTORY.resolve("hostile/text.pth")))
        .hasMessageContaining("Git LFS");
    assertThatThrownBy(() -> WeightFile.open(DIRECTORY.resolve("hostile/html.pth")))
        .hasMessageContaining("web page");
    assertThatThrownBy(() -> WeightFile.open(DIRECTORY.resolve("hostile/os_system.zip.pth")))
        .hasMessageContaining("posix.system");
    assertThatThrownBy(() -> WeightFile.open(DIRECTORY.resolve("hostile/rebuild_name.zip.pth")))
        .hasMessageContaining("torch.hub.load");
  }
}
