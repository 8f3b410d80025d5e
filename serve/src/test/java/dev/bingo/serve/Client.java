package dev.bingo.serve;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;

/** Asks a server of a test. */
record Client(int port) {
  private static final HttpClient HTTP = HttpClient.newHttpClient();

  HttpRequest.Builder to(String path) {
    return HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + path))
        .header("Authorization", "Bearer " + Fixture.TOKEN);
  }

  HttpResponse<byte[]> send(HttpRequest.Builder request) throws IOException {
    try {
      return HTTP.send(request.build(), BodyHandlers.ofByteArray());
    } catch (InterruptedException e) {
      throw new IOException(e);
    }
  }

  HttpResponse<byte[]> get(String path) throws IOException {
    return send(to(path));
  }

  JsonNode json(String path) throws IOException {
    return Json.MAPPER.readTree(get(path).body());
  }

  HttpResponse<byte[]> post(String path, byte[] body) throws IOException {
    return send(to(path).POST(BodyPublishers.ofByteArray(body)));
  }

  HttpResponse<byte[]> postJson(String path, String json) throws IOException {
    return send(
        to(path).header("Content-Type", "application/json").POST(BodyPublishers.ofString(json)));
  }
}
