package dev.bingo.train;

import dev.bingo.encoder.Modules;
import dev.bingo.group.Group;
import dev.bingo.group.RankThreads;
import dev.bingo.method.Method;
import dev.bingo.torch.Tensors;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.BiFunction;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.AutoGradMode;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;

/**
 * A method and its replicas, one a rank, each at work on a thread of its own.
 *
 * <p>All of a replica's state is the first one's memory, but for what a forward pass of batch-norm
 * moves; each has gradients of its own. {@link #reduce} makes one of both: sums go from the first
 * rank to the last, so that a run is exact, and the first replica is then all there is to evaluate
 * and to save.
 */
public final class Replicas implements AutoCloseable {
  private final List<Method> methods;
  private final RankThreads threads;

  /** By name, each rank's: trained parameters, and what batch-norm moves. */
  private final List<List<Tensor>> parameters = new ArrayList<>();

  private final List<List<Tensor>> statistics = new ArrayList<>();

  /** Which rank sums a parameter's gradients. */
  private final int[] owners;

  /**
   * What came of a batch: scalars.
   *
   * @param loss of the batch
   * @param share its part of the step's loss
   * @param figures of the method, by name
   */
  public record Pass(Tensor loss, Tensor share, Map<String, Tensor> figures) {}

  /**
   * Has the replicas share the first one's memory, and starts the threads.
   *
   * @param methods alike, the first rank's first
   */
  public Replicas(List<Method> methods) {
    this.methods = methods;
    Set<String> own = Modules.batchNormBuffers(methods.get(0).state());
    try (PointerScope scope = new PointerScope()) {
      Map<String, Tensor> shared = Tensors.named(methods.get(0).state());
      for (Method method : methods) {
        Map<String, Tensor> its = Tensors.named(method.state());
        if (!its.keySet().equals(shared.keySet())) {
          throw new IllegalArgumentException(
              "train.ranks: the ranks' methods are to be alike, but their parts differ");
        }
        its.forEach(
            (name, tensor) -> {
              if (method != methods.get(0) && !own.contains(name)) {
                tensor.set_data(shared.get(name).detach());
              }
            });
        parameters.add(kept(Modules.trainable(method.state()), its.keySet()));
        statistics.add(kept(its, own));
      }
    }
    owners = owners(parameters.get(0), methods.size());
    int each = Math.max(1, torch.get_num_threads() / methods.size());
    threads = new RankThreads(methods.size(), each);
  }

  private static List<Tensor> kept(Map<String, Tensor> all, Set<String> names) {
    List<Tensor> kept = new ArrayList<>();
    for (String name : names) {
      if (all.containsKey(name)) {
        all.get(name).retainReference();
        kept.add(all.get(name));
      }
    }
    return kept;
  }

  /** Has all ranks' batch-norm stand where the first one's does. */
  public void spread() {
    try (PointerScope scope = new PointerScope();
        AutoGradMode off = new AutoGradMode(false)) {
      for (List<Tensor> its : statistics.subList(1, statistics.size())) {
        for (int i = 0; i < its.size(); i++) {
          its.get(i).copy_(statistics.get(0).get(i));
        }
      }
    }
  }

  private record Share(double loss, double share, Map<String, Double> figures) {}

  /**
   * Has each rank make its pass.
   *
   * @param own a rank's pass over its rows
   * @return the means over the ranks
   */
  public Pass pass(BiFunction<Method, Integer, Pass> own) {
    List<Share> shares =
        threads.each(
            () -> {
              int rank = Group.here().rank();
              try (PointerScope scope = new PointerScope()) {
                return read(own.apply(methods.get(rank), rank));
              }
            });
    Map<String, Tensor> figures = new LinkedHashMap<>();
    for (String name : shares.get(0).figures.keySet()) {
      figures.put(name, mean(shares.stream().mapToDouble(s -> s.figures.get(name)).sum()));
    }
    return new Pass(
        mean(shares.stream().mapToDouble(Share::loss).sum()),
        mean(shares.stream().mapToDouble(Share::share).sum()),
        figures);
  }

  private static Share read(Pass pass) {
    Map<String, Double> figures = new LinkedHashMap<>();
    pass.figures().forEach((name, t) -> figures.put(name, t.item_double()));
    return new Share(pass.loss().item_double(), pass.share().item_double(), figures);
  }

  private Tensor mean(double sum) {
    return Tensors.of(sum / methods.size()).squeeze();
  }

  /** Sums the gradients into the first rank's, and makes one of all ranks' batch-norm. */
  public void reduce() {
    threads.run(
        () -> {
          try (PointerScope scope = new PointerScope();
              AutoGradMode off = new AutoGradMode(false)) {
            int rank = Group.here().rank();
            for (int i = 0; i < owners.length; i++) {
              if (owners[i] == rank) {
                sumGradients(i);
              }
            }
            for (int i = rank; i < statistics.get(0).size(); i += methods.size()) {
              average(i);
            }
          }
        });
  }

  private void sumGradients(int i) {
    Tensor total = parameters.get(0).get(i).grad();
    for (List<Tensor> its : parameters.subList(1, parameters.size())) {
      Tensor gradient = its.get(i).grad();
      if (gradient.defined() != total.defined()) {
        throw new IllegalStateException("a parameter has a gradient on some ranks only");
      }
      if (gradient.defined()) {
        total.add_(gradient);
      }
    }
  }

  private void average(int i) {
    Tensor mean = statistics.get(0).get(i);
    if (!mean.is_floating_point()) {
      return; // batches are counted alike
    }
    for (List<Tensor> its : statistics.subList(1, statistics.size())) {
      mean.add_(its.get(i));
    }
    mean.div_(new Scalar((double) methods.size()));
    for (List<Tensor> its : statistics.subList(1, statistics.size())) {
      its.get(i).copy_(mean);
    }
  }

  /** Which rank sums which gradients: as many numbers each, about. */
  private static int[] owners(List<Tensor> parameters, int ranks) {
    long all = parameters.stream().mapToLong(Tensor::numel).sum();
    int[] owners = new int[parameters.size()];
    long before = 0;
    for (int i = 0; i < owners.length; i++) {
      owners[i] = (int) (before * ranks / all);
      before += parameters.get(i).numel();
    }
    return owners;
  }

  /** Ends the threads. */
  @Override
  public void close() {
    threads.close();
  }
}
