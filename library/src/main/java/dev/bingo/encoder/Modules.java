package dev.bingo.encoder;

import dev.bingo.torch.Tensors;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.bytedeco.pytorch.AutoGradMode;
import org.bytedeco.pytorch.Module;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.MemoryFormat;
import org.bytedeco.pytorch.global.torch.ScalarType;

/** What is done to whole trees of modules. */
public final class Modules {
  private Modules() {}

  /** Parameters that require a gradient, by name. */
  public static Map<String, Tensor> trainable(Module root) {
    Map<String, Tensor> all = Tensors.named(root.named_parameters());
    all.values().removeIf(p -> !p.requires_grad());
    return all;
  }

  /** No parameter gets a gradient any more. */
  public static void freeze(Module root) {
    Tensors.named(root.named_parameters()).values().forEach(p -> p.set_requires_grad(false));
  }

  /**
   * Splits the train-mode batch-norm of all layers below into groups; see {@link BatchNorm#groups}.
   */
  public static void batchNormGroups(Layer root, int groups) {
    root.each(
        layer -> {
          if (layer instanceof BatchNorm norm) {
            norm.groups(groups);
          }
        });
  }

  /** Leaves all running statistics as they are: ranks use these layers side by side. */
  public static void holdStatistics(Layer root) {
    root.each(
        layer -> {
          if (layer instanceof BatchNorm norm) {
            norm.holdStatistics();
          }
        });
  }

  /** Into how many groups batch-norms split a batch; 1 where it is not split, too. */
  public static Set<Integer> batchNormGroupCounts(Layer root) {
    Set<Integer> groups = new TreeSet<>();
    root.each(
        layer -> {
          if (layer instanceof BatchNorm norm) {
            groups.add(norm.groups());
          }
        });
    return groups;
  }

  /** Names of the buffers that batch-norms move in every forward pass of a training. */
  public static Set<String> batchNormBuffers(Layer root) {
    Set<String> names = new LinkedHashSet<>();
    root.each(
        "",
        (name, layer) -> {
          if (layer instanceof BatchNorm) {
            Tensors.named(layer.named_buffers())
                .keySet()
                .forEach(own -> names.add(name.isEmpty() ? own : name + "." + own));
          }
        });
    return names;
  }

  /** The least share of a batch in the running statistics of batch-norm; 1 where there is none. */
  public static double batchNormMomentum(Layer root) {
    double[] least = {1};
    root.each(
        layer -> {
          if (layer instanceof BatchNorm norm) {
            least[0] = Math.min(least[0], norm.momentum());
          }
        });
    return least[0];
  }

  /** Lays convolution weights out for channels_last inputs; values stay. */
  public static void channelsLast(Module root) {
    for (Tensor p : Tensors.named(root.named_parameters()).values()) {
      if (p.dim() == 4) {
        p.set_data(p.contiguous(MemoryFormat.ChannelsLast));
      }
    }
  }

  /**
   * Rounds the weights of convolutions and products to bfloat16 for good: what autocast does to
   * them in each pass, once. For networks that are never trained, nor run outside autocast again.
   */
  public static void toBfloat16(Layer root) {
    root.each(
        layer -> {
          if (layer instanceof Conv2d || layer instanceof Linear) {
            for (Tensor p : Tensors.named(layer.named_parameters()).values()) {
              p.set_data(p.to(ScalarType.BFloat16));
            }
          }
        });
  }

  /**
   * Makes one layer of each convolution or product and the batch-norm on running statistics behind
   * it, in float32. For networks that are never trained, saved or exported again; before {@link
   * #toBfloat16}.
   */
  public static void foldBatchNorm(Layer root) {
    root.each(
        layer -> {
          if (layer instanceof Network network) {
            network.features(new Folding(), null);
          } else if (layer instanceof ProjectionHead head) {
            head.fold();
          }
        });
  }

  /** Copies parameters and buffers of equal names. */
  public static void copy(Module from, Module to) {
    load(Tensors.named(from), to, "module");
  }

  /**
   * Copies tensors into the parameters and buffers of equal names.
   *
   * @param origin for the message
   * @throws IllegalArgumentException where names or shapes differ; the message lists them
   */
  public static void load(Map<String, Tensor> from, Module to, String origin) {
    Map<String, Tensor> targets = Tensors.named(to);
    List<String> wrong = new ArrayList<>();
    for (Map.Entry<String, Tensor> t : targets.entrySet()) {
      Tensor source = from.get(t.getKey());
      if (source == null) {
        wrong.add("missing '" + t.getKey() + "' " + shape(t.getValue()));
      } else if (!Arrays.equals(shapeOf(source), shapeOf(t.getValue()))) {
        wrong.add("'" + t.getKey() + "' is " + shape(source) + ", expected " + shape(t.getValue()));
      }
    }
    for (String name : from.keySet()) {
      if (!targets.containsKey(name)) {
        wrong.add("unexpected '" + name + "' " + shape(from.get(name)));
      }
    }
    if (!wrong.isEmpty()) {
      int shown = Math.min(8, wrong.size());
      throw new IllegalArgumentException(
          origin
              + " does not fit: "
              + String.join("; ", wrong.subList(0, shown))
              + (shown < wrong.size() ? "; and " + (wrong.size() - shown) + " more" : ""));
    }
    try (AutoGradMode off = new AutoGradMode(false)) {
      targets.forEach((name, target) -> target.copy_(from.get(name)));
    }
  }

  /** How many numbers the parameters hold. */
  public static long parameterCount(Module root) {
    return Tensors.named(root.named_parameters()).values().stream().mapToLong(Tensor::numel).sum();
  }

  private static long[] shapeOf(Tensor t) {
    return t.sizes().vec().get();
  }

  private static String shape(Tensor t) {
    return Arrays.toString(shapeOf(t));
  }
}
