package dev.bingo.fewshot;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.bingo.encoder.Encoders;
import dev.bingo.fewshot.MrnConfig.Choice;
import dev.bingo.fewshot.MrnConfig.Context;
import dev.bingo.fewshot.MrnConfig.Loss;
import dev.bingo.fewshot.MrnConfig.Slots;
import dev.bingo.torch.Draws;
import dev.bingo.torch.Engine;
import dev.bingo.torch.Tensors;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.LongStream;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.AutoGradMode;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.ScalarTypeOptional;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptional;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What the reconstruction promises of itself. */
class MrnTest {
  private static final int WAYS = 3;
  private static final int SHOTS = 2;
  private static final int QUERIES = 6;
  private static final int SIDE = 5;
  private static final long[] CLASSES = {7, 11, 40};

  private PointerScope scope;

  @BeforeEach
  void start() {
    Engine.start();
    scope = new PointerScope();
  }

  @AfterEach
  void end() {
    scope.close();
  }

  @ParameterizedTest
  @EnumSource(Context.class)
  void withoutAShareItIsItsAncestorBitForBit(Context context) {
    Task task = task(noise(1));
    float[] ancestor = Tensors.toFloats(net(MrnConfig.ANCESTOR).logits(task));
    Mrn mrn = net(MrnConfig.DEFAULT.withContext(context));
    fill(mrn);
    assertThat(Tensors.toFloats(mrn.logits(task))).isEqualTo(ancestor);
  }

  @Test
  void withoutNeighboursItIsItsAncestorBitForBit() {
    Task task = task(noise(1));
    Mrn none = net(with(Context.BOTH, 0, Choice.NEAREST, false, Slots.WRITTEN, true, 1));
    none.remember(CLASSES, means(3));
    assertThat(Tensors.toFloats(none.logits(task)))
        .isEqualTo(Tensors.toFloats(net(MrnConfig.ANCESTOR).logits(task)));
  }

  @Test
  void anImageTakesOverFromThoseMostLikeItByTheFormula() {
    MrnConfig config = with(Context.EPISODE, 2, Choice.NEAREST, false, Slots.WRITTEN, true, 1);
    Propagation propagation = new Propagation();
    share(propagation, .5);
    Tensor maps = noise(1);
    int supports = WAYS * SHOTS;
    Tensor refined = propagation.forward(maps, supports, null, config, 0);
    float[] keys = Tensors.toFloats(Propagation.keys(maps));
    float[] flat = Tensors.toFloats(maps);
    float[] given = Tensors.toFloats(refined);
    int width = flat.length / (int) maps.size(0);
    for (int x = 0; x < maps.size(0); x++) {
      int[] best = {-1, -1};
      double[] cosine = {-2, -2};
      for (int c = 0; c < supports; c++) {
        if (c == x) {
          continue;
        }
        double dot = 0;
        for (int d = 0; d < 64; d++) {
          dot += (double) keys[x * 64 + d] * keys[c * 64 + d];
        }
        if (dot > cosine[0]) {
          best[1] = best[0];
          cosine[1] = cosine[0];
          best[0] = c;
          cosine[0] = dot;
        } else if (dot > cosine[1]) {
          best[1] = c;
          cosine[1] = dot;
        }
      }
      double second = Math.exp((cosine[1] - cosine[0]) / config.temperature());
      double a = 1 / (1 + second);
      for (int i = 0; i < width; i += 37) {
        double expected =
            flat[x * width + i]
                + .5 * (a * flat[best[0] * width + i] + (1 - a) * flat[best[1] * width + i]);
        assertThat((double) given[x * width + i]).isCloseTo(expected, within(1e-4));
      }
    }
  }

