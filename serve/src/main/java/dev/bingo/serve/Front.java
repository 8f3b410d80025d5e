package dev.bingo.serve;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import org.eclipse.jetty.http.HttpFields;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.io.Content;
import org.eclipse.jetty.server.Handler;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.util.Callback;
import org.eclipse.jetty.util.Fields;
import org.eclipse.jetty.util.Promise;

/**
 * Every request's way: the gate, its route, its body, a worker, an answer. No thread waits for a
 * client: bodies are gathered as they come, within a time and a size.
 */
final class Front extends Handler.Abstract {
  private static final Map<String, String> HEADERS =
      Map.of(
          "Content-Security-Policy",
          "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob:;"
              + " connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
          "X-Content-Type-Options",
          "nosniff",
          "Referrer-Policy",
          "no-referrer",
          "Cross-Origin-Opener-Policy",
          "same-origin",
          "Cross-Origin-Resource-Policy",
          "same-origin",
          "X-Frame-Options",
          "DENY");
  private static final String NO_STORE = "no-store";

  private final Settings settings;
  private final Gate gate;
  private final Workers workers;
  private final Meters meters;
  private final Consumer<String> faults;
  private final Map<String, Map<String, Route>> routes = new LinkedHashMap<>();

  /**
   * @param faults is told of what went wrong in the server itself
   */
  Front(
      Settings settings,
      Gate gate,
      Workers workers,
      Meters meters,
      List<Route> all,
      Consumer<String> faults) {
    this.settings = settings;
    this.gate = gate;
    this.workers = workers;
    this.meters = meters;
    this.faults = faults;
    for (Route route : all) {
      Route before =
          routes
              .computeIfAbsent(route.path(), p -> new LinkedHashMap<>())
              .put(route.method(), route);
      if (before != null) {
        throw new IllegalArgumentException("two routes " + route.method() + " " + route.path());
      }
    }
  }

  /** One request on its way. */
  private final class Passage {
    private final Request request;
    private final Response response;
    private final Callback callback;
    private final long began = System.nanoTime();
    private String path = "other";

    Passage(Request request, Response response, Callback callback) {
      this.request = request;
      this.response = response;
      this.callback = callback;
    }

    void begin() {
      try {
        gate.checkSource(request);
        Route route = route();
        path = route.path();
        Fields query = Request.extractQueryParameters(request);
        if (letsIn(route, query.getValue("token"))) {
          return;
        }
        if (!route.open()) {
          gate.checkToken(request);
        }
        if (route.takesBody()) {
          receive(route, query);
        } else {
          work(route, query, new byte[0], 0);
        }
      } catch (Throwable e) {
        fail(e);
      }
    }

    private Route route() {
      Map<String, Route> there = routes.get(Request.getPathInContext(request));
      if (there == null) {
        throw new Problem(
            404, "there is nothing at this address", "/api.html lists what there is.");
      }
      String method = request.getMethod().equals("HEAD") ? "GET" : request.getMethod();
      Route route = there.get(method);
      if (route == null) {
        throw new Problem(
            405,
            "this address takes " + there.keySet() + " alone",
            "/api.html says how it is used.");
      }
      return route;
    }

    /** A browser that shows the token in the address gets a cookie, and the address without. */
    private boolean letsIn(Route route, String given) {
      if (given == null || !route.method().equals("GET") || !gate.isToken(given)) {
        return false;
      }
      Reply reply =
          new Reply(303, "text/plain", new byte[0], Map.of())
              .with("Location", path)
              .with("Set-Cookie", gate.letIn(given, Gate.isSecure(request)));
      send(reply);
      return true;
    }

    private void receive(Route route, Fields query) {
      long length = request.getLength();
      if (length > settings.bodyBytes()) {
        throw tooLarge();
      }
      long reserved = length >= 0 ? length : settings.bodyBytes();
      workers.take(reserved);
      CompletableFuture<byte[]> whole = new CompletableFuture<>();
      Content.Source.asByteArrayAsync(
          request, settings.bodyBytes(), Promise.Invocable.toPromise(whole));
      CompletableFuture<byte[]> unused =
          whole
              .orTimeout(settings.patience().toMillis(), TimeUnit.MILLISECONDS)
              .whenComplete(
                  (body, error) -> {
                    if (error == null) {
                      work(route, query, body, reserved);
                    } else {
                      workers.give(reserved);
                      fail(received(error));
                    }
                  });
    }

    private Throwable received(Throwable error) {
      Throwable cause = error instanceof CompletionException ? error.getCause() : error;
      if (cause instanceof TimeoutException) {
        return new Problem(
            408,
            "the request did not arrive within " + settings.patience().toSeconds() + " s",
            "Send it faster, or smaller.");
      }
      // Jetty's word for a body above the size that was allowed.
      return cause instanceof IllegalStateException ? tooLarge() : cause;
    }

    private Problem tooLarge() {
      return new Problem(
          413,
          "the request is longer than " + settings.bodyBytes() + " bytes",
          "Send a smaller image, or raise the server's --max-body.");
    }

    private void work(Route route, Fields query, byte[] body, long reserved) {
      try {
        workers.run(
            route.heavy(),
            () -> {
              try {
                send(route.answer().to(call(query, body)));
              } catch (Throwable e) {
                fail(e);
              } finally {
                workers.give(reserved);
              }
            });
      } catch (Problem e) {
        workers.give(reserved);
        fail(e);
      }
    }

    private Call call(Fields query, byte[] body) {
      Map<String, String> values = new HashMap<>();
      query.forEach(field -> values.put(field.getName(), field.getValue()));
      return new Call(
          request.getMethod(),
          Request.getPathInContext(request),
          values,
          name -> Gate.header(request, name),
          body);
    }

    private void fail(Throwable e) {
      if (e instanceof Problem problem) {
        send(forPeople(problem));
      } else if (e instanceof OutOfMemoryError) {
        send(new Problem(503, "the server's memory is full", "Send it again, or smaller.").reply());
      } else {
        faults.accept(request.getMethod() + " " + path + ": " + e);
        send(
            new Problem(500, "the server failed; its log says how", "Tell whoever runs it.")
                .reply());
      }
    }

    /** Who opens a page without the token reads a sentence, not JSON. */
    private Reply forPeople(Problem problem) {
      boolean page =
          problem.status() == 401 && Gate.header(request, "Accept").startsWith("text/html");
      return page
          ? new Reply(
              401,
              "text/html; charset=utf-8",
              Assets.NO_TOKEN.getBytes(StandardCharsets.UTF_8),
              Map.of())
          : problem.reply();
    }

    private void send(Reply reply) {
      HttpFields.Mutable headers = response.getHeaders();
      HEADERS.forEach(headers::put);
      headers.put(HttpHeader.CACHE_CONTROL, NO_STORE);
      headers.put(HttpHeader.CONTENT_TYPE, reply.type());
      headers.put(HttpHeader.CONTENT_LENGTH, reply.body().length);
      reply.headers().forEach(headers::put);
      if (reply.status() == 408 || reply.status() == 413) {
        headers.put(HttpHeader.CONNECTION, "close");
      }
      response.setStatus(reply.status());
      meters.answered(path, reply.status(), System.nanoTime() - began);
      response.write(true, ByteBuffer.wrap(reply.body()), callback);
    }
  }

  @Override
  public boolean handle(Request request, Response response, Callback callback) throws IOException {
    new Passage(request, response, callback).begin();
    return true;
  }
}
