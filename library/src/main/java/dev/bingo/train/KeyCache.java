package dev.bingo.train;

import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.bingo.file.PlainFolder;
import dev.bingo.image.ImageSource;
import dev.bingo.method.CachedKeys;
import dev.bingo.method.Method.Images;
import dev.bingo.method.Progress;
import dev.bingo.method.Teacher;
import dev.bingo.torch.BlasThreads;
import dev.bingo.torch.Precision;
import dev.bingo.torch.ProgressListener;
import dev.bingo.torch.Tensors;
import dev.bingo.view.Epoch;
import dev.bingo.view.Loader;
import dev.bingo.view.LoaderOptions;
import dev.bingo.view.Mates;
import dev.bingo.view.Normalisation;
import dev.bingo.view.Recording;
import dev.bingo.view.View;
import dev.bingo.weights.Npy;
import dev.bingo.weights.OtherFileException;
import dev.bingo.weights.WholeFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.IntConsumer;
import java.util.stream.IntStream;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Device;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.ScalarType;

/**
 * A folder of a teacher's keys: those of the first V epochs of a training, made before it begins.
 * Order, mates and views of an epoch are functions of (seed, epoch, image), so that no pixels are
 * kept and each key is what the teacher would give beside the student. Where its batch-norm is on
 * the batch, that takes the batch: a key that was normalised beside other images than the student's
 * query is has noise in it that the student can't explain.
 *
 * <p>{@code keys-000-a2.npy}, …: {@code float16 [N, D]}, one file for each recorded epoch and view
 * that the teacher sees, the row that of the anchor, each written whole or not at all; {@code
 * keys.json} says what they are of. Rows of a last batch that was dropped are NaN. A folder that
 * was interrupted, or holds fewer epochs, is gone on with; one of other data, weights or settings
 * is refused.
 */
public final class KeyCache {
  private static final ObjectMapper JSON = new ObjectMapper();

  private KeyCache() {}

  /**
   * The training whose keys are made: see {@link TrainConfig}.
   *
   * @param views of its method
   * @param epochs V to record
   * @param accumulate batches of a step
   * @param threads that render
   */
  public record Plan(
      List<View> views, int epochs, int batch, int accumulate, long seed, int threads) {}

  /**
   * Makes what is missing of a folder, and opens it.
   *
   * @param mates as the training's; may be null where the teacher sees none
   * @param of what tells these keys from others, by name: the data's fingerprint, the teacher's
   *     hash, the bags' and so on; the plan's own settings are added
   * @throws IOException where the folder holds other keys, or can't be written
   */
  public static CachedKeys make(
      Path folder,
      Teacher teacher,
      ImageSource source,
      Mates mates,
      Normalisation normalisation,
      Device device,
      Precision precision,
      Plan plan,
      Map<String, String> of,
      ProgressListener listener)
      throws IOException {
    claim(folder, about(plan, of));
    // Without the batch in them, keys of all images are good in any order.
    boolean whole = teacher.mixesBatch();
    LoaderOptions options = new LoaderOptions(plan.batch, plan.seed, plan.threads, 4, whole);
    Loader loader = new Loader(source, plan.views, mates, options).forTeacher();
    int all = Math.multiplyExact(plan.epochs, loader.batches());
    Pass pass = new Pass(folder, teacher, source.size(), normalisation, device, precision, plan);
    try (BlasThreads.Scope one = BlasThreads.one()) {
      for (int epoch = 0; epoch < plan.epochs; epoch++) {
        int before = epoch * loader.batches();
        if (!pass.isDone(epoch)) {
          pass.make(loader, epoch, done -> listener.progressed(before + done, all));
        }
      }
    }
    Recording recording = new Recording(plan.epochs, whole);
    return new CachedKeys(folder, plan.views, recording, source.size(), teacher.groups());
  }