  @Test
  void tiesGoToTheLowerIndex() {
    MrnConfig config = with(Context.EPISODE, 1, Choice.NEAREST, false, Slots.WRITTEN, true, 1);
    Propagation propagation = new Propagation();
    share(propagation, 1);
    Tensor one = noise(1).narrow(0, 0, 1);
    Tensor maps = torch.cat(new TensorVector(one, one, one.mul(new Scalar(2.0)), one));
    // Rows 0, 1, 2 are the context, all of one direction: the query takes row 0, and so does 1.
    float[] given = Tensors.toFloats(propagation.forward(maps, 3, null, config, 0).mean(1, 2, 3));
    double mean = one.mean().item_double();
    assertThat((double) given[1]).isCloseTo(2 * mean, within(1e-4));
    assertThat((double) given[3]).isCloseTo(2 * mean, within(1e-4));
    // Row 0 may not take itself, and takes 1, not 2.
    assertThat((double) given[0]).isCloseTo(2 * mean, within(1e-4));
  }

  @Test
  void anImageThatHasNoContextStaysAsItIs() {
    MrnConfig config = with(Context.EPISODE, 5, Choice.NEAREST, false, Slots.WRITTEN, true, 1);
    Propagation propagation = new Propagation();
    share(propagation, 1);
    Tensor maps = noise(1).narrow(0, 0, 2);
    Tensor refined = propagation.forward(maps, 1, null, config, 0);
    assertThat(Tensors.toFloats(refined.narrow(0, 0, 1)))
        .isEqualTo(Tensors.toFloats(maps.narrow(0, 0, 1)));
    assertThat(Tensors.toFloats(refined.narrow(0, 1, 1)))
        .isNotEqualTo(Tensors.toFloats(maps.narrow(0, 1, 1)));
  }

  @ParameterizedTest
  @EnumSource(Choice.class)
  void aQuerysScoresDoNotDependOnTheOthers(Choice choice) {
    for (int rounds = 1; rounds <= 2; rounds++) {
      Mrn net = net(with(Context.BOTH, 2, choice, false, Slots.WRITTEN, true, rounds));
      fill(net);
      share(net, .7);
      Tensor maps = noise(1);
      Tensor other = noise(2);
      int kept = WAYS * SHOTS + 1;
      Tensor changed =
          torch.cat(
              new TensorVector(
                  maps.narrow(0, 0, kept), other.narrow(0, kept, maps.size(0) - kept)));
      float[] before = Tensors.toFloats(net.logits(task(maps)).narrow(0, 0, 1));
      float[] after = Tensors.toFloats(net.logits(task(changed)).narrow(0, 0, 1));
      assertClose(after, before, 1e-6);
    }
  }

  @Test
  void lookedAtTogetherQueriesAndUnlabelledImagesDoMatter() {
    Mrn net = net(MrnConfig.DEFAULT.withTransductive(true));
    share(net, .7);
    Tensor maps = noise(1);
    Task alone = task(maps);
    Task together = new Task(alone.supports(), alone.queries(), null, shots(), CLASSES, true, 0);
    Task more = new Task(alone.supports(), alone.queries(), noise(5), shots(), CLASSES, true, 0);
    assertThat(Tensors.toFloats(net.logits(together)))
        .isNotEqualTo(Tensors.toFloats(net.logits(alone)));
    assertThat(Tensors.toFloats(net.logits(more)))
        .hasSize(WAYS * QUERIES)
        .isNotEqualTo(Tensors.toFloats(net.logits(together)));
  }

  @Test
  void permutedClassesAndQueriesPermuteTheScores() {
    Mrn net = net(MrnConfig.DEFAULT);
    fill(net);
    share(net, .7);
    Tensor maps = noise(1);
    int[] classes = {2, 0, 1};
    int[] queries = {5, 3, 0, 1, 4, 2};
    long[] rows = new long[WAYS * SHOTS + QUERIES];
    for (int c = 0; c < WAYS; c++) {
      for (int i = 0; i < SHOTS; i++) {
        rows[c * SHOTS + i] = (long) classes[c] * SHOTS + i;
      }
    }
    for (int q = 0; q < QUERIES; q++) {
      rows[WAYS * SHOTS + q] = (long) WAYS * SHOTS + queries[q];
    }
    Tensor moved = maps.index_select(0, Tensors.of(rows, rows.length));
    long[] ids = Arrays.stream(classes).mapToLong(c -> CLASSES[c]).toArray();
    Task task = task(moved);
    Task permuted = new Task(task.supports(), task.queries(), null, shots(), ids, false, 0);
    float[] before = Tensors.toFloats(net.logits(task(maps)));
    float[] after = Tensors.toFloats(net.logits(permuted));
    for (int q = 0; q < QUERIES; q++) {
      for (int c = 0; c < WAYS; c++) {
        assertThat((double) after[q * WAYS + c])
            .isCloseTo(before[queries[q] * WAYS + classes[c]], within(1e-6));
      }
    }
  }

