package dev.bingo.serve;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.net.http.HttpRequest.BodyPublishers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.zip.CRC32;
import java.util.zip.Deflater;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Nothing is let in, nothing is lost, and others are served meanwhile. */
class AttackTest {
  @TempDir static Path labels;
  private static final List<String> faults = new CopyOnWriteArrayList<>();
  private static Fixture fixture;
  private static Server server;
  private static Client client;

  @BeforeAll
  static void start() throws IOException {
    fixture = Fixture.get();
    Settings usual = Fixture.settings();
    server =
        Server.start(
            fixture.site(labels),
            new Settings(
                usual.host(),
                0,
                usual.token(),
                usual.names(),
                usual.bodyBytes(),
                Duration.ofMillis(700),
                2,
                usual.waiting()),
            faults::add);
    client = new Client(server.port());
  }

  @AfterEach
  void stillServes() throws IOException {
    assertThat(client.post("/embed", fixture.image(1)).statusCode()).isEqualTo(200);
    assertThat(faults).isEmpty();
  }

  @AfterAll
  static void stop() throws IOException {
    server.close();
  }

  /** A request by hand; returns all that is answered until the server closes. */
  private String raw(String... lines) throws IOException {
    try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), server.port())) {
      socket.setSoTimeout(20_000);
      socket
          .getOutputStream()
          .write((String.join("\r\n", lines) + "\r\n").getBytes(StandardCharsets.ISO_8859_1));
      return new String(socket.getInputStream().readAllBytes(), StandardCharsets.ISO_8859_1);
    }
  }

  private static String bearer() {
    return "Authorization: Bearer " + Fixture.TOKEN;
  }

  @Test
  void aBodyThatSaysItIsTooLongIsRefusedBeforeItIsRead() throws IOException {
    assertThat(
            raw(
                "POST /embed HTTP/1.1",
                "Host: localhost",
                bearer(),
                "Content-Length: 1099511627776",
                "",
                ""))
        .startsWith("HTTP/1.1 413");
  }

  @Test
  void aBodyThatDoesNotSaySoIsCutOffAtTheLimit() throws IOException {
    int status;
    try {
      status =
          client
              .send(
                  client
                      .to("/embed")
                      .POST(
                          BodyPublishers.ofInputStream(
                              () -> new java.io.ByteArrayInputStream(new byte[3 << 20]))))
              .statusCode();
    } catch (IOException e) {
      status = 413; // it closed while the rest was on its way
    }
    assertThat(status).isEqualTo(413);
  }

  @Test
  void aClientThatStopsSendingIsSentAwayAndHoldsUpNobody() throws IOException {
    List<Socket> slow = new ArrayList<>();
    for (int i = 0; i < 40; i++) {
      Socket socket = new Socket(InetAddress.getLoopbackAddress(), server.port());
      socket
          .getOutputStream()
          .write(
              ("POST /embed HTTP/1.1\r\nHost: localhost\r\n"
                      + bearer()
                      + "\r\nContent-Length: 1000\r\n\r\nx")
                  .getBytes(StandardCharsets.ISO_8859_1));
      slow.add(socket);
    }
    assertThat(client.post("/embed", fixture.image(2)).statusCode()).isEqualTo(200);
    for (Socket socket : slow) {
      try (socket;
          InputStream in = socket.getInputStream()) {
        socket.setSoTimeout(20_000);
        String answer = new String(in.readAllBytes(), StandardCharsets.ISO_8859_1);
        assertThat(answer)
            .satisfiesAnyOf(
                a -> assertThat(a).isEmpty(), a -> assertThat(a).startsWith("HTTP/1.1 408"));
      }
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "/../../../../etc/passwd",
        "/%2e%2e/%2e%2e/etc/passwd",
        "/..%2f..%2fetc%2fpasswd",
        "/label.html/../../pom.xml",
        "//etc/passwd",
        "/;/label.html",
        "/image?image=../../../../etc/passwd",
        "/image?image=/etc/passwd",
        "/image?image=..%2f..%2fetc%2fpasswd",
        "/image?row=-1",
        "/runs/metrics?run=../../etc"
      })
  void noPathLeadsOutside(String path) throws IOException {
    String answer =
        raw("GET " + path + " HTTP/1.1", "Host: localhost", bearer(), "Connection: close", "", "");
    assertThat(answer).containsPattern("^HTTP/1.1 40[0-9]").doesNotContain("root:");
  }

  @Test
  void aLinkOutOfTheFolderShowsNothing(@TempDir Path outside, @TempDir Path folder)
      throws IOException {
    Path secret = outside.resolve("secret.png");
    Files.write(secret, fixture.image(0));
    Files.createSymbolicLink(folder.resolve("link.png"), secret);
    Images images = new FolderImages(folder);
    assertThatThrownBy(() -> images.jpeg("link.png", 64)).hasMessageContaining("outside");
    assertThatThrownBy(() -> images.jpeg("../" + outside.getFileName() + "/secret.png", 64))
        .isInstanceOf(IOException.class);
  }

  @ParameterizedTest
  @CsvSource({
    "Host: evil.example, 403",
    "Host: evil.example:8080, 403",
    "Host: localhost.evil.example, 403",
    "Host: 127.0.0.1.evil.example, 403",
    "Host: localhost, 200",
    "Host: LOCALHOST:1234, 200",
    "Host: 192.168.1.7:8080, 200",
    "Host: [::1]:8080, 200",
    "Host: proxy.example, 200"
  })
  void strangeNamesAreRefused(String host, int status) throws IOException {
    assertThat(raw("GET /about HTTP/1.1", host, bearer(), "Connection: close", "", ""))
        .startsWith("HTTP/1.1 " + status);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "Origin: https://evil.example",
        "Origin: null",
        "Origin: http://localhost:1",
        "Origin: http://localhost.evil.example",
        "Sec-Fetch-Site: cross-site",
        "Sec-Fetch-Site: same-site"
      })
  void pagesOfOtherSitesAreRefusedEvenWithTheCookie(String header) throws IOException {
    String cookie = "Cookie: bingo-" + server.port() + "=" + Fixture.TOKEN;
    String[] request = {
      "POST /labels HTTP/1.1",
      "Host: localhost",
      cookie,
      header,
      "Content-Type: application/json",
      "Content-Length: 2",
      "Connection: close",
      "",
      "{}"
    };
    assertThat(raw(request)).startsWith("HTTP/1.1 403");
    assertThat(client.json("/labels").path("labelled").asInt()).isZero();
    // The same from its own page is let in, and found wanting.
    request[3] = "Origin: http://localhost";
    assertThat(raw(request)).startsWith("HTTP/1.1 400");
  }

  @Test
  void jsonThatAFormCouldSendIsRefused() throws IOException {
    assertThat(
            client
                .send(
                    client
                        .to("/labels")
                        .header("Content-Type", "text/plain")
                        .POST(BodyPublishers.ofString("{\"events\":[]}")))
                .statusCode())
        .isEqualTo(415);
    assertThat(client.postJson("/labels", "[".repeat(100_000)).statusCode()).isEqualTo(400);
  }

  /** 65,000 by 65,000 pixels in a few hundred bytes, cut off and damaged ones. */
  @Test
  void hostileImagesAreRefusedByTheirHeaders() throws IOException {
    List<byte[]> hostile = new ArrayList<>();
    hostile.add(new byte[0]);
    hostile.add(bomb(65_000));
    byte[] good = fixture.image(0);
    hostile.add(java.util.Arrays.copyOf(good, good.length / 2));
    byte[] damaged = good.clone();
    damaged[good.length / 2] ^= 0x55;
    hostile.add(damaged);
    hostile.add("<svg xmlns='http://www.w3.org/2000/svg'/>".getBytes(StandardCharsets.UTF_8));
    hostile.add("GIF89a".getBytes(StandardCharsets.UTF_8));
    for (byte[] image : hostile) {
      assertThat(client.post("/embed", image).statusCode()).isEqualTo(422);
      assertThat(client.post("/similar", image).statusCode()).isEqualTo(422);
    }
  }

  private static byte[] bomb(int side) {
    ByteArrayOutputStream png = new ByteArrayOutputStream();
    png.writeBytes(new byte[] {(byte) 0x89, 'P', 'N', 'G', '\r', '\n', 0x1a, '\n'});
    java.nio.ByteBuffer header = java.nio.ByteBuffer.allocate(13);
    header.putInt(side).putInt(side).put((byte) 8).put((byte) 2);
    chunk(png, "IHDR", header.array());
    Deflater deflater = new Deflater();
    deflater.setInput(new byte[1 << 16]);
    deflater.finish();
    byte[] packed = new byte[1024];
    chunk(png, "IDAT", java.util.Arrays.copyOf(packed, deflater.deflate(packed)));
    deflater.end();
    chunk(png, "IEND", new byte[0]);
    return png.toByteArray();
  }

  private static void chunk(ByteArrayOutputStream out, String type, byte[] data) {
    byte[] name = type.getBytes(StandardCharsets.ISO_8859_1);
    CRC32 crc = new CRC32();
    crc.update(name);
    crc.update(data);
    out.writeBytes(java.nio.ByteBuffer.allocate(4).putInt(data.length).array());
    out.writeBytes(name);
    out.writeBytes(data);
    out.writeBytes(java.nio.ByteBuffer.allocate(4).putInt((int) crc.getValue()).array());
  }
}
