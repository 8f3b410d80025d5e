package dev.bingo.serve;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import dev.bingo.embed.Embedder;
import dev.bingo.similar.Hit;
import dev.bingo.similar.SimilarIndex;
import java.io.IOException;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ServerTest {
  @TempDir static Path labels;
  private static Fixture fixture;
  private static Server server;
  private static Client client;
  private static final List<String> FAULTS = new ArrayList<>();

  @BeforeAll
  static void start() throws IOException {
    fixture = Fixture.get();
    server = Server.start(fixture.site(labels), Fixture.settings(), FAULTS::add);
    client = new Client(server.port());
  }

  @AfterAll
  static void stop() throws IOException {
    server.close();
    assertThat(FAULTS).isEmpty();
  }

  @Test
  void theVectorIsTheEmbeddersInBothForms() throws IOException {
    float[] expected;
    try (Embedder embedder = Embedder.open(fixture.model())) {
      expected = embedder.embed(fixture.image(3));
    }
    JsonNode json = Json.MAPPER.readTree(client.post("/embed", fixture.image(3)).body());
    assertThat(json.path("width").asInt()).isEqualTo(expected.length);
    byte[] raw =
        client
            .send(
                client
                    .to("/embed")
                    .header("Accept", "application/octet-stream")
                    .POST(BodyPublishers.ofByteArray(fixture.image(3))))
            .body();
    ByteBuffer floats = ByteBuffer.wrap(raw).order(ByteOrder.LITTLE_ENDIAN);
    for (int d = 0; d < expected.length; d++) {
      assertThat((float) json.path("vector").path(d).asDouble())
          .isCloseTo(expected[d], within(1e-5f));
      assertThat(floats.getFloat()).isCloseTo(expected[d], within(1e-5f));
    }
  }

  @Test
  void searchGivesTheRanksOfTheIndexThatTrainersUse() throws IOException {
    SimilarIndex theirs = SimilarIndex.open(fixture.index());
    VectorIndex ours = VectorIndex.open(fixture.index());
    for (int row = 0; row < ours.size(); row += 7) {
      List<Hit> expected = theirs.search(theirs.vector(row), 9);
      List<VectorIndex.Hit> found = ours.search(ours.vector(row), 9);
      for (int i = 0; i < 9; i++) {
        assertThat(found.get(i).cosine()).isCloseTo(expected.get(i).cosine(), within(1e-5));
      }
      assertThat(ours.id(found.get(0).row())).isEqualTo(expected.get(0).entry().id());
    }
    JsonNode hits =
        Json.MAPPER.readTree(client.post("/similar?k=5", fixture.image(8)).body()).path("hits");
    assertThat(hits).hasSize(5);
    assertThat(hits.path(0).path("image").asText()).isEqualTo("08.png");
    assertThat(client.json("/similar?image=08.png&k=5").path("hits")).hasSize(5);
  }

  @Test
  void nothingIsAnsweredWithoutTheTokenButHealth() throws IOException {
    for (Route route : routes()) {
      var request =
          java.net.http.HttpRequest.newBuilder(
              java.net.URI.create("http://127.0.0.1:" + server.port() + route.path()));
      request.method(route.method(), BodyPublishers.ofString(""));
      int expected = route.path().equals("/health") ? 200 : 401;
      assertThat(client.send(request).statusCode()).as(route.path()).isEqualTo(expected);
      request.header("Authorization", "Bearer 0123456789abcdeg");
      assertThat(client.send(request).statusCode()).as(route.path()).isEqualTo(expected);
    }
  }

  private static List<Route> routes() throws IOException {
    List<Route> all = new ArrayList<>(Assets.routes());
    all.add(Route.get("/health", call -> null));
    all.add(Route.get("/metrics", call -> null));
    List<AutoCloseable> parts = new ArrayList<>();
    all.addAll(
        Site.of(List.of(), new FolderImages(fixture.images()))
            .routes(new Meters(() -> 0), FAULTS::add, parts));
    return all;
  }

  @Test
  void theDocumentListsEveryRouteAndNoOther() throws IOException {
    TreeSet<String> served = new TreeSet<>();
    List<AutoCloseable> parts = new ArrayList<>();
    Site site = fixture.site(labels.resolve("others"));
    Runs runs = new NoRuns();
    Bags bags = new NoBags();
    new Site(site.spaces(), null, site.images(), site.labelling(), runs, bags)
        .routes(new Meters(() -> 0), FAULTS::add, parts)
        .forEach(route -> served.add(route.method() + " " + route.path()));
    served.add("POST /classify"); // where there is a classifier
    served.add("GET /health");
    served.add("GET /metrics");
    for (AutoCloseable part : parts) {
      try {
        part.close();
      } catch (Exception e) {
        throw new IOException(e);
      }
    }
    TreeSet<String> listed = new TreeSet<>();
    client
        .json("/openapi.json")
        .path("paths")
        .properties()
        .forEach(
            path ->
                path.getValue()
                    .properties()
                    .forEach(
                        one ->
                            listed.add(
                                one.getKey().toUpperCase(Locale.ROOT) + " " + path.getKey())));
    assertThat(listed).isEqualTo(served);
  }

  private static final class NoRuns implements Runs {
    @Override
    public List<Run> list() {
      return List.of();
    }

    @Override
    public Lines metrics(String name, long from) {
      return new Lines(0, List.of());
    }

    @Override
    public void stop(String name) {}
  }

  private static final class NoBags implements Bags {
    @Override
    public int k() {
      return 1;
    }

    @Override
    public List<String> mates(String id) {
      return List.of();
    }
  }

  @Test
  void aBrowserGetsACookieForTheTokenAndAnAddressWithoutIt() throws IOException {
    HttpResponse<byte[]> shown =
        client.send(
            java.net.http.HttpRequest.newBuilder(
                java.net.URI.create(
                    "http://127.0.0.1:" + server.port() + "/label.html?token=" + Fixture.TOKEN)));
    assertThat(shown.statusCode()).isEqualTo(303);
    assertThat(shown.headers().firstValue("Location")).hasValue("/label.html");
    assertThat(shown.headers().firstValue("Set-Cookie").orElse(""))
        .contains("HttpOnly", "SameSite=Strict");
  }

  @Test
  void whatIsNoImageIsAProblemThatSaysWhatToDo() throws IOException {
    HttpResponse<byte[]> refused =
        client.post("/embed", "no image".getBytes(StandardCharsets.UTF_8));
    assertThat(refused.statusCode()).isEqualTo(422);
    assertThat(refused.headers().firstValue("Content-Type")).hasValue("application/problem+json");
    JsonNode problem = Json.MAPPER.readTree(refused.body());
    assertThat(problem.path("status").asInt()).isEqualTo(422);
    assertThat(problem.path("remedy").asText()).contains("JPEG");
    assertThat(client.get("/similar?image=no-such.png").statusCode()).isEqualTo(404);
    assertThat(client.get("/similar?image=08.png&k=0").statusCode()).isEqualTo(400);
    assertThat(client.get("/embed").statusCode()).isEqualTo(405);
    assertThat(client.get("/nothing").statusCode()).isEqualTo(404);
  }

  @Test
  void everyAnswerForbidsWhatPagesDoNotNeed() throws IOException {
    for (String path : List.of("/", "/label.html", "/about", "/nothing")) {
      var headers = client.get(path).headers();
      assertThat(headers.firstValue("Content-Security-Policy").orElse(""))
          .contains("default-src 'none'", "script-src 'self'")
          .doesNotContain("unsafe");
      assertThat(headers.firstValue("X-Content-Type-Options")).hasValue("nosniff");
    }
  }

  @Test
  void metricsCountWhatWasAnswered() throws IOException {
    client.get("/about");
    String text = new String(client.get("/metrics").body(), StandardCharsets.UTF_8);
    assertThat(text)
        .contains("bingo_requests_total{path=\"/about\",status=\"200\"}")
        .contains("bingo_request_seconds_count{path=\"/about\"}")
        .contains("bingo_requests_waiting");
  }

  @Test
  void theMapHasAPointAnImage() throws IOException {
    while (client.get("/map").statusCode() == 409) {
      Thread.onSpinWait();
    }
    assertThat(client.json("/map").path("points").asInt()).isEqualTo(Fixture.IMAGES);
    assertThat(client.get("/map/points").body()).hasSize(12 * Fixture.IMAGES);
    assertThat(client.json("/map/names?rows=0,59").path("names").path(1).path("image").asText())
        .isEqualTo("59.png");
    assertThat(client.get("/map/names?rows=60").statusCode()).isEqualTo(400);
  }

  @Test
  void requestsThatRunComeToTheirEndWhenTheServerIsClosed(@TempDir Path folder) throws IOException {
    Server other = Server.start(fixture.site(folder), Fixture.settings(), FAULTS::add);
    Client its = new Client(other.port());
    List<CompletableFuture<Integer>> sent = new ArrayList<>();
    for (int i = 0; i < 8; i++) {
      byte[] image = fixture.image(i);
      sent.add(
          CompletableFuture.supplyAsync(
              () -> {
                try {
                  return its.post("/embed", image).statusCode();
                } catch (IOException e) {
                  return 0; // came when nothing listened any more
                }
              }));
    }
    sent.get(0).join();
    other.close();
    assertThat(sent.stream().map(CompletableFuture::join))
        .allMatch(s -> List.of(0, 200, 503).contains(s));
  }
}
