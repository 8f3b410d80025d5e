package dev.bingo.pretrained;

import static org.assertj.core.api.Assertions.assertThat;

import dev.bingo.Golden;
import dev.bingo.torch.Engine;
import dev.bingo.weights.TensorInfo;
import dev.bingo.weights.WeightFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The official MoCo, SwAV and DINO modules' names, around networks too small to be one of ours. */
class NameMapTest {
  @BeforeAll
  static void startEngine() {
    Engine.start();
  }

  @ParameterizedTest
  @CsvSource({
    "moco_v2.zip.pth, state_dict, MoCo v2, module., 4",
    "moco_v2.legacy.pth, state_dict, MoCo v2, module., 4",
    "swav_pretrained.zip.pth, '', SwAV, module., 9",
    "swav_training.zip.pth, state_dict, SwAV, module., 9",
    "dino_resnet.zip.pth, teacher, 'DINO, the teacher', module., 0",
    "dino_resnet.zip.pth, student, 'DINO, the student', module., 0",
    "dino_vit.zip.pth, teacher, 'DINO, the teacher', '', 0",
    "dino_vit.zip.pth, student, 'DINO, the student', module., 0",
  })
  void theBackboneIsToldFromAllElse(
      String file, String dict, String table, String wrapper, int projection) throws IOException {
    Path path = Golden.directory().resolve("16-checkpoints/good").resolve(file);
    NameMap map =
        NameMap.TABLE.stream().filter(m -> m.name().equals(table)).findFirst().orElseThrow();
    try (WeightFile opened = WeightFile.open(path)) {
      Map<String, TensorInfo> tensors = opened.stateDicts().get(dict);
      NameMap.Sorted sorted = map.sort(tensors.keySet(), wrapper);

      assertThat(map.dict().matcher(dict).matches()).isTrue();
      assertThat(sorted.projection()).hasSize(projection);
      assertThat(sorted.backbone().keySet())
          .allMatch(
              n ->
                  n.matches("(conv1|bn1|layer[1-4]\\.[01]\\.\\w+(\\.[01])?)\\.\\w+")
                      || n.matches(
                          "cls_token|pos_embed|patch_embed\\.proj\\.\\w+|norm\\.\\w+|blocks\\.\\d.*"))
          .contains(file.contains("vit") ? "cls_token" : "layer1.0.conv1.weight");
      assertThat(sorted.backbone().size() + sorted.projection().size() + sorted.leftOut().size())
          .isEqualTo(tensors.size());
    }
  }

  @Test
  void everyTableIsInTheGuide() throws IOException {
    Path guide = Path.of("..", "docs", "teachers.md");
    if (!Files.exists(guide)) {
      guide = Path.of("docs", "teachers.md");
    }
    String text = Files.readString(guide);
    for (String method :
        new String[] {
          "MoCo v2", "MoCo v3", "SwAV", "DINO", "SimSiam", "BYOL", "SEED", "CompRess"
        }) {
      assertThat(text).contains("| " + method);
      assertThat(NameMap.TABLE).anyMatch(m -> m.name().contains(method));
    }
  }
}
