package dev.bingo.serve;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import dev.bingo.image.LabelFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LabelsTest {
  @TempDir Path folder;
  private static Fixture fixture;

  @BeforeAll
  static void make() throws IOException {
    fixture = Fixture.get();
  }

  private static LabelEvent event(String id, String image, LabelEvent.What what, String label) {
    return new LabelEvent(id, "2026-01-01T00:00:00Z", image, what, label, 1, false, null);
  }

  private Labels open(LabelLog log) throws IOException {
    return new Labels(VectorIndex.open(fixture.index()), log, List.of("red"));
  }

  @Test
  void theLastWordCountsAndSurvives() throws IOException {
    try (LabelLog log = LabelLog.open(folder)) {
      Labels labels = open(log);
      labels.add(
          List.of(
              event("a", "00.png", LabelEvent.What.LABEL, "red"),
              event("b", "01.png", LabelEvent.What.LABEL, "green"),
              event("c", "01.png", LabelEvent.What.CLEAR, null),
              event("d", "02.png", LabelEvent.What.SKIP, null),
              event("e", "00.png", LabelEvent.What.LABEL, "=1+1, \"so\"")));
      assertThat(labels.add(List.of(event("a", "00.png", LabelEvent.What.LABEL, "red"))))
          .as("sent twice")
          .isZero();
    }
    try (LabelLog log = LabelLog.open(folder)) {
      Labels labels = open(log);
      assertThat(labels.label("00.png")).isEqualTo("=1+1, \"so\"");
      assertThat(labels.label("01.png")).isNull();
      assertThat(labels.state().skipped()).isEqualTo(1);
      assertThat(labels.state().labelled()).isEqualTo(1);
      Path csv = folder.resolve("labels.csv");
      Files.writeString(csv, labels.csv());
      assertThat(LabelFile.read(csv)).isEqualTo(Map.of("00.png", "=1+1, \"so\""));
    }
  }

  @Test
  void anUnfinishedLineIsCutOffAndADamagedOneIsRefused() throws IOException {
    try (LabelLog log = LabelLog.open(folder)) {
      open(log).add(List.of(event("a", "00.png", LabelEvent.What.LABEL, "red")));
    }
    Path file = folder.resolve(LabelLog.FILE);
    String whole = Files.readString(file);
    for (int cut = 1; cut < whole.length(); cut += 9) {
      Files.writeString(file, whole + whole.substring(0, cut));
      try (LabelLog log = LabelLog.open(folder)) {
        assertThat(log.cutOff()).isEqualTo(cut);
        assertThat(log.before()).hasSize(1);
      }
      assertThat(Files.readString(file)).isEqualTo(whole);
    }
    Files.writeString(file, "nonsense\n", StandardOpenOption.APPEND);
    assertThatThrownBy(() -> LabelLog.open(folder)).hasMessageContaining("line 2");
  }

  @Test
  void oneServerAtATimeWritesALog() throws IOException {
    try (LabelLog log = LabelLog.open(folder)) {
      assertThat(log.before()).isEmpty();
      assertThatThrownBy(() -> LabelLog.open(folder)).hasMessageContaining("another server");
    }
  }

  @Test
  void auditsAreJudgedByWhatWasPredictedBefore() throws IOException {
    try (Server server = Server.start(fixture.site(folder), Fixture.settings(), message -> {})) {
      Client client = new Client(server.port());
      JsonNode state = chosen(client);
      for (JsonNode item : state.path("next")) {
        int row = Integer.parseInt(item.path("image").asText().substring(0, 2));
        assertThat(item.has("predicted")).as("audits don't say").isEqualTo(row % 4 != 3);
      }
      // Number 3 and 7 are the audit's, both predicted to be red.
      label(client, "a", "03.png", "red");
      label(client, "b", "07.png", "blue");
      label(client, "c", "00.png", "blue");
      assertThat(client.json("/labels").path("audit").path("seen").asText())
          .isEqualTo("1 of 2 right.");
      label(client, "d", "07.png", "red");
      assertThat(client.json("/labels").path("audit").path("seen").asText())
          .as("a change of mind")
          .isEqualTo("2 of 2 right.");
    }
  }

  private static JsonNode chosen(Client client) throws IOException {
    JsonNode state = client.json("/labels");
    while (state.path("next").isEmpty()) {
      Thread.onSpinWait();
      state = client.json("/labels");
    }
    return state;
  }

  private static void label(Client client, String id, String image, String label)
      throws IOException {
    assertThat(
            client
                .postJson(
                    "/labels",
                    String.format(
                        Locale.ROOT,
                        "{\"events\":[{\"id\":\"%s\",\"image\":\"%s\",\"what\":\"label\",\"label\":\"%s\"}]}",
                        id,
                        image,
                        label))
                .statusCode())
        .isEqualTo(200);
  }

  @Test
  void theNextAreChosenWhileSomeAreLeft() throws IOException {
    try (Server server = Server.start(fixture.site(folder), Fixture.settings(), message -> {})) {
      Client client = new Client(server.port());
      assertThat(chosen(client).path("next")).hasSize(8);
      for (int i = 0; i < 6; i++) {
        label(client, "e" + i, String.format(Locale.ROOT, "%02d.png", i), "red");
      }
      JsonNode state = client.json("/labels");
      assertThat(state.path("next").size()).isGreaterThanOrEqualTo(2);
      while (state.path("next").size() < 10) {
        Thread.onSpinWait();
        state = client.json("/labels");
      }
      assertThat(state.path("round").asInt()).isEqualTo(2);
      assertThat(client.postJson("/labels/strategy", "{\"strategy\":\"none\"}").statusCode())
          .isEqualTo(400);
      client.postJson("/labels/strategy", "{\"strategy\":\"backwards\"}");
      assertThat(chosen(client).path("next").path(0).path("image").asText()).isEqualTo("59.png");
    }
  }

  @Test
  void eventsThatCantBeTakenAreRefusedWithAllThatCameWithThem() throws IOException {
    try (Server server = Server.start(fixture.site(folder), Fixture.settings(), message -> {})) {
      Client client = new Client(server.port());
      String good = "{\"id\":\"a\",\"image\":\"00.png\",\"what\":\"label\",\"label\":\"red\"}";
      for (String bad :
          List.of(
              good.replace("00.png", "no.png"),
              good.replace("\"label\":\"red\"", "\"label\":\" \""),
              good.replace("\"red\"", "\"a\\u0000b\""),
              good.replace("\"what\":\"label\"", "\"what\":\"delete\""),
              good.replace("\"what\":\"label\"", "\"what\":\"skip\""),
              good.replace("\"id\":\"a\",", ""),
              "7")) {
        String body = "{\"events\":[" + good.replace("\"a\"", "\"b\"") + "," + bad + "]}";
        assertThat(client.postJson("/labels", body).statusCode()).as(bad).isEqualTo(400);
      }
      assertThat(client.json("/labels").path("labelled").asInt()).isZero();
    }
  }

  /** Whatever was answered with 200 is there after a kill at any moment. */
  @Test
  void aKillLosesNothingThatWasTaken() throws IOException, InterruptedException {
    Map<String, String> taken = new HashMap<>();
    for (int round = 0; round < 2; round++) {
      Standalone server = Standalone.start(fixture, folder, 0);
      try {
        Client client = new Client(server.port());
        for (int i = 0; i < 12; i++) {
          String image = String.format(Locale.ROOT, "%02d.png", 12 * round + i);
          label(client, "k" + round + "-" + i, image, "class " + i);
          taken.put(image, "class " + i);
        }
      } finally {
        server.kill();
      }
    }
    try (LabelLog log = LabelLog.open(folder)) {
      Labels labels = open(log);
      taken.forEach((image, label) -> assertThat(labels.label(image)).isEqualTo(label));
    }
  }
}
