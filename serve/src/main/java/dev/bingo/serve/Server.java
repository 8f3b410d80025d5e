package dev.bingo.serve;

import java.io.IOException;
import java.net.BindException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.eclipse.jetty.server.Connector;
import org.eclipse.jetty.server.HttpConfiguration;
import org.eclipse.jetty.server.HttpConnectionFactory;
import org.eclipse.jetty.server.NetworkConnectionLimit;
import org.eclipse.jetty.server.ServerConnector;
import org.eclipse.jetty.server.handler.GracefulHandler;
import org.eclipse.jetty.util.thread.QueuedThreadPool;

/**
 * The service: an HTTP API, and pages for people. It listens from {@link #start} on until it is
 * closed, which lets requests that run come to their end.
 */
public final class Server implements AutoCloseable {
  private static final int CONNECTIONS = 512;
  private static final int HEADER = 16 << 10;
  private static final int JETTY_THREADS = 16;
  private static final long GRACE_MILLIS = 20_000;

  private final Settings settings;
  private final Workers workers;
  private final List<AutoCloseable> parts = new ArrayList<>();
  private final org.eclipse.jetty.server.Server jetty;
  private final int port;

  private Server(Site site, Settings settings, Consumer<String> faults) throws IOException {
    this.settings = settings;
    workers = new Workers(settings);
    jetty = new org.eclipse.jetty.server.Server(threads());
    ServerConnector connector = connector();
    try {
      connector.open();
    } catch (IOException e) {
      workers.close();
      throw new IOException(
          "port %d of %s can't be listened on: %s%s"
              .formatted(
                  settings.port(),
                  settings.host(),
                  cause(e),
                  e.getCause() instanceof BindException || e instanceof BindException
                      ? "; choose another with --port, or 0 for any that is free"
                      : ""),
          e);
    }
    port = connector.getLocalPort();
    Meters meters = new Meters(workers::waiting);
    List<Route> routes = new ArrayList<>(Assets.routes());
    routes.add(Route.get("/health", call -> Reply.json(Map.of("status", "up"))).asOpen());
    routes.add(Route.get("/metrics", call -> meters.reply()));
    routes.addAll(site.routes(meters, faults, parts));
    GracefulHandler graceful = new GracefulHandler();
    graceful.setHandler(
        new Front(settings, new Gate(settings, port), workers, meters, routes, faults));
    jetty.setHandler(graceful);
    jetty.setErrorHandler(new Faulty());
    jetty.setStopTimeout(GRACE_MILLIS);
    jetty.addBean(new NetworkConnectionLimit(CONNECTIONS, jetty));
  }

  private static String cause(IOException e) {
    return e.getCause() == null ? e.getMessage() : e.getCause().getMessage();
  }

  private static QueuedThreadPool threads() {
    QueuedThreadPool threads = new QueuedThreadPool(JETTY_THREADS, 4);
    threads.setName("bingo-http");
    threads.setDaemon(true);
    return threads;
  }

  private ServerConnector connector() {
    HttpConfiguration http = new HttpConfiguration();
    http.setSendServerVersion(false);
    http.setSendXPoweredBy(false);
    http.setRequestHeaderSize(HEADER);
    http.setIdleTimeout(settings.patience().toMillis());
    ServerConnector connector = new ServerConnector(jetty, 1, 1, new HttpConnectionFactory(http));
    connector.setHost(settings.host());
    connector.setPort(settings.port());
    connector.setIdleTimeout(settings.patience().toMillis());
    jetty.setConnectors(new Connector[] {connector});
    return connector;
  }

  /**
   * Starts one.
   *
   * @param site what it serves
   * @param faults is told, from any thread, of what went wrong in the server itself
   * @throws IOException where the port can't be had
   */
  public static Server start(Site site, Settings settings, Consumer<String> faults)
      throws IOException {
    Server server = new Server(site, settings, faults);
    try {
      server.jetty.start();
      return server;
    } catch (IOException | RuntimeException e) {
      server.close();
      throw e;
    } catch (Exception e) {
      server.close();
      throw new IOException("the server did not start: " + e.getMessage(), e);
    }
  }

  /** The port that it listens on. */
  public int port() {
    return port;
  }

  /** The address for a browser, with the token. */
  public String address() {
    String host =
        settings.host().equals("0.0.0.0") || settings.host().equals("::")
            ? "127.0.0.1"
            : settings.host();
    String token = settings.token() == null ? "" : "?token=" + settings.token();
    return "http://" + (host.contains(":") ? "[" + host + "]" : host) + ":" + port + "/" + token;
  }

  /** Takes no more requests, waits for those that run, and frees what it holds. */
  @Override
  public void close() throws IOException {
    try {
      jetty.stop();
    } catch (IOException | RuntimeException e) {
      throw e;
    } catch (Exception e) {
      throw new IOException("the server did not stop as it should: " + e.getMessage(), e);
    } finally {
      workers.close();
      closeParts();
    }
  }

  private void closeParts() throws IOException {
    for (AutoCloseable part : parts) {
      try {
        part.close();
      } catch (IOException | RuntimeException e) {
        throw e;
      } catch (Exception e) {
        throw new IOException(e);
      }
    }
  }
}
