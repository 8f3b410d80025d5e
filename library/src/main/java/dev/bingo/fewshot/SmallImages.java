package dev.bingo.fewshot;

import dev.bingo.image.Dimensions;
import dev.bingo.image.ImageSetException;
import dev.bingo.image.ImageSource;
import dev.bingo.image.Pixels;
import dev.bingo.image.Reduction;
import dev.bingo.render.EvalTransform;
import dev.bingo.torch.ProgressListener;
import dev.bingo.view.Batch;
import dev.bingo.view.Epoch;
import dev.bingo.view.Loader;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;

/**
 * The labelled images of a set, cut to one size once and held in memory, since episodes come back
 * to the same ones again and again. Images that can't be read are not among them.
 */
public final class SmallImages implements ImageSource {
  private static final int BATCH = 256;
  private static final int TURNS = 4;
  private static final String DEGREES = "@";

  private final ImageSource source;
  private final int size;
  private final boolean turned;
  private final List<byte[]> pixels;
  private final List<Integer> positions;
  private final List<String> classes;

  private SmallImages(
      ImageSource source,
      int size,
      boolean turned,
      List<byte[]> pixels,
      List<Integer> positions,
      List<String> classes) {
    this.source = source;
    this.size = size;
    this.turned = turned;
    this.pixels = pixels;
    this.positions = positions;
    this.classes = classes;
  }

  /**
   * Reads all images of a set that have a label.
   *
   * @param source stays open until this is closed
   * @param turned each class also turned by 90, 180 and 270 degrees, which are classes of their own
   * @param threads that decode
   * @throws ImageSetException where they would take more than half of the memory that Java may have
   */
  public static SmallImages of(
      ImageSource source, int size, boolean turned, int threads, ProgressListener listener) {
    long bytes = (long) source.size() * size * size * 3;
    if (bytes > Runtime.getRuntime().maxMemory() / 2) {
      throw new ImageSetException(
          String.format(
              Locale.ROOT,
              "%s: at %d pixels they take %,d MiB, and episodes need them all in memory, of which Java"
                  + " may have %,d MiB. Take fewer images, a smaller size, or more memory"
                  + " (JAVA_TOOL_OPTIONS=-Xmx…)",
              source.describe(),
              size,
              bytes >> 20,
              Runtime.getRuntime().maxMemory() >> 20));
    }
    List<byte[]> pixels = new ArrayList<>();
    List<Integer> positions = new ArrayList<>();
    int done = 0;
    try (Epoch epoch = Loader.sequential(source, EvalTransform.of(size), BATCH, threads)) {
      while (epoch.hasNext()) {
        try (PointerScope scope = new PointerScope()) {
          Batch batch = epoch.next();
          Tensor view = batch.views().get(0).contiguous();
          BytePointer data = new BytePointer(view.data_ptr());
          int each = size * size * 3;
          for (long row : batch.own()) {
            int position = (int) batch.indices()[(int) row];
            if (source.label(position) >= 0) {
              byte[] rgb = new byte[each];
              data.position(row * each).get(rgb);
              pixels.add(rgb);
              positions.add(position);
            }
          }
          done += batch.size();
        }
        listener.progressed(done, source.size());
      }
    }
    return new SmallImages(source, size, turned, pixels, positions, names(source, turned));
  }

  private static List<String> names(ImageSource source, boolean turned) {
    List<String> names = new ArrayList<>();
    for (String name : source.classes()) {
      names.add(name);
      for (int turn = 1; turned && turn < TURNS; turn++) {
        names.add(name + DEGREES + 90 * turn);
      }
    }
    return List.copyOf(names);
  }

  @Override
  public int size() {
    return turned ? TURNS * pixels.size() : pixels.size();
  }

  private int image(int i) {
    return turned ? i / TURNS : i;
  }

  private int turn(int i) {
    return turned ? i % TURNS : 0;
  }

  @Override
  public String id(int i) {
    String id = source.id(positions.get(image(i)));
    return turn(i) == 0 ? id : id + DEGREES + 90 * turn(i);
  }

  @Override
  public int label(int i) {
    int label = source.label(positions.get(image(i)));
    return turned ? label * TURNS + turn(i) : label;
  }

  @Override
  public List<String> classes() {
    return classes;
  }

  @Override
  public boolean numbered() {
    return source.numbered() && !turned;
  }

  @Override
  public Pixels read(int i, Reduction reduction) {
    byte[] rgb = pixels.get(image(i));
    for (int t = 0; t < turn(i); t++) {
      rgb = quarter(rgb);
    }
    return new Pixels(size, size, rgb);
  }

  /** A quarter of a turn, against the clock. */
  private byte[] quarter(byte[] rgb) {
    byte[] turnedBytes = new byte[rgb.length];
    for (int y = 0; y < size; y++) {
      for (int x = 0; x < size; x++) {
        int to = 3 * ((size - 1 - x) * size + y);
        System.arraycopy(rgb, 3 * (y * size + x), turnedBytes, to, 3);
      }
    }
    return turnedBytes;
  }

  @Override
  public Dimensions dimensions(int i) {
    return new Dimensions(size, size);
  }

  @Override
  public String fingerprint() {
    return source.fingerprint() + "/" + size + (turned ? "/turned" : "");
  }

  @Override
  public String describe() {
    return source.describe() + (turned ? ", turned four ways" : "");
  }

  @Override
  public void close() {
    source.close();
  }
}
