package dev.bingo.pretrained;

import static org.assertj.core.api.Assertions.assertThat;

import dev.bingo.encoder.Encoders;
import dev.bingo.encoder.Stem;
import dev.bingo.torch.Engine;
import dev.bingo.weights.TensorInfo;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** DINOv2's files by the names under which they are released, and those of other libraries. */
class Dinov2NamesTest {
  private record Info(ScalarType type, long[] shape) implements TensorInfo {}

  @BeforeAll
  static void startEngine() {
    Engine.start();
  }

  @Test
  void theHubsFilesFitTheirArchitectureAlone() {
    for (String architecture : List.of("dinov2_vits14", "dinov2_vits14_reg", "dinov2_vitb14")) {
      Map<String, TensorInfo> file = file(architecture, name -> name);
      assertThat(fitting("", file)).containsExactly(architecture);
    }
  }

  @Test
  void theTrainingsTeacherFitsWithItsHeadsLeftOutAndItsBlocksInChunks() {
    Map<String, TensorInfo> file =
        file(
            "dinov2_vits14",
            name ->
                "backbone."
                    + (name.startsWith("blocks.")
                        ? "blocks."
                            + Integer.parseInt(name.split("[.]", -1)[1]) / 3
                            + name.substring(6)
                        : name));
    file.put("dino_head.mlp.0.weight", new Info(ScalarType.Float, new long[] {2048, 384}));
    file.put("ibot_head.last_layer.weight_v", new Info(ScalarType.Float, new long[] {9, 256}));
    assertThat(file).containsKey("backbone.blocks.1.3.norm1.weight");
    assertThat(fitting("teacher", file)).containsExactly("dinov2_vits14");
  }

  @Test
  void timmsFileWithoutATokenForMaskedPatchesFits() {
    Map<String, TensorInfo> file = file("dinov2_vits14", name -> name);
    file.remove("mask_token");
    assertThat(fitting("", file)).containsExactly("dinov2_vits14");
  }

  @Test
  void huggingFacesFileFits() {
    Map<String, TensorInfo> file = new LinkedHashMap<>();
    Encoders.shapes("dinov2_vits14_reg", Stem.IMAGENET)
        .forEach(
            (name, shape) -> {
              String theirs = "dinov2_with_registers." + huggingFace(name);
              if (name.contains(".attn.qkv.")) {
                long[] third = shape.clone();
                third[0] /= 3;
                NameMap.JOINED.forEach(
                    part ->
                        file.put(theirs.replace("PART", part), new Info(ScalarType.Float, third)));
              } else {
                file.put(theirs, new Info(ScalarType.Float, shape));
              }
            });
    file.put("classifier.weight", new Info(ScalarType.Float, new long[] {1000, 768}));
    assertThat(fitting("", file)).containsExactly("dinov2_vits14_reg");
  }

  private static String huggingFace(String name) {
    return name.replaceFirst("^(cls_token|mask_token|register_tokens)", "embeddings.$1")
        .replace("pos_embed", "embeddings.position_embeddings")
        .replace("patch_embed.proj", "embeddings.patch_embeddings.projection")
        .replaceFirst("^blocks", "encoder.layer")
        .replace("attn.qkv", "attention.attention.PART")
        .replace("attn.proj", "attention.output.dense")
        .replaceFirst("ls([12]).gamma", "layer_scale$1.lambda1")
        .replaceFirst("^norm", "layernorm");
  }

  private static Map<String, TensorInfo> file(String architecture, UnaryOperator<String> theirs) {
    Map<String, TensorInfo> file = new LinkedHashMap<>();
    Encoders.shapes(architecture, Stem.IMAGENET)
        .forEach((name, shape) -> file.put(theirs.apply(name), new Info(ScalarType.Float, shape)));
    return file;
  }

  /** The architectures that the file fits as a whole, by the first table that fits any. */
  private static List<String> fitting(String dict, Map<String, TensorInfo> file) {
    for (NameMap map : NameMap.TABLE) {
      if (!map.dict().matcher(dict).matches() || map.toldByHead()) {
        continue;
      }
      List<String> fitting = new ArrayList<>();
      Match.Reading reading = Match.Reading.of(map, "", dict, file, Map.of());
      for (String architecture : Encoders.names()) {
        Match match = Match.of(reading, architecture, Stem.IMAGENET, name -> false);
        if (match.full()) {
          fitting.add(architecture);
        }
      }
      if (!fitting.isEmpty()) {
        return fitting;
      }
    }
    return List.of();
  }
}