  @Test
  void theSplitConvolutionIsThatOfBothMaps() {
    for (int side : new int[] {5, 19}) {
      RelationModule relation = new RelationModule(side);
      Encoders.initialise(relation, 3);
      Tensor classes = torch.rand(3, 64, side, side);
      Tensor queries = torch.rand(4, 64, side, side);
      Tensor split = relation.logits(classes, queries);
      for (int q = 0; q < 4; q++) {
        for (int c = 0; c < 3; c++) {
          assertThat(split.select(0, q).select(0, c).item_double())
              .isCloseTo(whole(relation, classes, queries, q, c), within(1e-6));
        }
      }
    }
  }

  /** The pair as one map of double width, in a batch of all pairs, so that batch-norm agrees. */
  private static double whole(
      RelationModule relation, Tensor classes, Tensor queries, int query, int of) {
    Map<String, Tensor> named = Tensors.named(relation);
    TensorVector pairs = new TensorVector();
    for (long q = 0; q < queries.size(0); q++) {
      for (long c = 0; c < classes.size(0); c++) {
        pairs.push_back(
            torch.cat(new TensorVector(classes.narrow(0, c, 1), queries.narrow(0, q, 1)), 1));
      }
    }
    long padding = classes.size(2) < 10 ? 1 : 0;
    Tensor x = block(torch.cat(pairs), named, "layer1.", padding);
    x = block(x, named, "layer2.", padding).flatten(1, -1);
    x = x.mm(named.get("fc1.weight").t()).add(named.get("fc1.bias")).relu();
    x = x.mm(named.get("fc2.weight").t()).add(named.get("fc2.bias"));
    return x.select(0, query * classes.size(0) + of).item_double();
  }

