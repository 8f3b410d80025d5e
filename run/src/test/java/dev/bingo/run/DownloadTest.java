package dev.bingo.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import dev.bingo.file.Sha256;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DownloadTest {
  private static final byte[] PUBLISHED = new byte[200_000];

  static {
    for (int i = 0; i < PUBLISHED.length; i++) {
      PUBLISHED[i] = (byte) ((i * 31) >> 3);
    }
  }

  @TempDir Path folder;
  private final List<String> ranges = new ArrayList<>();
  private byte[] served = PUBLISHED;
  private boolean knowsRanges = true;
  private int cutAt = Integer.MAX_VALUE;
  private HttpServer server;
  private Path file;
  private Path part;

  @BeforeEach
  void serve() throws IOException {
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.createContext("/", this::answer);
    server.start();
    file = folder.resolve("weights.pth");
    part = folder.resolve("weights.pth.part");
  }

  @AfterEach
  void stop() {
    server.stop(0);
  }

  @Test
  void aFileIsFetchedOnceAndComparedFromThenOn() throws IOException {
    assertThat(download().run()).isTrue();
    assertThat(file).hasBinaryContent(PUBLISHED);
    assertThat(part).doesNotExist();
    assertThat(download().run()).isFalse();
    assertThat(ranges).containsExactly("");
  }

  @Test
  void whatWasCutShortIsGoneOnWith() throws IOException {
    cutAt = 150_000;
    assertThatThrownBy(() -> download().run())
        .isInstanceOf(IOException.class)
        .hasMessageContaining("Call again to go on");
    long there = Files.size(part);
    assertThat(there).isPositive();
    cutAt = Integer.MAX_VALUE;
    assertThat(download().run()).isTrue();
    assertThat(ranges.get(1)).isEqualTo("bytes=" + there + "-");
    assertThat(file).hasBinaryContent(PUBLISHED);
  }

  @Test
  void aServerWithoutRangesSendsAllAgain() throws IOException {
    Files.write(part, Arrays.copyOf(PUBLISHED, 1000));
    knowsRanges = false;
    assertThat(download().run()).isTrue();
    assertThat(file).hasBinaryContent(PUBLISHED);
  }

  @Test
  void aPartOfSomethingElseIsFetchedAnew() throws IOException {
    Files.write(part, new byte[1000]);
    assertThat(download().run()).isTrue();
    assertThat(ranges).containsExactly("bytes=1000-", "");
    assertThat(file).hasBinaryContent(PUBLISHED);
  }

  @Test
  void whatIsNotThePublishedFileNeverAppearsUnderItsName() {
    served = PUBLISHED.clone();
    served[7]++;
    assertThatThrownBy(() -> download().run()).hasMessageContaining("SHA-256");
    served = new byte[PUBLISHED.length + 1];
    assertThatThrownBy(() -> download().run()).hasMessageContaining("larger");
    assertThat(file).doesNotExist();
  }

  @Test
  void withoutANetworkItSaysWhatToGetAndWhereToPutIt() {
    server.stop(0);
    assertThatThrownBy(() -> download().run())
        .isInstanceOf(IOException.class)
        .hasMessageContaining("/weights.pth by other means, put it at " + file);
  }

  @Test
  void anotherFileOfThatNameIsNotReplaced() throws IOException {
    Files.writeString(file, "mine");
    assertThatThrownBy(() -> download().run()).hasMessageContaining("move it away");
    assertThat(file).hasContent("mine");
  }

  @Test
  void theListIsWhole() {
    assertThat(Zoo.ENTRIES)
        .allSatisfy(
            entry -> {
              assertThat(entry.sha256()).matches("[0-9a-f]{64}");
              assertThat(entry.file()).contains("-" + entry.sha256().substring(0, 8) + ".");
              assertThat(entry.address().getScheme()).isEqualTo("https");
              assertThat(Zoo.named(entry.name())).isSameAs(entry);
            });
    assertThatThrownBy(() -> Zoo.named("torchvision-resnet81"))
        .hasMessageContaining("did you mean 'torchvision-resnet18'");
  }

  private Download download() {
    String sha256 = HexFormat.of().formatHex(Sha256.digest().digest(PUBLISHED));
    URI address = URI.create("http://127.0.0.1:" + server.getAddress().getPort() + "/weights.pth");
    Zoo.Entry entry = new Zoo.Entry("w", "weights", "MIT", PUBLISHED.length, sha256, address);
    return new Download(entry, file, new Console() {});
  }

  private void answer(HttpExchange exchange) throws IOException {
    String range = exchange.getRequestHeaders().getFirst("Range");
    ranges.add(range == null ? "" : range);
    int from = range == null || !knowsRanges ? 0 : Integer.parseInt(range.replaceAll("\\D", ""));
    if (from > 0) {
      exchange
          .getResponseHeaders()
          .add("Content-Range", "bytes " + from + "-" + (served.length - 1) + "/" + served.length);
    }
    exchange.sendResponseHeaders(from > 0 ? 206 : 200, served.length - from);
    exchange.getResponseBody().write(served, from, Math.min(served.length, cutAt) - from);
    exchange.close();
  }
}
