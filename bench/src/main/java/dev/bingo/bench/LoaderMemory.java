package dev.bingo.bench;

import com.sun.management.ThreadMXBean;
import dev.bingo.image.ImageSource;
import dev.bingo.image.ImageSources;
import dev.bingo.image.SourceOptions;
import dev.bingo.torch.Engine;
import dev.bingo.view.Augmentation;
import dev.bingo.view.Epoch;
import dev.bingo.view.Loader;
import dev.bingo.view.LoaderOptions;
import dev.bingo.view.View;
import dev.bingo.view.View.Source;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadInfo;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.stream.IntStream;
import org.bytedeco.javacpp.PointerScope;

/**
 * The loader's memory with one, two, four and eight threads: BINGO's four views at 224 pixels,
 * batches of 16, each setting in a JVM of its own whose heap is small and touched beforehand.
 * Prints a JSON line for each. Arguments: a folder of images, and how many batches.
 *
 * <p>Resident memory is told after a third of the batches and at the end, so that growth shows;
 * {@code mib_per_thread} is what each thread after the first adds.
 */
public final class LoaderMemory {
  private static final int[] THREADS = {1, 2, 4, 8};
  private static final int SIZE = 224;
  private static final int BATCH = 16;
  private static final String PREFIX = "bingo-loader-";
  private static final ThreadMXBean BEAN = (ThreadMXBean) ManagementFactory.getThreadMXBean();

  private LoaderMemory() {}

  /** Runs it. */
  public static void main(String... args) throws IOException, InterruptedException {
    if (args.length < 1 || args.length > 3) {
      System.err.println("usage: LoaderMemory FOLDER [BATCHES]");
      System.exit(2);
    }
    String batches = args.length > 1 ? args[1] : "300";
    if (args.length == 3) {
      measure(Path.of(args[0]), Integer.parseInt(batches), Integer.parseInt(args[2]));
      return;
    }
    double one = 0;
    for (int threads : THREADS) {
      double[] figures = fork(args[0], batches, threads);
      one = threads == 1 ? figures[1] : one;
      System.out.printf(
          Locale.ROOT,
          "{\"bingo\": \"loader\", \"threads\": %d, \"batches\": %s, \"mib_at_a_third\": %.1f, \"mib\": %.1f, \"mib_per_thread\": %.1f, \"allocated_per_sample\": %.0f, \"samples_per_s\": %.1f}%n",
          threads,
          batches,
          figures[0],
          figures[1],
          threads == 1 ? 0 : (figures[1] - one) / (threads - 1),
          figures[2],
          figures[3]);
    }
  }

  private static double[] fork(String folder, String batches, int threads)
      throws IOException, InterruptedException {
    Process child =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xms512m",
                "-Xmx512m",
                "-XX:+AlwaysPreTouch",
                "-cp",
                System.getProperty("java.class.path"),
                LoaderMemory.class.getName(),
                folder,
                batches,
                "" + threads)
            .redirectError(ProcessBuilder.Redirect.INHERIT)
            .start();
    String out = new String(child.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    if (child.waitFor() != 0) {
      throw new IOException("the measuring process failed: " + out);
    }
    return List.of(out.strip().split(" ", -1)).stream().mapToDouble(Double::parseDouble).toArray();
  }

  private static void measure(Path folder, int batches, int threads) throws IOException {
    Engine.start();
    try (ImageSource photos = ImageSources.open(folder, SourceOptions.DEFAULT)) {
      // Longer than is read: the threads must still live when they are asked what they allocated.
      ImageSource source = new Repeated(photos, (batches + 8) * BATCH);
      LoaderOptions options = new LoaderOptions(BATCH, 0, threads, 2, true);
      Loader loader =
          new Loader(source, views(), (anchor, draws) -> draws.below(source.size()), options);
      int warm = batches / 10;
      int third = batches / 3;
      double early = 0;
      long bytes = 0;
      long start = 0;
      try (Epoch epoch = loader.epoch(0, 0)) {
        for (int b = 0; b < batches; b++) {
          try (PointerScope scope = new PointerScope()) {
            epoch.next();
          }
          if (b == warm) {
            bytes = allocated();
            start = System.nanoTime();
          }
          early = b == third ? ProcessMemory.mib("VmRSS") : early;
        }
        double samples = (batches - 1.0 - warm) * BATCH;
        double perSample = (allocated() - bytes) / samples;
        double perSecond = samples * 1e9 / (System.nanoTime() - start);
        System.out.printf(
            Locale.ROOT, "%f %f %f %f%n", early, ProcessMemory.mib("VmRSS"), perSample, perSecond);
      }
    }
  }

  private static List<View> views() {
    return IntStream.range(0, 4)
        .mapToObj(
            v ->
                new View(
                    "view " + v, v < 2 ? Source.ANCHOR : Source.MATE, Augmentation.MOCO2, SIZE))
        .toList();
  }

  /** By the loader's threads so far; they all live until the last batch is made. */
  private static long allocated() {
    long sum = 0;
    for (ThreadInfo thread : BEAN.getThreadInfo(BEAN.getAllThreadIds())) {
      if (thread != null && thread.getThreadName().startsWith(PREFIX)) {
        sum += Math.max(0, BEAN.getThreadAllocatedBytes(thread.getThreadId()));
      }
    }
    return sum;
  }
}