  private static Tensor block(Tensor x, Map<String, Tensor> named, String at, long padding) {
    Tensor y =
        torch.conv2d(
            x,
            named.get(at + "0.weight"),
            new TensorOptional(named.get(at + "0.bias")),
            new long[] {1, 1},
            new long[] {padding, padding},
            new long[] {1, 1},
            1);
    Tensor mean = y.mean(new long[] {0, 2, 3}, true, new ScalarTypeOptional());
    Tensor centred = y.sub(mean);
    Tensor variance =
        centred.mul(centred).mean(new long[] {0, 2, 3}, true, new ScalarTypeOptional());
    Tensor norm = centred.div(variance.add(new Scalar(1e-5)).sqrt());
    return torch.max_pool2d(norm.relu(), 2, 2);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "propagation.gamma",
        "propagation.weight",
        "encoder.layer4.0.weight",
        "encoder.layer1.0.weight",
        "relation.layer1.0.weight",
        "learnt.slot_map"
      })
  void gradientsAreTheDifferencesOfTheLoss(String name) {
    boolean learnt = name.startsWith("learnt");
    Mrn net =
        net(
            with(
                learnt ? Context.MEMORY : Context.BOTH,
                3,
                Choice.NEAREST,
                false,
                learnt ? Slots.LEARNT : Slots.WRITTEN,
                true,
                1));
    if (!learnt) {
      fill(net);
    }
    share(net, .4);
    net.train(false); // without rounding's part in batch statistics
    net.to(ScalarType.Double, false);
    Tensor images = torch.rand(WAYS * SHOTS + QUERIES, 1, 28, 28).to(ScalarType.Double);
    Tensor p = Tensors.named(net).get(name);
    loss(net, images).backward();
    float[] random = new float[(int) p.numel()];
    Draws draws = Draws.of(4);
    for (int i = 0; i < random.length; i++) {
      random[i] = (float) draws.normal();
    }
    Tensor way = Tensors.of(random, random.length).view_as(p).to(ScalarType.Double);
    double slope = p.grad().mul(way).sum().item_double();
    double step = 1e-6 / Math.sqrt(random.length);
    double up = moved(net, images, p, way, step);
    double down = moved(net, images, p, way, -step);
    assertThat((up - down) / (2 * step)).isCloseTo(slope, within(1e-9 + 1e-4 * Math.abs(slope)));
    assertThat(slope).isNotZero();
  }

  private static double moved(Mrn net, Tensor images, Tensor p, Tensor way, double step) {
    try (AutoGradMode off = new AutoGradMode(false)) {
      p.add_(way, new Scalar(step));
      double loss = loss(net, images).item_double();
      p.sub_(way, new Scalar(step));
      return loss;
    }
  }

  private static Tensor loss(Mrn net, Tensor images) {
    Tensor logits = net.logits(task(net.encoder().maps(images)));
    return net.loss(logits, Tensors.of(new long[] {0, 0, 1, 1, 2, 2}, 6));
  }

  @Test
  void noneOfAnEpisodesClassesIsReadFromMemory() {
    Memory memory = new Memory(SIDE);
    float[][] ones = new float[40][64 * SIDE * SIDE];
    for (int c = 0; c < ones.length; c++) {
      Arrays.fill(ones[c], c + 1);
    }
    memory.write(LongStream.range(0, 40).toArray(), ones);
    Memory.Slots slots = memory.read(new long[] {3, -1, 39, 99});
    float[] values = Tensors.toFloats(slots.maps().select(1, 0).select(1, 0).select(1, 0));
    assertThat(values).hasSize(38).doesNotContain(4f, 40f).contains(1f, 39f);
    assertThat(memory.read(new long[0]).keys().size(0)).isEqualTo(40);
  }

  @Test
  void memoryIsReadOnceItIsHalfFullAndItsOldestClassGoesFirst() {
    Memory memory = new Memory(1);
    memory.write(LongStream.range(0, 31).toArray(), maps(31, 1));
    assertThat(memory.read(new long[0])).isNull();
    memory.write(LongStream.range(31, 64).toArray(), maps(33, 1));
    assertThat(memory.held()).containsExactly(LongStream.range(0, 64).toArray());
    memory.write(new long[] {0}, maps(1, 11)); // no longer the oldest
    memory.write(new long[] {100}, maps(1, 5));
    assertThat(memory.held()[0]).isZero();
    assertThat(memory.held()[1]).isEqualTo(100);
    float[] first = Tensors.toFloats(memory.read(new long[0]).maps().flatten());
    assertThat(first[0]).isCloseTo(.9f * 1 + .1f * 11, within(1e-5f));
    assertThat(first[64]).isEqualTo(5f);
  }

  @Test
  void unmaskedTheMemoryHasTheEpisodesClassesToo() {
    Task task = task(noise(1));
    Mrn masked = net(MrnConfig.DEFAULT.withContext(Context.MEMORY));
    Mrn open = net(with(Context.MEMORY, 5, Choice.NEAREST, false, Slots.WRITTEN, false, 1));
    for (Mrn net : List.of(masked, open)) {
      float[][] means = means(40);
      // Classes 7, 11 and 40 of the episode as they are: the nearest there can be.
      float[][] own = new float[3][];
      for (int c = 0; c < WAYS; c++) {
        own[c] = Tensors.toFloats(task.queries().select(0, c));
      }
      net.remember(LongStream.range(0, 40).toArray(), means);
      net.remember(new long[] {7, 11, 40}, own);
      share(net, 1);
    }
    assertThat(Tensors.toFloats(open.logits(task)))
        .isNotEqualTo(Tensors.toFloats(masked.logits(task)));
  }

  @Test
  void lossesAreThoseOfTheirNames() {
    Tensor logits = Tensors.of(new float[] {1, 0, 0, 2}, 2, 2);
    Tensor targets = Tensors.of(new long[] {0, 1}, 2);
    double ce = net(MrnConfig.ANCESTOR).loss(logits, targets).item_double();
    assertThat(ce)
        .isCloseTo((Math.log(1 + Math.exp(-1)) + Math.log(1 + Math.exp(-2))) / 2, within(1e-6));
    Mrn squared =
        net(
            new MrnConfig(
                Context.NONE,
                5,
                .1,
                Choice.NEAREST,
                false,
                Slots.WRITTEN,
                true,
                false,
                1,
                Loss.MSE));
    double s1 = 1 / (1 + Math.exp(-1));
    double s2 = 1 / (1 + Math.exp(-2));
    double expected = ((1 - s1) * (1 - s1) + .25 + .25 + (1 - s2) * (1 - s2)) / 4;
    assertThat(squared.loss(logits, targets).item_double()).isCloseTo(expected, within(1e-6));
    float[] rows = Tensors.toFloats(squared.probabilities(logits).sum(1));
    assertClose(rows, new float[] {1, 1}, 1e-6);
  }

  @Test
  void classesMayHaveUnlikeNumbersOfSupports() {
    Tensor supports = torch.rand(4, 64, SIDE, SIDE);
    Task task =
        new Task(
            supports, torch.rand(2, 64, SIDE, SIDE), null, new int[] {1, 3}, new long[2], false, 0);
    Tensor means = task.means(supports);
    assertClose(
        Tensors.toFloats(means.select(0, 1)),
        Tensors.toFloats(supports.narrow(0, 1, 3).mean(0)),
        1e-6);
    assertThat(net(MrnConfig.DEFAULT).logits(task).size(1)).isEqualTo(2);
  }

  private static MrnConfig with(
      Context context,
      int k,
      Choice choice,
      boolean uniform,
      Slots slots,
      boolean masked,
      int rounds) {
    return new MrnConfig(context, k, .1, choice, uniform, slots, masked, false, rounds, Loss.CE);
  }

  private static Mrn net(MrnConfig config) {
    Mrn net = new Mrn(config, new Conv4(1), SIDE, 9);
    Encoders.initialise(net, 9);
    net.train(false);
    return net;
  }

  /** Forty classes into the memory, the episode's among them. */
  private static void fill(Mrn net) {
    net.remember(LongStream.range(5, 45).toArray(), means(40));
  }

  private static float[][] means(int classes) {
    float[][] means = new float[classes][64 * SIDE * SIDE];
    Draws draws = Draws.of(6);
    for (float[] mean : means) {
      for (int i = 0; i < mean.length; i++) {
        mean[i] = (float) Math.max(0, draws.normal());
      }
    }
    return means;
  }

  private static float[][] maps(int classes, float value) {
    float[][] maps = new float[classes][64];
    for (float[] map : maps) {
      Arrays.fill(map, value);
    }
    return maps;
  }

  private static void share(Mrn net, double gamma) {
    Tensors.named(net).get("propagation.gamma").data().fill_(new Scalar(gamma));
  }

  private static void share(Propagation propagation, double gamma) {
    Tensors.named(propagation).get("gamma").data().fill_(new Scalar(gamma));
  }

  private static int[] shots() {
    int[] shots = new int[WAYS];
    Arrays.fill(shots, SHOTS);
    return shots;
  }

  private static Task task(Tensor maps) {
    return new Task(
        maps.narrow(0, 0, WAYS * SHOTS),
        maps.narrow(0, WAYS * SHOTS, QUERIES),
        null,
        shots(),
        CLASSES,
        false,
        0);
  }

  /** Maps as behind a ReLU. */
  private static Tensor noise(long seed) {
    torch.manual_seed(seed);
    return torch.randn(WAYS * SHOTS + QUERIES, 64, SIDE, SIDE).relu();
  }

  private static void assertClose(float[] actual, float[] expected, double by) {
    assertThat(actual).hasSameSizeAs(expected);
    for (int i = 0; i < actual.length; i++) {
      assertThat((double) actual[i]).isCloseTo(expected[i], within(by));
    }
  }
}
