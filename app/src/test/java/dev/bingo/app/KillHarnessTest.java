package dev.bingo.app;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.bingo.run.Run;
import dev.bingo.run.TinyRun;
import java.io.IOException;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardWatchEventKinds;
import java.nio.file.WatchKey;
import java.nio.file.WatchService;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * SIGKILL at random moments of a whole demo (two MoCo v2 trainings, bags, BINGO, evaluation,
 * report), each time the same command again, until it has come to its end. What it leaves equals
 * what an undisturbed one leaves, bit for bit.
 *
 * <p>Half of the moments are drawn uniformly over time; the other half follow a file that is being
 * made, changed or renamed, so that checkpoints, bags, encoders, figures and the report are hit
 * while they are written. Keys of a cached teacher and exports have tests of their own. {@code
 * -Dkills=200 -Dkill.seed=7} is the long form; every kill is listed in {@code target/kills.txt}.
 */
class KillHarnessTest {
  private static final int KILLS = Integer.getInteger("kills", 10);
  private static final long SEED = Long.getLong("kill.seed", 1L);
  private static final int MOST_EVENTS = 8;

  /** What is written in the course of a demo; a kill follows a change of one of these. */
  private static final List<String> WRITTEN =
      List.of(
          "checkpoints",
          "metrics.jsonl",
          "recipe.yaml",
          "bags.npy",
          "encoder.safetensors",
          "results.json",
          "report.html");

  private static final List<String> RUNS = List.of("teacher", "student", "control");
  private static final ObjectMapper JSON = new ObjectMapper();

  @TempDir Path folder;
  private final List<String> kills = new ArrayList<>();
  private boolean cached;

  @Test
  void killedAnywhereTheDemoEndsAsIfNothingHadBeen() throws Exception {
    survive(KILLS, WRITTEN);
    Files.write(Path.of("target", "kills.txt"), kills);
  }

  @Test
  void killedWhileTheTeachersKeysAreWrittenItEndsAsIfNothingHadBeen() throws Exception {
    cached = true;
    survive(Math.max(3, KILLS / 10), List.of("keys"));
  }

  @Test
  void aKilledExportLeavesNothingOrTheWholeFile() throws Exception {
    Path encoder = TinyRun.encoder(folder.resolve("encoder.safetensors"));
    Path whole = folder.resolve("whole.onnx");
    long begun = System.nanoTime();
    export(encoder, whole, Long.MAX_VALUE);
    long nanos = System.nanoTime() - begun;
    SplittableRandom random = new SplittableRandom(SEED);
    Path file = folder.resolve("killed.onnx");
    for (int i = 0; i < Math.max(3, KILLS / 10); i++) {
      // Most of the time goes by before anything is written.
      export(encoder, file, nanos / 2 + random.nextLong(nanos / 2));
      if (Files.exists(file)) {
        assertThat(file).hasSameBinaryContentAs(whole);
      }
    }
    export(encoder, file, Long.MAX_VALUE);
    assertThat(file).hasSameBinaryContentAs(whole);
  }

  private void export(Path encoder, Path to, long nanos) throws Exception {
    String[] words = {"export", "" + encoder, "--format", "onnx", "--overwrite", "--out", "" + to};
    Path out = Files.createTempFile(folder, "out", "");
    try (Forked run = Forked.start(out, "", List.of(), words)) {
      if (nanos == Long.MAX_VALUE || run.ended(nanos)) {
        assertThat(run.ended()).as(run.output()).isZero();
      }
    }
  }

  private void survive(int wanted, List<String> written) throws Exception {
    Path data = TinyRun.data(folder.resolve("data"), 160, 40);
    Path whole = prepare("whole");
    long begun = System.nanoTime();
    try (Forked run = start(data, whole)) {
      assertThat(run.ended()).as(run.output()).isZero();
    }
    long nanos = System.nanoTime() - begun;
    SplittableRandom random = new SplittableRandom(SEED);
    for (int demo = 0; kills.size() < wanted; demo++) {
      Path killed = prepare("killed-" + demo);
      boolean done = false;
      while (!done && kills.size() < wanted) {
        boolean time = !cached && random.nextBoolean();
        done = time ? byTime(data, killed, random, nanos) : byFile(data, killed, random, written);
      }
      if (!done) {
        try (Forked run = start(data, killed)) {
          assertThat(run.ended()).as(run.output()).isZero();
        }
      }
      assertEqual(killed, whole);
    }
  }

  /** True where the demo ended before it was killed. */
  private boolean byTime(Path data, Path out, SplittableRandom random, long nanos)
      throws Exception {
    long delay = random.nextLong(nanos);
    try (Forked run = start(data, out)) {
      if (run.ended(delay)) {
        return true;
      }
      return kill(run, out, "after " + delay / 1_000_000 + " ms");
    }
  }

