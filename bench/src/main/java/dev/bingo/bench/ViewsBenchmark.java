package dev.bingo.bench;

import dev.bingo.image.BadImageException;
import dev.bingo.image.Pixels;
import dev.bingo.image.Reduction;
import dev.bingo.render.Canvas;
import dev.bingo.render.ViewDraw;
import dev.bingo.render.ViewDraw.Colour;
import dev.bingo.torch.Draws;
import dev.bingo.torch.Engine;
import dev.bingo.view.Augmentation;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Threads;
import org.openjdk.jmh.annotations.Warmup;

/**
 * A view of a decoded photograph, and its decoding, on one thread. The photographs are the JPEGs of
 * a folder: {@code org.openjdk.jmh.Main ViewsBenchmark -p folder=DIR}.
 */
@State(Scope.Thread)
@Threads(1)
@Fork(1)
@Warmup(iterations = 3, time = 2)
@Measurement(iterations = 5, time = 2)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
public class ViewsBenchmark {
  private static final int SIZE = 224;
  private static final int DRAWS = 512;

  /** Whose decoding and views are timed. */
  @Param("photos")
  public String folder;

  private final Canvas canvas = new Canvas();
  private final List<byte[]> encoded = new ArrayList<>();
  private final List<Pixels> decoded = new ArrayList<>();
  private int next;

  /** What a view consists of: all that MoCo v2 does, or a crop and one operation. */
  @State(Scope.Thread)
  public static class Drawn {
    /** A whole view, a crop alone, or a crop and this. */
    public enum Operation {
      VIEW,
      CROP,
      BRIGHTNESS,
      CONTRAST,
      SATURATION,
      HUE,
      GREY,
      BLUR,
      SOLARISE
    }

    /** Each is timed. */
    @Param public Operation operation;

    private final List<ViewDraw> draws = new ArrayList<>();

    /** Draws the views. */
    @Setup(Level.Trial)
    public void draw(ViewsBenchmark benchmark) {
      for (int i = 0; i < DRAWS; i++) {
        Pixels pixels = benchmark.decoded.get(i % benchmark.decoded.size());
        ViewDraw draw = Augmentation.MOCO2.draw(pixels.width(), pixels.height(), Draws.of(i));
        draws.add(operation == Operation.VIEW ? draw : only(draw));
      }
    }

    private ViewDraw only(ViewDraw draw) {
      List<Colour> jitter =
          switch (operation) {
            case BRIGHTNESS -> List.of(Colour.BRIGHTNESS);
            case CONTRAST -> List.of(Colour.CONTRAST);
            case SATURATION -> List.of(Colour.SATURATION);
            case HUE -> List.of(Colour.HUE);
            default -> List.of();
          };
      return new ViewDraw(
          draw.crop(),
          jitter,
          draw.brightness(),
          draw.contrast(),
          draw.saturation(),
          draw.hue(),
          operation == Operation.GREY,
          operation == Operation.BLUR ? 1.05 : 0,
          operation == Operation.SOLARISE,
          draw.flip());
    }
  }

  /** Reads and decodes the photographs. */
  @Setup(Level.Trial)
  public void read() throws IOException, BadImageException {
    Engine.start();
    encoded.addAll(Photos.of(Path.of(folder)));
    for (byte[] photo : encoded) {
      decoded.add(Photos.DECODER.decode("photo", photo, Reduction.NONE));
    }
  }

  /** One view of the next photograph. */
  @Benchmark
  public byte[] view(Drawn drawn) {
    int i = next++ % DRAWS;
    return canvas.render(decoded.get(i % decoded.size()), drawn.draws.get(i), SIZE);
  }

  /** Decodes the next photograph at full size. */
  @Benchmark
  public Pixels decode() throws BadImageException {
    return Photos.DECODER.decode("photo", encoded.get(next++ % encoded.size()), Reduction.NONE);
  }
}
