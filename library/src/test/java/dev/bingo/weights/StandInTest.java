package dev.bingo.weights;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.bingo.torch.Engine;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What lies beside the tensors of a checkpoint: swallowed, counted, never run. */
class StandInTest {
  @TempDir Path folder;

  @BeforeAll
  static void start() {
    Engine.start();
  }

  static Stream<Arguments> objects() {
    return Stream.of(
        object(
            "collections.Counter",
            p ->
                p.name("collections", "Counter")
                    .codes("}K")
                    .raw(100)
                    .codes("K")
                    .raw(1)
                    .codes("s\u0085R")),
        object(
            "pathlib.PurePosixPath",
            p -> p.name("pathlib", "PurePosixPath").text("/").text("a").codes("\u0086R")),
        object("datetime.datetime", p -> p.name("datetime", "datetime").text("x").codes("\u0085R")),
        object(
            "builtins.getattr",
            p ->
                p.name("builtins", "getattr")
                    .name("torch.optim.lr_scheduler", "OneCycleLR")
                    .text("_annealing_cos")
                    .codes("\u0086R")),
        object(
            "numpy.core.multiarray._reconstruct",
            p ->
                p.name("numpy.core.multiarray", "_reconstruct")
                    .name("numpy", "ndarray")
                    .codes("K")
                    .raw(0)
                    .codes("\u0085")
                    .text("b")
                    .codes("\u0087R(K")
                    .raw(1)
                    .text("state")
                    .codes("tb")),
        object(
            "omegaconf.dictconfig.DictConfig",
            p ->
                p.name("omegaconf.dictconfig", "DictConfig")
                    .codes(")\u0081}")
                    .text("_content")
                    .codes("Nsb")),
        object("enum.Colour", p -> p.name("enum", "Colour").codes("K").raw(1).codes("\u0085R")),
        object(
            "my.Class",
            p ->
                p.name("copyreg", "_reconstructor")
                    .name("my", "Class")
                    .name("builtins", "object")
                    .codes("N\u0087R}b")),
        // Subclasses of list, dict and set, which are filled after they are made.
        object(
            "collections.deque",
            p ->
                p.name("collections", "deque").codes(")R(K").raw(1).codes("K").raw(2).codes("eNa")),
        object(
            "my.Dict",
            p -> p.name("my", "Dict").codes(")R(").text("a").codes("Nu").text("b").codes("Ns")),
        object("my.Set", p -> p.name("my", "Set").codes(")R(").text("a").raw(0x90)),
        object("my.Keyword", p -> p.name("my", "Keyword").codes(")}").raw(0x92)));
  }

  private static Arguments object(String name, UnaryOperator<Pickles> written) {
    return Arguments.of(name, written);
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("objects")
  void anObjectBesideAStateDictIsSkippedAndCounted(String name, UnaryOperator<Pickles> written)
      throws IOException {
    Pickles pickle = new Pickles().codes("}").text("other");
    written.apply(pickle).codes("s").text("state_dict").codes("}").text("w").tensor().codes("ss");
    try (WeightFile file = open(pickle)) {
      assertThat(file.stateDicts()).containsOnlyKeys("state_dict");
      assertThat(file.stateDicts().get("state_dict")).containsOnlyKeys("w");
      assertThat(file.foreign()).containsEntry(name, 1);
    }
  }

  @Test
  void aClassMayBeAKey() throws IOException {
    Pickles pickle = new Pickles().codes("}").text("callbacks").codes("}").name("my", "Callback");
    pickle.codes("}ss").text("w").tensor().codes("s");
    try (WeightFile file = open(pickle)) {
      assertThat(file.stateDicts()).containsOnlyKeys("");
      assertThat(file.foreign()).containsEntry("my.Callback", 0);
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"evil.module run", "builtins getattr", "torch.nn exec_anything", "org.evil Run"})
  void aCallIsNeverMade(String spelt) throws IOException {
    Path mark = folder.resolve("mark");
    String[] name = spelt.split(" ", -1);
    Pickles pickle = new Pickles().codes("}").text("w").tensor().codes("s").text("x");
    pickle.name(name[0], name[1]).text("touch " + mark).codes("\u0085Rs");
    try (WeightFile file = open(pickle)) {
      assertThat(file.stateDicts().get("")).containsOnlyKeys("w");
      assertThat(file.foreignEntries().get("")).isEqualTo(Map.of("x", name[0] + "." + name[1]));
    }
    assertThat(Files.exists(mark)).isFalse();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "os system",
        "posix system",
        "nt system",
        "subprocess Popen",
        "builtins eval",
        "__builtin__ exec",
        "torch.hub load",
        "importlib import_module",
        "pickle loads",
        "marshal loads"
      })
  void aFileThatCallsAProgramIsRefusedByName(String spelt) {
    String[] name = spelt.split(" ", -1);
    Pickles pickle = new Pickles().codes("}").text("w").tensor().codes("s").text("x");
    pickle.name(name[0], name[1]).text("id").codes("\u0085Rs");
    assertThatThrownBy(() -> open(pickle).close())
        .isInstanceOf(IOException.class)
        .hasMessageContaining(name[0] + "." + name[1])
        .hasMessageContaining("nothing was run");
  }