  /** One recorded epoch. */
  private record Pass(
      Path folder,
      Teacher teacher,
      int images,
      Normalisation normalisation,
      Device device,
      Precision precision,
      Plan plan) {

    /** Positions of what the teacher sees. */
    private int[] seen() {
      return IntStream.range(0, plan.views.size())
          .filter(v -> plan.views.get(v).hasKeys())
          .toArray();
    }

    boolean isDone(int epoch) {
      return IntStream.of(seen())
          .allMatch(v -> Files.exists(CachedKeys.file(folder, epoch, plan.views.get(v))));
    }

    void make(Loader loader, int epoch, IntConsumer done) throws IOException {
      try (PointerScope scope = new PointerScope()) {
        Map<Integer, Tensor> rows = new TreeMap<>();
        for (int view : seen()) {
          Tensor empty = Tensors.empty(ScalarType.Half, images, teacher.width());
          rows.put(view, empty.fill_(new Scalar(Double.NaN)));
        }
        int stepsPerEpoch = Math.max(1, loader.batches() / plan.accumulate);
        try (Epoch batches = loader.epoch(epoch, 0)) {
          while (batches.hasNext()) {
            long step = (long) epoch * stepsPerEpoch + batches.position() / plan.accumulate;
            Progress at = new Progress(epoch, step, stepsPerEpoch, plan.epochs, plan.seed);
            keys(batches, at, rows);
            done.accept(batches.position());
          }
        }
        for (Map.Entry<Integer, Tensor> view : rows.entrySet()) {
          Npy.write(CachedKeys.file(folder, epoch, plan.views.get(view.getKey())), view.getValue());
        }
      }
    }

    private void keys(Epoch batches, Progress progress, Map<Integer, Tensor> rows) {
      try (PointerScope scope = new PointerScope()) {
        Images given = Step.images(batches.next(), normalisation, device, precision);
        // Views of different sizes don't go through at once.
        rows.forEach(
            (view, all) -> {
              Tensor keys = teacher.keys(given, progress, view).get(0);
              all.index_copy_(0, given.hostIndices(), keys.cpu().to(ScalarType.Half));
            });
      }
    }
  }

  /** What a plan and its surroundings make of the keys. */
  private static Map<String, String> about(Plan plan, Map<String, String> of) {
    Map<String, String> about = new TreeMap<>(of);
    about.put("views", plan.views.toString());
    about.put("batch", String.valueOf(plan.batch));
    about.put("accumulate", String.valueOf(plan.accumulate));
    about.put("seed", String.valueOf(plan.seed));
    return about;
  }

  /**
   * A recipe names the folder, whoever wrote it: only an empty one, or one of keys, is written to.
   */
  private static void claim(Path folder, Map<String, String> wanted) throws IOException {
    PlainFolder plain = new PlainFolder(folder);
    plain.makeFolder("");
    plain.check("", 1);
    Path file = plain.file("keys.json");
    if (!Files.exists(file)) {
      if (!plain.list("").stream().allMatch(WholeFile::isTemporary)) {
        throw new IOException(
            folder
                + ": holds other files than a teacher's keys; choose another folder with"
                + " teacher.cache");
      }
      WholeFile.write(
          file, JSON.writerWithDefaultPrettyPrinter().writeValueAsString(wanted) + "\n");
      return;
    }
    Map<String, String> found = new TreeMap<>();
    try {
      found = JSON.readValue(file.toFile(), new TypeReference<TreeMap<String, String>>() {});
    } catch (com.fasterxml.jackson.core.JsonProcessingException e) {
      throw new OtherFileException(file + ": not what a cache of keys is described by", e);
    }
    for (Map.Entry<String, String> want : wanted.entrySet()) {
      if (!want.getValue().equals(found.get(want.getKey()))) {
        throw new OtherFileException(
            folder
                + ": these keys are of another "
                + want.getKey()
                + " ("
                + found.getOrDefault(want.getKey(), "not said")
                + ", now "
                + want.getValue()
                + "); delete the folder, or choose another with teacher.cache");
      }
    }
  }
}
