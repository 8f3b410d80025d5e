package dev.bingo.method;

import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.bingo.image.ImageSource;
import dev.bingo.torch.Precision;
import dev.bingo.torch.Tensors;
import dev.bingo.view.Augmentation;
import dev.bingo.view.Batch;
import dev.bingo.view.Epoch;
import dev.bingo.view.Loader;
import dev.bingo.view.LoaderOptions;
import dev.bingo.view.Normalisation;
import dev.bingo.view.View;
import dev.bingo.view.View.Source;
import dev.bingo.weights.Npy;
import dev.bingo.weights.WholeFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Device;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;

/**
 * A folder of a teacher's keys: of every image, the keys of a set of recorded views. A view is a
 * function of (seed, its number, image), so that no pixels are kept.
 *
 * <p>{@code keys-000.npy}, {@code keys-001.npy}, …: {@code float16 [N, D]}, one file a recorded
 * view, each written whole or not at all; {@code keys.json} says what they are of. A folder that
 * was interrupted is gone on with; one of other data, weights or settings is refused.
 */
public final class KeyCache {
  private static final ObjectMapper JSON = new ObjectMapper();
  // Keeps the recorded views apart from those that the student sees.
  private static final long SEED = 0x6b657973;

  private KeyCache() {}

  /**
   * How the keys are made.
   *
   * @param views recorded views of an image
   * @param augmentation of them
   * @param size of them, pixels
   * @param batch images at once; with the teacher's batch-norm on the batch, part of what a key is
   * @param seed of the views
   * @param threads that render
   */
  public record Plan(
      int views, Augmentation augmentation, int size, int batch, long seed, int threads) {}

  /** Is told how the work gets on. */
  @FunctionalInterface
  public interface Listener {
    void made(int done, int total);
  }

  /** The file of one recorded view: {@code float16 [N, D]}. */
  public static Path file(Path folder, int view) {
    return folder.resolve("keys-%03d.npy".formatted(view));
  }

  /**
   * Makes what is missing of a folder.
   *
   * @param of what tells these keys from others, by name: the data's fingerprint, the teacher's
   *     hash and so on; the plan's own settings are added
   * @throws IOException where the folder holds other keys, or can't be written
   */
  public static void make(
      Path folder,
      Teacher teacher,
      ImageSource source,
      Normalisation normalisation,
      Device device,
      Precision precision,
      Plan plan,
      Map<String, String> of,
      Listener listener)
      throws IOException {
    Files.createDirectories(folder);
    claim(folder, about(plan, of));
    List<View> views = List.of(new View("key", Source.ANCHOR, plan.augmentation, plan.size));
    Loader loader =
        new Loader(
            source,
            views,
            null,
            new LoaderOptions(plan.batch, plan.seed ^ SEED, plan.threads, 4, false));
    int total = Math.multiplyExact(plan.views, source.size());
    for (int view = 0; view < plan.views; view++) {
      if (Files.exists(file(folder, view))) {
        continue;
      }
      int before = view * source.size();
      try (PointerScope scope = new PointerScope()) {
        Tensor rows = Tensors.empty(ScalarType.Half, source.size(), teacher.width());
        try (Epoch epoch = loader.epoch(view, 0)) {
          Pass pass = new Pass(teacher, normalisation, device, precision, plan, view);
          for (int done = 0; epoch.hasNext(); ) {
            done += pass.keys(epoch.next(), rows);
            listener.made(before + done, total);
          }
        }
        Npy.write(file(folder, view), rows);
      }
    }
  }

  /** One recorded view of all images. */
  private static final class Pass {
    private final Teacher teacher;
    private final Normalisation normalisation;
    private final Device device;
    private final Precision precision;
    private final Plan plan;
    private final int view;
    // Fills the last batch up, so that every batch-norm sees as many images.
    private final Tensor filler;
    private int step;

    Pass(
        Teacher teacher,
        Normalisation normalisation,
        Device device,
        Precision precision,
        Plan plan,
        int view) {
      this.teacher = teacher;
      this.normalisation = normalisation;
      this.device = device;
      this.precision = precision;
      this.plan = plan;
      this.view = view;
      filler = Tensors.empty(ScalarType.Byte, plan.batch, plan.size, plan.size, 3);
    }

    int keys(Batch batch, Tensor rows) {
      try (PointerScope scope = new PointerScope()) {
        Tensor images = batch.views().get(0);
        int size = batch.size();
        if (step == 0) {
          filler.narrow(0, 0, size).copy_(images);
        }
        if (size < plan.batch) {
          images = torch.cat(new TensorVector(images, filler.narrow(0, 0, plan.batch - size)));
        }
        Progress progress = new Progress(view, step++, 1, 1, plan.seed ^ SEED);
        Tensor all =
            teacher.keys(List.of(normalisation.apply(images, device)), precision, progress).get(0);
        Tensor keys = all.narrow(0, 0, size).cpu().to(ScalarType.Half);
        rows.index_copy_(0, Tensors.of(batch.indices(), size), keys);
        return size;
      }
    }
  }

  /** What a plan and its surroundings make of the keys. */
  private static Map<String, String> about(Plan plan, Map<String, String> of) {
    Map<String, String> about = new TreeMap<>(of);
    about.put("views", String.valueOf(plan.views));
    about.put("augmentation", plan.augmentation.toString());
    about.put("size", String.valueOf(plan.size));
    about.put("batch", String.valueOf(plan.batch));
    about.put("seed", String.valueOf(plan.seed));
    return about;
  }

  private static void claim(Path folder, Map<String, String> wanted) throws IOException {
    Path file = folder.resolve("keys.json");
    if (!Files.exists(file)) {
      WholeFile.write(
          file, JSON.writerWithDefaultPrettyPrinter().writeValueAsString(wanted) + "\n");
      return;
    }
    Map<String, String> found = new TreeMap<>();
    try {
      found = JSON.readValue(file.toFile(), new TypeReference<TreeMap<String, String>>() {});
    } catch (com.fasterxml.jackson.core.JsonProcessingException e) {
      throw new IOException(file + ": not what a cache of keys is described by", e);
    }
    for (Map.Entry<String, String> want : wanted.entrySet()) {
      if (!want.getValue().equals(found.get(want.getKey()))) {
        throw new IOException(
            folder
                + ": these keys are of another "
                + want.getKey()
                + " ("
                + found.get(want.getKey())
                + ", now "
                + want.getValue()
                + "); delete the folder, or choose another with teacher.cache");
      }
    }
  }
}
