package dev.bingo.evaluate;

import dev.bingo.encoder.Backbone;
import dev.bingo.encoder.Layer;
import dev.bingo.encoder.Network;
import dev.bingo.image.ImageSource;
import dev.bingo.render.EvalTransform;
import dev.bingo.torch.Precision;
import dev.bingo.torch.Processors;
import dev.bingo.torch.ProgressListener;
import dev.bingo.torch.Tensors;
import dev.bingo.torch.Workers;
import dev.bingo.view.Batch;
import dev.bingo.view.Epoch;
import dev.bingo.view.Loader;
import dev.bingo.view.Normalisation;
import dev.bingo.weights.Npy;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.UnaryOperator;
import java.util.stream.LongStream;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Device;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.DeviceType;
import org.bytedeco.pytorch.global.torch.ScalarType;

/** What a backbone makes of images: pooled features before any head, in evaluation mode. */
public final class Embeddings {
  /** More images at once gain nothing more. */
  private static final int BATCH = 256;

  private Embeddings() {}

  /**
   * How images get to the backbone.
   *
   * @param transform of each image
   * @param normalisation that the backbone was trained with
   * @param precision of the forward pass; features come out as float32 either way
   * @param device that the backbone is on
   * @param batch images at once. Larger: a little faster, more memory
   * @param threads that decode images
   */
  public record Options(
      EvalTransform transform,
      Normalisation normalisation,
      Precision precision,
      DeviceType device,
      int batch,
      int threads) {
    public Options {
      if (batch < 1 || threads < 1) {
        throw new IllegalArgumentException(
            "expected a batch and threads of at least 1, got " + batch + " and " + threads);
      }
    }

    /** On the CPU, in float32, with a thread a core. */
    public static Options of(int imageSize, Normalisation normalisation) {
      return of(EvalTransform.of(imageSize), normalisation);
    }

    /** On the CPU, in float32, with a thread a core. */
    public static Options of(EvalTransform transform, Normalisation normalisation) {
      return new Options(
          transform,
          normalisation,
          Precision.FP32,
          DeviceType.CPU,
          BATCH,
          Processors.available().count());
    }

    /** With a backbone that is there. */
    public Options on(DeviceType where, Precision how) {
      return new Options(transform, normalisation, how, where, batch, threads);
    }

    public Options withBatch(int images) {
      return new Options(transform, normalisation, precision, device, images, threads);
    }

    public Options withThreads(int count) {
      return new Options(transform, normalisation, precision, device, batch, count);
    }
  }

  /**
   * Features of all images of a set that can be read: what was {@link Batch#own replaced} has no
   * row.
   *
   * @param backbone is left in the mode in which it was found, layer by layer
   * @return on the CPU, the caller's
   */
  public static Features extract(
      Backbone backbone, ImageSource source, Options options, ProgressListener listener) {
    try (Frozen frozen = new Frozen(backbone)) {
      return extract(
          view -> frozen.features(view, options), backbone.width(), source, options, listener);
    }
  }

  /**
   * The same by any function.
   *
   * @param function of a view {@code uint8 [B, S, S, 3]}; gives {@code float32 [B, D]} on the CPU
   * @param width D
   * @return on the CPU, the caller's
   */
  public static Features extract(
      UnaryOperator<Tensor> function,
      int width,
      ImageSource source,
      Options options,
      ProgressListener listener) {
    int n = source.size();
    if (n == 0) {
      throw new IllegalArgumentException("there are no images in " + source.describe());
    }
    Tensor values = Tensors.empty(ScalarType.Float, n, width);
    Tensor labels = Tensors.empty(ScalarType.Long, n);
    int[] positions = new int[n];
    int[] rows = {0};
    each(
        function,
        source,
        options,
        listener,
        (features, batch) -> {
          long[] own = batch.own();
          Tensor at = Tensors.of(own, own.length);
          values.narrow(0, rows[0], own.length).copy_(features.index_select(0, at));
          labels.narrow(0, rows[0], own.length).copy_(batch.labels().index_select(0, at));
          for (long row : own) {
            positions[rows[0]++] = (int) batch.indices()[(int) row];
          }
        });
    int size = rows[0];
    return new Features(
        values.narrow(0, 0, size),
        labels.narrow(0, 0, size),
        ClassNames.of(source),
        Arrays.copyOf(positions, size),
        options.transform.size());
  }