  private boolean byFile(Path data, Path out, SplittableRandom random, List<String> written)
      throws Exception {
    String target = written.get(random.nextInt(written.size()));
    int events = 1 + random.nextInt(MOST_EVENTS);
    long then = random.nextLong(3_000_000);
    try (WatchService watch = FileSystems.getDefault().newWatchService()) {
      for (Path watched : folders(out)) {
        watched.register(
            watch,
            StandardWatchEventKinds.ENTRY_CREATE,
            StandardWatchEventKinds.ENTRY_MODIFY,
            StandardWatchEventKinds.ENTRY_DELETE);
      }
      try (Forked run = start(data, out)) {
        int seen = 0;
        String last = "";
        while (seen < events) {
          WatchKey key = watch.poll(20, TimeUnit.MILLISECONDS);
          if (key != null) {
            for (var event : key.pollEvents()) {
              Path file = ((Path) key.watchable()).resolve("" + event.context());
              if (out.relativize(file).toString().contains(target)) {
                seen++;
                last = event.kind().name() + " of " + out.relativize(file);
              }
            }
            key.reset();
          }
          if (!run.running()) {
            return finished(run);
          }
        }
        if (run.ended(then)) {
          return true;
        }
        return kill(run, out, then / 1000 + " us after " + last);
      }
    }
  }

  private static boolean finished(Forked run) throws Exception {
    assertThat(run.ended()).as(run.output()).isZero();
    return true;
  }

  private boolean kill(Forked run, Path out, String moment) throws Exception {
    run.close();
    int code = run.ended();
    if (code == 0) {
      return true; // it ended just then
    }
    assertThat(code).as(run.output()).isEqualTo(128 + 9);
    String[] lines = run.output().strip().split("\n", -1);
    kills.add(moment + "\t" + lines[lines.length - 1].strip());
    // The report is a demo's last file: with it there is nothing left to go on with.
    return Files.exists(out.resolve("report.html"));
  }

  private Path prepare(String name) throws IOException {
    Path out = folder.resolve(name);
    for (Path sub : folders(out)) {
      Files.createDirectories(sub);
    }
    return out;
  }

  private static List<Path> folders(Path out) {
    List<Path> all = new ArrayList<>(List.of(out, out.resolve("keys")));
    for (String run : RUNS) {
      all.add(out.resolve(run));
      all.add(out.resolve(run).resolve("checkpoints"));
    }
    return all;
  }

  private Forked start(Path data, Path out) throws IOException {
    List<String> words =
        new ArrayList<>(List.of("demo", "--data", data.toString(), "--out", out.toString()));
    for (String setting :
        List.of(
            "data.limit=0",
            "data.val_limit=0",
            "data.size=16",
            "train.epochs=2",
            "train.batch=16",
            "train.precision=fp32",
            "train.log_every=1",
            "train.checkpoint_every_steps=2",
            "moco.queue=64",
            "teacher.check=no",
            "bingo.queue=64",
            "student.arch=cifar_resnet20",
            "student.stem=cifar",
            "evaluate.knn_k=10")) {
      words.addAll(List.of("--set", setting));
    }
    if (cached) {
      words.addAll(List.of("--set", "teacher.cached_views=2"));
      words.addAll(List.of("--set", "teacher.cache=" + out.resolve("keys")));
    }
    return Forked.start(
        Files.createTempFile(folder, "out", ""), "", List.of(), words.toArray(String[]::new));
  }

  private static void assertEqual(Path actual, Path expected) throws IOException {
    for (String run : RUNS) {
      String encoder = run + "/" + Run.ENCODER;
      assertThat(tensors(actual.resolve(encoder)))
          .as(encoder)
          .isEqualTo(tensors(expected.resolve(encoder)));
      String metrics = run + "/metrics.jsonl";
      assertThat(metrics(actual.resolve(metrics)))
          .as(metrics)
          .isNotEmpty()
          .isEqualTo(metrics(expected.resolve(metrics)));
    }
    assertThat(actual.resolve("student/bags.npy"))
        .hasSameBinaryContentAs(expected.resolve("student/bags.npy"));
    ObjectNode results = (ObjectNode) JSON.readTree(actual.resolve("results.json").toFile());
    ObjectNode wanted = (ObjectNode) JSON.readTree(expected.resolve("results.json").toFile());
    results.remove("minutes");
    wanted.remove("minutes");
    assertThat((Object) results).isEqualTo(wanted);
    assertThat(Files.readString(actual.resolve("report.html"))).endsWith("</html>\n");
  }

  /** What follows the header of a safetensors file: the header holds the recipe, with its paths. */
  private static byte[] tensors(Path file) throws IOException {
    byte[] all = Files.readAllBytes(file);
    int header = java.nio.ByteBuffer.wrap(all).order(java.nio.ByteOrder.LITTLE_ENDIAN).getInt();
    assertThat(all.length).isGreaterThan(8 + header);
    return java.util.Arrays.copyOfRange(all, 8 + header, all.length);
  }

  private static List<JsonNode> metrics(Path file) throws IOException {
    List<JsonNode> lines = new ArrayList<>();
    for (String line : Files.readAllLines(file)) {
      ObjectNode node = (ObjectNode) JSON.readTree(line);
      node.remove(List.of("images_per_second", "wait_share", "time"));
      lines.add(node);
    }
    return lines;
  }
}