  @Test
  void whatStandsInForATensorIsNoTensor() throws IOException {
    Pickles pickle = new Pickles().codes("}").text("good").tensor().codes("s");
    pickle.text("bad").tensor("_rebuild_anything").codes("s");
    try (WeightFile file = open(pickle)) {
      assertThat(file.stateDicts().get("")).containsOnlyKeys("good");
      assertThat(file.foreignEntries().get(""))
          .containsEntry("bad", "torch._utils._rebuild_anything");
    }
  }

  @Test
  void listsAndTuplesOfStateDictsAreFound() throws IOException {
    Pickles list =
        new Pickles().codes("]}").text("a").tensor().codes("sa}").text("b").tensor().codes("sa");
    try (WeightFile file = open(list)) {
      assertThat(file.stateDicts()).containsOnlyKeys("0", "1");
    }
    Pickles tuple = new Pickles().codes("}").text("a").tensor().codes("sK").raw(3).codes("\u0086");
    try (WeightFile file = open(tuple)) {
      assertThat(file.stateDicts()).containsOnlyKeys("0");
    }
  }

  @Test
  void aDefaultDictIsADict() throws IOException {
    Pickles pickle = new Pickles().name("collections", "defaultdict").name("builtins", "list");
    pickle.codes("\u0085R").text("w").tensor().codes("s");
    try (WeightFile file = open(pickle)) {
      assertThat(file.stateDicts().get("")).containsOnlyKeys("w");
    }
  }

  @Test
  void aWholeNetworkComesWithTheCommandThatSavesItsStateDict() throws IOException {
    Pickles pickle = new Pickles().name("torchvision.models.resnet", "ResNet").codes(")\u0081}");
    pickle.text("_parameters").codes("}s").text("_modules").codes("}sb");
    try (WeightFile file = open(pickle)) {
      assertThat(file.advice())
          .contains("a whole network (torchvision.models.resnet.ResNet)")
          .contains("torch.load('a.pth', weights_only=False).state_dict()");
    }
    Pickles inside = new Pickles().codes("}").text("model").name("my", "Net").codes(")\u0081}");
    inside.text("_parameters").codes("}s").text("_modules").codes("}sbs");
    try (WeightFile file = open(inside)) {
      assertThat(file.advice()).contains("weights_only=False)['model'].state_dict()");
    }
  }

  @Test
  void quantisedTensorsAndArraysHaveAdviceOfTheirOwn() throws IOException {
    Pickles quantised = new Pickles().codes("}").text("w").tensor("_rebuild_qtensor").codes("s");
    try (WeightFile file = open(quantised)) {
      assertThat(file.advice()).contains("quantised").contains("before the quantisation");
    }
    Pickles array = new Pickles().codes("}").text("w");
    array.name("numpy.core.multiarray", "_reconstruct").codes(")Rs");
    try (WeightFile file = open(array)) {
      assertThat(file.advice()).contains("torch.as_tensor(v)");
    }
  }

  private WeightFile open(Pickles pickle) throws IOException {
    return WeightFile.open(Pickles.zip(folder.resolve("a.pth"), pickle.stop()));
  }
}
