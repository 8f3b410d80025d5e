package dev.bingo.method;

import static org.assertj.core.api.Assertions.assertThat;

import dev.bingo.encoder.EmbeddingNet;
import dev.bingo.encoder.Encoders;
import dev.bingo.encoder.Modules;
import dev.bingo.encoder.ProjectionHead;
import dev.bingo.encoder.Stem;
import dev.bingo.torch.Draws;
import dev.bingo.torch.Precision;
import dev.bingo.torch.Tensors;
import java.util.ArrayList;
import java.util.List;
import org.bytedeco.pytorch.LongOptional;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;

/** G devices as the papers have them: a copy of a network each, with plain batch-norm. */
final class Replicas {
  final List<EmbeddingNet> nets = new ArrayList<>();

  /** Copies of {@code net}, with all its statistics, in train mode. */
  Replicas(EmbeddingNet net, int count) {
    for (int g = 0; g < count; g++) {
      EmbeddingNet copy = net(net.head().width(), 1);
      Modules.copy(net, copy);
      nets.add(copy);
    }
  }

  /** A small network of convolutions, batch-norm and an MLP head. */
  static EmbeddingNet net(int width, long seed) {
    var backbone = Encoders.create("cifar_resnet20", Stem.CIFAR, seed);
    ProjectionHead head = ProjectionHead.mlp(backbone.width(), 16, width);
    Encoders.initialise(head, seed + 5);
    return new EmbeddingNet(backbone, head);
  }

  /** The rows of device {@code g}: n mod G, as split batch-norm deals them out. */
  Tensor share(Tensor all, int g) {
    return all.slice(0, new LongOptional(g), new LongOptional(all.size(0)), nets.size());
  }

  /** Every device embeds its share; the rows back in their order. */
  Tensor embed(Tensor images) {
    TensorVector parts = new TensorVector();
    for (int g = 0; g < nets.size(); g++) {
      parts.push_back(nets.get(g).embed(share(images, g), Precision.FP32));
    }
    return torch.stack(parts, 1).flatten(0, 1);
  }

  /** The same with rows gathered, shuffled over the devices, and put back. */
  Tensor embedShuffled(Tensor images, Draws draws) {
    int[] order = draws.permutation((int) images.size(0));
    long[] rows = new long[order.length];
    for (int i = 0; i < rows.length; i++) {
      rows[i] = order[i];
    }
    Tensor index = Tensors.of(rows, rows.length);
    Tensor shuffled = embed(images.index_select(0, index)).detach();
    return torch.empty_like(shuffled).index_copy_(0, index, shuffled);
  }

  /** The gradient that reaches a parameter through all devices. */
  Tensor gradient(String name) {
    return sum(nets.stream().map(net -> Tensors.named(net).get(name).grad()).toList());
  }

  /** A buffer's mean over the devices. */
  Tensor mean(String name) {
    return sum(nets.stream().map(net -> Tensors.named(net).get(name)).toList())
        .div(new Scalar((double) nets.size()));
  }

  private static Tensor sum(List<Tensor> tensors) {
    return tensors.stream().reduce(Tensor::add).orElseThrow();
  }

  /** Asserts that a tensor is what it should be, within {@code 1e-4} of its largest value. */
  static void assertClose(String what, Tensor actual, Tensor expected) {
    double largest = Math.max(1e-3, expected.abs().max().item_double());
    assertThat(actual.detach().sub(expected).abs().max().item_double())
        .as("largest error of %s, whose largest value is %s", what, largest)
        .isLessThan(1e-4 * largest);
  }
}
