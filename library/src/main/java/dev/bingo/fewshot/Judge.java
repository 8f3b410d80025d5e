package dev.bingo.fewshot;

import dev.bingo.image.Pixels;
import dev.bingo.image.Reduction;
import dev.bingo.torch.Precision;
import dev.bingo.torch.ProgressListener;
import dev.bingo.torch.Tensors;
import dev.bingo.view.Normalisation;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Device;
import org.bytedeco.pytorch.LongOptional;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;

/**
 * Judges learners by episodes. The memory is only read, and nothing else of a learner is changed.
 *
 * @param normalisation that the learner was trained with
 * @param device that it is on
 */
public record Judge(Normalisation normalisation, Precision precision, Device device) {
  private static final int BATCH = 256;

  /**
   * How an episode is looked at.
   *
   * @param batchStatistics batch-norm goes by the episode's own images, as the ancestor's public
   *     code does; else by what training has gathered
   * @param transductive the queries are looked at together, where the learner can
   */
  public record Mode(boolean batchStatistics, boolean transductive) {
    /** What is reported: running statistics, each query by itself. */
    public static final Mode PLAIN = new Mode(false, false);
  }

  /**
   * EpisodeScores on the first episodes.
   *
   * @param known the names of the learner's training classes, in their order
   */
  public EpisodeScores judge(
      Learner learner,
      List<String> known,
      SmallImages images,
      Episodes episodes,
      int count,
      Mode mode,
      ProgressListener listener) {
    boolean training = learner.is_training();
    Map<String, Tensor> statistics = new HashMap<>();
    try (PointerScope scope = new PointerScope();
        NoGradGuard off = new NoGradGuard()) {
      Tensors.named(learner.named_buffers())
          .forEach(
              (name, t) -> {
                if (name.contains(".running_") || name.endsWith(".num_batches_tracked")) {
                  statistics.put(name, t.clone());
                }
              });
      learner.train(mode.batchStatistics);
      long[] ids = ids(known, images.classes());
      Maps maps = mode.batchStatistics ? null : maps(learner, images, episodes, count);
      double[] percent = new double[count];
      for (int e = 0; e < count; e++) {
        try (PointerScope step = new PointerScope()) {
          int[] of = episodes.images(e);
          Tensor all = maps == null ? encoded(learner, images, of) : maps.of(of);
          percent[e] = right(learner, all, images, ids, episodes.shape(), of, mode, e);
        }
        listener.progressed(e + 1, count);
      }
      Tensors.named(learner.named_buffers())
          .forEach(
              (name, t) -> {
                if (statistics.containsKey(name)) {
                  t.copy_(statistics.get(name));
                }
              });
      return new EpisodeScores(percent);
    } finally {
      learner.train(training);
    }
  }

  private double right(
      Learner learner,
      Tensor maps,
      SmallImages images,
      long[] ids,
      Episodes.Shape shape,
      int[] of,
      Mode mode,
      int episode) {
    long[] classes =
        IntStream.range(0, shape.ways())
            .mapToLong(c -> ids[images.label(of[c * shape.shots()])])
            .toArray();
    Task task = Task.of(maps, shape, classes, mode.transductive, episode);
    Tensor given = learner.logits(task).argmax(new LongOptional(1), false).cpu();
    Tensor targets = EpisodicMethod.targets(shape);
    return 100 * given.eq(targets).to(ScalarType.Double).mean().item_double();
  }

  /** What a learner calls classes of these names; −1 for those it was not trained with. */
  public static long[] ids(List<String> known, List<String> names) {
    Map<String, Integer> ids = new HashMap<>();
    for (int i = 0; i < known.size(); i++) {
      ids.put(known.get(i), i);
    }
    return names.stream().mapToLong(n -> ids.getOrDefault(n, -1)).toArray();
  }

  /** Maps of images, each once. */
  private record Maps(Tensor values, Map<Integer, Integer> rows) {
    Tensor of(int[] images) {
      long[] at = IntStream.of(images).mapToLong(rows::get).toArray();
      return values.index_select(0, Tensors.of(at, at.length).to(values.device(), ScalarType.Long));
    }
  }

  private Maps maps(Learner learner, SmallImages images, Episodes episodes, int count) {
    int[] used =
        IntStream.range(0, count)
            .flatMap(e -> IntStream.of(episodes.images(e)))
            .distinct()
            .sorted()
            .toArray();
    Map<Integer, Integer> rows = new HashMap<>();
    for (int i = 0; i < used.length; i++) {
      rows.put(used[i], i);
    }
    TensorVector parts = new TensorVector();
    for (int from = 0; from < used.length; from += BATCH) {
      int[] some =
          IntStream.range(from, Math.min(used.length, from + BATCH)).map(i -> used[i]).toArray();
      parts.push_back(Tensors.within(() -> encoded(learner, images, some)));
    }
    return new Maps(torch.cat(parts), rows);
  }

  private Tensor encoded(Learner learner, SmallImages images, int[] of) {
    Pixels first = images.read(of[0], Reduction.NONE);
    Tensor view = Tensors.empty(ScalarType.Byte, of.length, first.height(), first.width(), 3);
    BytePointer data = new BytePointer(view.data_ptr());
    for (int i = 0; i < of.length; i++) {
      byte[] rgb = images.read(of[i], Reduction.NONE).rgb();
      data.position((long) i * rgb.length).put(rgb);
    }
    return encoded(learner, view);
  }

  /**
   * A learner's maps of images.
   *
   * @param view {@code uint8 [B, S, S, 3]}
   * @return {@code float32 [B, C, s, s]}
   */
  public Tensor encoded(Learner learner, Tensor view) {
    Tensor x = normalisation.apply(view, device);
    try (Precision.Scope autocast = precision.autocast(device.type())) {
      return learner.encoder().maps(x).to(ScalarType.Float);
    }
  }
}
