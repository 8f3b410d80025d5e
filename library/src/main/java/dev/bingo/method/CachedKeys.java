package dev.bingo.method;

import dev.bingo.method.Method.Images;
import dev.bingo.torch.Tensors;
import dev.bingo.view.Recording;
import dev.bingo.view.View;
import dev.bingo.weights.MappedRows;
import dev.bingo.weights.OtherFileException;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.bytedeco.pytorch.Device;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.ScalarType;

/**
 * A teacher's keys, read from a folder that a training made before it began; memory-mapped, so that
 * what is resident is what the system likes to keep.
 *
 * <p>In a recorded epoch they are what the teacher would give beside the student, to half
 * precision. Later epochs repeat the recorded ones: {@link #recording()}.
 */
public final class CachedKeys implements Keys {
  // By recorded epoch, then by position of the view.
  private final List<Map<Integer, MappedRows>> epochs = new ArrayList<>();
  private final Recording recording;
  private final int groups;
  private int width;

  /**
   * Opens a folder.
   *
   * @param views of the method, of which those that its teacher sees have keys
   * @param recording its epochs must all be there
   * @param images N that there must be rows for
   * @param groups batch-norm groups of the student
   * @throws IOException where a file is missing, damaged or of other images
   */
  public CachedKeys(Path folder, List<View> views, Recording recording, int images, int groups)
      throws IOException {
    this.recording = recording;
    this.groups = groups;
    int[] seen = IntStream.range(0, views.size()).filter(v -> views.get(v).hasKeys()).toArray();
    for (int e = 0; e < recording.epochs(); e++) {
      Map<Integer, MappedRows> epoch = new HashMap<>();
      for (int v : seen) {
        epoch.put(v, open(file(folder, e, views.get(v)), images));
      }
      epochs.add(epoch);
    }
  }

  /** The file of a recorded epoch and a view: {@code float16 [N, D]}. */
  public static Path file(Path folder, int epoch, View view) {
    return folder.resolve("keys-%03d-%s.npy".formatted(epoch, view.name()));
  }

  private MappedRows open(Path file, int images) throws IOException {
    MappedRows keys = MappedRows.open(file);
    width = width == 0 ? keys.width() : width;
    if (keys.type() != ScalarType.Half || keys.size() != images || keys.width() != width) {
      throw new OtherFileException(
          "%s: expected keys float16 [%d, %d], got %s [%d, %d]"
              .formatted(file, images, width, keys.type(), keys.size(), keys.width()));
    }
    return keys;
  }

  @Override
  public Recording recording() {
    return recording;
  }

  @Override
  public int width() {
    return width;
  }

  @Override
  public int groups() {
    return groups;
  }

  @Override
  public List<Tensor> keys(Images images, Progress progress, int... views) {
    Map<Integer, MappedRows> epoch = epochs.get(recording.of(progress.epoch()));
    long[] anchors = Tensors.toLongs(images.hostIndices());
    Device device = images.indices().device();
    List<Tensor> keys = new ArrayList<>();
    for (int view : views) {
      keys.add(Tensors.upload(epoch.get(view).gather(anchors), device).to(ScalarType.Float));
    }
    return keys;
  }
}
