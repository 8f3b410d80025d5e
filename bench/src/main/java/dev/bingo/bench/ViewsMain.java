package dev.bingo.bench;

import dev.bingo.image.BadImageException;
import dev.bingo.image.Pixels;
import dev.bingo.image.Reduction;
import dev.bingo.render.Canvas;
import dev.bingo.render.ViewDraw;
import dev.bingo.torch.Draws;
import dev.bingo.torch.Engine;
import dev.bingo.torch.Tensors;
import dev.bingo.view.Augmentation;
import dev.bingo.view.Normalisation;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Device;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;

/**
 * The data path on one core, as the peer's script times it: for ten seconds a photograph is decoded
 * and one MoCo v2 view of it made, wall time; {@code view_cpu_ms} is the thread's own time, which
 * other processes disturb less. A BINGO sample is two decodes and four views. Prints a JSON line;
 * the argument is a folder of JPEGs.
 */
public final class ViewsMain {
  private static final ThreadMXBean BEAN = ManagementFactory.getThreadMXBean();
  private static final int SIZE = 224;
  private static final int WARM_UP = 2000;
  private static final long TIMED = 10_000_000_000L;

  private final Canvas canvas = new Canvas();
  private final List<byte[]> photos;
  private long decode;
  private long view;
  private long viewCpu;
  private long normalise;
  private int done;

  private ViewsMain(List<byte[]> photos) {
    this.photos = photos;
  }

  /** Runs it. */
  public static void main(String... args) throws IOException, BadImageException {
    if (args.length != 1) {
      System.err.println("usage: ViewsMain FOLDER");
      System.exit(2);
    }
    List<byte[]> photos = Photos.of(Path.of(args[0]));
    Engine.start();
    torch.set_num_threads(1);
    ViewsMain timed = new ViewsMain(photos);
    timed.run(WARM_UP, 0);
    timed.run(0, TIMED);
    System.out.printf(
        Locale.ROOT,
        "{\"bingo\": \"views\", \"decode_ms\": %.2f, \"view_ms\": %.3f, \"view_cpu_ms\": %.3f, \"normalise_ms\": %.3f, \"bingo_samples_per_s_core\": %.1f}%n",
        timed.decode / 1e6 / timed.done,
        timed.view / 1e6 / timed.done,
        timed.viewCpu / 1e6 / timed.done,
        timed.normalise / 1e6 / timed.done,
        timed.done * 1e9 / (2.0 * timed.decode + 4.0 * timed.view));
  }

  private void run(int least, long nanos) throws BadImageException {
    decode = 0;
    view = 0;
    viewCpu = 0;
    normalise = 0;
    done = 0;
    long start = System.nanoTime();
    while (done < least || System.nanoTime() - start < nanos) {
      long before = System.nanoTime();
      Pixels pixels =
          Photos.DECODER.decode("photo", photos.get(done % photos.size()), Reduction.NONE);
      long cpu = BEAN.getCurrentThreadCpuTime();
      long between = System.nanoTime();
      ViewDraw draw = Augmentation.MOCO2.draw(pixels.width(), pixels.height(), Draws.of(done));
      byte[] rgb = canvas.render(pixels, draw, SIZE);
      long rendered = System.nanoTime();
      normalise(rgb);
      long after = System.nanoTime();
      decode += between - before;
      view += after - between;
      viewCpu += BEAN.getCurrentThreadCpuTime() - cpu;
      normalise += after - rendered;
      done++;
    }
  }

  /** The peer's views end as normalised tensors. */
  private static void normalise(byte[] rgb) {
    try (PointerScope scope = new PointerScope()) {
      Tensor view = Tensors.empty(ScalarType.Byte, 1, SIZE, SIZE, 3);
      new BytePointer(view.data_ptr()).put(rgb, 0, SIZE * SIZE * 3);
      Normalisation.IMAGENET.apply(view, new Device("cpu"));
    }
  }
}
