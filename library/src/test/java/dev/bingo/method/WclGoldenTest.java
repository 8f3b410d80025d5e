package dev.bingo.method;

import static org.assertj.core.api.Assertions.assertThat;

import dev.bingo.Golden;
import dev.bingo.torch.Tensors;
import dev.bingo.view.Augmentation;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * WCL's arithmetic equals the public code's: losses, components, gradients; of two devices too,
 * whose images we hold in turn in one batch.
 */
class WclGoldenTest {
  static Stream<String> fixtures() throws IOException {
    try (Stream<Path> files = Files.list(Golden.directory().resolve("08-wcl"))) {
      return files
          .map(f -> f.getFileName().toString())
          .filter(f -> f.endsWith(".json"))
          .map(f -> "08-wcl/" + f.substring(0, f.length() - ".json".length()))
          .sorted()
          .toList()
          .stream();
    }
  }

  @ParameterizedTest
  @MethodSource("fixtures")
  void lossesComponentsAndGradientsEqualThePublicCodes(String name) {
    try (PointerScope scope = new PointerScope()) {
      Golden golden = Golden.load(name);
      int ranks = golden.json().path("scalars").path("ranks").asInt(1);
      int dim = (int) golden.scalar("dim");
      List<Tensor> raw = List.of(leaf(golden, ranks, "x1"), leaf(golden, ranks, "x2"));
      List<Tensor> u = new ArrayList<>();
      List<Tensor> w = new ArrayList<>();
      for (Tensor x : raw) {
        u.add(unit(x.narrow(1, 0, dim)));
        w.add(unit(x.narrow(1, dim, dim)));
      }
      Wcl.Terms terms = wcl(golden, ranks).terms(u, w);
      terms.total().backward();

      assertLoss(golden, ranks, "infonce", terms.instance());
      assertLoss(golden, ranks, "graph", terms.graph());
      assertLoss(golden, ranks, "total", terms.total());
      for (int v = 0; v < 2; v++) {
        String view = "_" + (v + 1);
        assertComponents(golden, ranks, v + 1, terms.components().get(v));
        assertRows(golden, ranks, "infonce" + view, u.get(v).detach(), 1);
        assertRows(golden, ranks, "graph" + view, w.get(v).detach(), 1);
        // a device's gradient is of its own loss, ours of the mean over the devices
        assertRows(golden, ranks, "grad_infonce" + view, u.get(v).grad(), ranks);
        assertRows(golden, ranks, "grad_graph" + view, w.get(v).grad(), ranks);
        assertRows(golden, ranks, "grad_x" + (v + 1), raw.get(v).grad(), ranks);
      }
    }
  }

  private static Wcl wcl(Golden golden, int ranks) {
    int dim = (int) golden.scalar("dim");
    WclConfig config =
        new WclConfig(
            golden.scalar("t"),
            dim,
            4,
            1,
            ranks,
            Augmentation.MOCO2,
            0,
            0,
            1,
            16,
            0.05,
            0.14,
            Augmentation.SIMCLR,
            32);
    return new Wcl(config, 100, new Identity(dim), 1);
  }

  private static String key(int ranks, int rank, String name) {
    return ranks == 1 ? name : "rank" + rank + "." + name;
  }

  /** All devices' rows in one batch, image n being on device n mod G. */
  private static Tensor leaf(Golden golden, int ranks, String name) {
    TensorVector parts = new TensorVector();
    for (int r = 0; r < ranks; r++) {
      parts.push_back(golden.tensor(key(ranks, r, name)));
    }
    return torch.stack(parts, 1).flatten(0, 1).clone().set_requires_grad(true);
  }

  private static Tensor unit(Tensor x) {
    Tensor z = torch.normalize(x);
    z.retain_grad();
    return z;
  }

  private static void assertLoss(Golden golden, int ranks, String name, Tensor actual) {
    if (ranks == 1) {
      golden.assertClose(name, actual.item_double());
      return;
    }
    double mean =
        IntStream.range(0, ranks)
            .mapToDouble(r -> golden.expected(key(ranks, r, name)))
            .average()
            .orElseThrow();
    assertThat(Math.abs(actual.item_double() - mean))
        .as("%s in %s", name, golden.name())
        .isLessThanOrEqualTo(golden.tolerance(key(ranks, 0, name), mean));
  }

  private static void assertRows(
      Golden golden, int ranks, String name, Tensor actual, double scale) {
    for (int r = 0; r < ranks; r++) {
      golden.assertClose(key(ranks, r, name), rows(actual, r, ranks).mul(new Scalar(scale)));
    }
  }

  private static Tensor rows(Tensor all, int rank, int ranks) {
    long[] shape =
        all.dim() == 1
            ? new long[] {all.size(0) / ranks, ranks}
            : new long[] {all.size(0) / ranks, ranks, all.size(1)};
    return all.view(shape).select(1, rank);
  }

  /** The same images together; numbered alike where there is one device, by the first image. */
  private static void assertComponents(Golden golden, int ranks, int view, Tensor actual) {
    TensorVector byDevice = new TensorVector();
    for (int r = 0; r < ranks; r++) {
      byDevice.push_back(rows(actual, r, ranks));
    }
    Tensor gathered = torch.cat(byDevice);
    Tensor expected = golden.tensor(key(ranks, 0, "component_" + view));
    Tensor together = gathered.unsqueeze(0).eq(gathered.unsqueeze(1));
    assertThat(together.equal(expected.unsqueeze(0).eq(expected.unsqueeze(1)))).isTrue();
    Tensor mask = golden.tensor(key(ranks, 0, "mask_" + view)).gt(new Scalar(0.5));
    assertThat(together.equal(mask.to(ScalarType.Bool))).isTrue();
    if (ranks == 1) {
      assertThat(Tensors.toLongs(actual)).isEqualTo(Tensors.toLongs(expected));
    }
  }
}