  /**
   * Features of all images of a set, to a file: memory does not grow with the set.
   *
   * @param file {@code .npy}, {@code float16 [N, D]}; written whole or not at all. The row of an
   *     image that can't be read is NaN
   * @return positions of those that can be read
   */
  public static long[] write(
      Backbone backbone, ImageSource source, Options options, Path file, ProgressListener listener)
      throws IOException {
    long[] shape = {source.size(), backbone.width()};
    LongStream.Builder read = LongStream.builder();
    try (Frozen frozen = new Frozen(backbone)) {
      Npy.write(
          file,
          ScalarType.Half,
          shape,
          blocks ->
              each(
                  view -> frozen.features(view, options),
                  source,
                  options,
                  listener,
                  (features, batch) -> {
                    long[] own = batch.own();
                    Tensor at = Tensors.of(own, own.length);
                    Tensor rows = torch.full_like(features, new Scalar(Double.NaN));
                    rows.index_copy_(0, at, features.index_select(0, at));
                    blocks.accept(rows.to(ScalarType.Half));
                    LongStream.of(own).map(r -> batch.indices()[(int) r]).forEach(read);
                  }));
    }
    return read.build().toArray();
  }

  /** Takes features as they come. */
  @FunctionalInterface
  public interface Sink {
    /**
     * Takes some.
     *
     * @param positions of the images in their set, ascending; those that can't be read are missing
     * @param features {@code float32 [positions, D]} on the CPU, good as long as the call
     */
    void take(int[] positions, Tensor features);
  }

  /** Features of all images of a set that can be read, batch by batch: memory does not grow. */
  public static void stream(
      Backbone backbone,
      ImageSource source,
      Options options,
      Sink sink,
      ProgressListener listener) {
    try (Frozen frozen = new Frozen(backbone)) {
      stream(view -> frozen.features(view, options), source, options, sink, listener);
    }
  }

  /**
   * The same by any function.
   *
   * @param function of a view {@code uint8 [B, S, S, 3]}; gives {@code float32 [B, D]} on the CPU
   */
  public static void stream(
      UnaryOperator<Tensor> function,
      ImageSource source,
      Options options,
      Sink sink,
      ProgressListener listener) {
    each(
        function,
        source,
        options,
        listener,
        (features, batch) -> {
          long[] own = batch.own();
          sink.take(
              LongStream.of(own).mapToInt(r -> (int) batch.indices()[(int) r]).toArray(),
              features.index_select(0, Tensors.of(own, own.length)));
        });
  }

  private interface BatchSink {
    void take(Tensor features, Batch batch);
  }

  private static void each(
      UnaryOperator<Tensor> function,
      ImageSource source,
      Options options,
      ProgressListener listener,
      BatchSink sink) {
    int done = 0;
    try (Epoch epoch =
        Loader.sequential(source, options.transform, options.batch, options.threads)) {
      while (epoch.hasNext()) {
        try (PointerScope step = new PointerScope()) {
          Batch batch = epoch.next();
          sink.take(function.apply(batch.views().get(0)), batch);
          done += batch.size();
        }
        listener.progressed(done, source.size());
      }
    }
  }

  /** A backbone held in evaluation mode, until closed. */
  static final class Frozen implements AutoCloseable {
    private final Backbone backbone;
    private final List<Layer> layers = new ArrayList<>();
    private final List<Boolean> modes = new ArrayList<>();

    Frozen(Backbone backbone) {
      this.backbone = backbone;
      backbone.each(
          layer -> {
            layers.add(layer);
            modes.add(layer.is_training());
          });
      backbone.train(false);
    }

    /**
     * Features without gradient. On the CPU our own networks take a batch piece by piece, each on
     * one thread: threads that share each operation wait for one another at its end, the longer the
     * more other processes want the processors.
     *
     * @param view {@code uint8 [B, S, S, 3]}
     * @return {@code float32 [B, D]} on the CPU
     */
    Tensor features(Tensor view, Options options) {
      if (options.device() != DeviceType.CPU || !(backbone instanceof Network)) {
        return whole(view, options);
      }
      return Workers.byRows(view, backbone.width(), rows -> whole(rows, options));
    }

    private Tensor whole(Tensor view, Options options) {
      try (NoGradGuard off = new NoGradGuard()) {
        Tensor images = options.normalisation().apply(view, new Device(options.device()));
        try (Precision.Scope autocast = options.precision().autocast(options.device())) {
          return backbone.features(images).cpu().to(ScalarType.Float);
        }
      }
    }

    /** Parents first: train(boolean) reaches all below, and they are put right after it. */
    @Override
    public void close() {
      for (int i = 0; i < layers.size(); i++) {
        layers.get(i).train(modes.get(i));
      }
    }
  }
}
