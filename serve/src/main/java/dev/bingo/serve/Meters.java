package dev.bingo.serve;

import io.prometheus.metrics.core.metrics.Counter;
import io.prometheus.metrics.core.metrics.GaugeWithCallback;
import io.prometheus.metrics.core.metrics.Histogram;
import io.prometheus.metrics.expositionformats.PrometheusTextFormatWriter;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.function.IntSupplier;

/** What a server counts, in Prometheus' text. */
final class Meters {
  private final PrometheusRegistry registry = new PrometheusRegistry();
  private final Counter requests =
      Counter.builder()
          .name("bingo_requests_total")
          .help("Requests answered, by path and status.")
          .labelNames("path", "status")
          .register(registry);
  private final Histogram seconds =
      Histogram.builder()
          .name("bingo_request_seconds")
          .help("From a request's header to its answer, waiting included.")
          .labelNames("path")
          .classicOnly()
          .classicUpperBounds(.005, .01, .025, .05, .1, .25, .5, 1, 2.5, 5, 10, 30)
          .register(registry);
  private final Counter images =
      Counter.builder()
          .name("bingo_images_embedded_total")
          .help("Images that were turned into vectors.")
          .register(registry);

  /**
   * @param waiting requests that wait for a thread
   */
  Meters(IntSupplier waiting) {
    GaugeWithCallback.builder()
        .name("bingo_requests_waiting")
        .help("Requests that wait for a thread.")
        .callback(gauge -> gauge.call(waiting.getAsInt()))
        .register(registry);
    GaugeWithCallback.builder()
        .name("bingo_heap_bytes")
        .help("Memory in use on the heap.")
        .callback(
            gauge -> {
              Runtime runtime = Runtime.getRuntime();
              gauge.call((double) (runtime.totalMemory() - runtime.freeMemory()));
            })
        .register(registry);
  }

  void answered(String path, int status, long nanos) {
    requests.labelValues(path, Integer.toString(status)).inc();
    seconds.labelValues(path).observe(nanos / 1e9);
  }

  void embedded(int count) {
    images.inc(count);
  }

  Reply reply() throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    PrometheusTextFormatWriter.builder().build().write(out, registry.scrape());
    return Reply.of(PrometheusTextFormatWriter.CONTENT_TYPE, out.toByteArray());
  }
}
