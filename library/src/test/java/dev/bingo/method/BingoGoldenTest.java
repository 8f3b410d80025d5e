package dev.bingo.method;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.bingo.Golden;
import dev.bingo.encoder.EmbeddingNet;
import dev.bingo.encoder.ProjectionHead;
import dev.bingo.method.BingoConfig.LossForm;
import dev.bingo.method.Teacher.BatchNormMode;
import dev.bingo.method.part.CutMix;
import dev.bingo.method.part.InfoNce;
import dev.bingo.method.part.Queue;
import dev.bingo.torch.Tensors;
import dev.bingo.view.Augmentation;
import dev.bingo.view.CutMixBox;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** BINGO's arithmetic equals the public code's: losses, logits, gradients, queue, CutMix. */
class BingoGoldenTest {
  static Stream<String> lossFixtures() throws IOException {
    try (Stream<Path> files = Files.list(Golden.directory().resolve("01-bingo-loss"))) {
      return files
          .map(f -> f.getFileName().toString())
          .filter(f -> f.startsWith("loss") && f.endsWith(".json"))
          .map(f -> f.substring(0, f.length() - ".json".length()))
          .sorted()
          .toList()
          .stream();
    }
  }

  private static Bingo bingo(
      LossForm form,
      double temperature,
      int queue,
      int width,
      double intra,
      double inter,
      int warmup) {
    BingoConfig config =
        new BingoConfig(
            temperature,
            queue,
            0,
            form,
            intra,
            inter,
            warmup,
            form == LossForm.PUBLIC_CODE,
            false,
            false,
            Augmentation.MOCO2,
            32);
    EmbeddingNet teacher = new EmbeddingNet(new Identity(width), ProjectionHead.none(width));
    return new Bingo(
        config, new Identity(width), new Teacher(teacher, BatchNormMode.RUNNING, 1), 1);
  }

  @ParameterizedTest
  @MethodSource("lossFixtures")
  void lossLogitsGradientsAndQueueEqualThePublicCodes(String name) {
    try (PointerScope scope = new PointerScope()) {
      Golden golden = Golden.load("01-bingo-loss/" + name);
      JsonNode flags = golden.json().path("scalars").path("flags_lam");
      int epoch = (int) golden.scalar("epoch");
      double alpha = flags.get(0).asDouble();
      double beta = flags.get(1).asDouble();
      Bingo bingo =
          bingo(
              LossForm.PUBLIC_CODE,
              golden.scalar("T"),
              (int) golden.scalar("queue_size"),
              (int) golden.scalar("dim"),
              alpha,
              beta,
              BingoConfig.PUBLIC_CODE.warmupEpochs());
      // the weights in force at this epoch, by the default warm-up
      boolean warm = epoch >= BingoConfig.PUBLIC_CODE.warmupEpochs();
      JsonNode force = golden.json().path("scalars").path("lam_in_force");
      assertThat(warm ? alpha : 1).isEqualTo(force.get(0).asDouble());
      assertThat(warm ? beta : 0).isEqualTo(force.get(1).asDouble());

      List<Tensor> raw = new ArrayList<>();
      List<Tensor> unit = new ArrayList<>();
      for (String query : List.of("q", "add_posq", "mix_q")) {
        raw.add(golden.tensor(query + "_raw").clone().set_requires_grad(true));
        unit.add(torch.normalize(raw.get(raw.size() - 1)));
        unit.get(unit.size() - 1).retain_grad();
      }
      Tensor t0 = torch.normalize(golden.tensor("k_raw"));
      Tensor t1 = torch.normalize(golden.tensor("add_posk_raw"));
      Tensor queue = golden.tensor("queue");
      Bingo.Terms terms =
          bingo.terms(
              unit,
              List.of(t0, t1),
              queue,
              null,
              warm ? alpha : 1,
              warm ? beta : 0,
              golden.scalar("mix_lam"));
      golden.assertClose("total", terms.total().item_double());
      golden.assertClose("loss_q", terms.byQuery().get(0).item_double());
      golden.assertClose("loss_add_posq", terms.byQuery().get(1).item_double());
      golden.assertClose("loss_mix", terms.byQuery().get(2).item_double());

      terms.total().backward();
      String[] queries = {"q", "add_posq", "mix_q"};
      for (int i = 0; i < 3; i++) {
        golden.assertClose("grad_" + queries[i], unit.get(i).grad());
        golden.assertClose("grad_" + queries[i] + "_raw", raw.get(i).grad());
      }
      String[] logits = {"logits_q", "logits_add_posq", "logits_mix"};
      for (int i = 0; i < 3; i++) {
        InfoNce contrast = new InfoNce(unit.get(i), queue, null, golden.scalar("T"));
        Tensor both =
            torch.stack(new TensorVector(contrast.logits(t0), contrast.logits(t1)), 1).detach();
        golden.assertClose(logits[i], both);
        for (int k = 0; k < 2; k++) {
          double term = contrast.loss(k == 0 ? t0 : t1).item_double();
          double expected = golden.tensor("ce_terms").select(0, i).select(0, k).item_double();
          assertThat(term).isCloseTo(expected, within(golden.tolerance("ce_terms", expected)));
        }
      }

      Queue store = queueOf(queue, (long) golden.scalar("queue_ptr_before"));
      store.push(t0, torch.arange(new Scalar(t0.size(0))));
      golden.assertClose("queue_after", store.keys());
      assertThat(pointer(store)).isEqualTo(golden.tensor("queue_ptr_after").item_long());
    }
  }

  @Test
  void theQueueWrapsRoundAsThePublicCodes() {
    try (PointerScope scope = new PointerScope()) {
      Golden golden = Golden.load("01-bingo-loss/queue-wrap");
      Queue store = queueOf(golden.tensor("queue"), (long) golden.scalar("queue_ptr_before"));
      Tensor keys = golden.tensor("keys");
      for (long step = 0; step < keys.size(0); step++) {
        Tensor batch = keys.select(0, step);
        store.push(batch, torch.arange(new Scalar(batch.size(0))));
        golden.assertClose(
            "queue_after", store.keys(), golden.tensor("queue_after").select(0, step));
        assertThat(pointer(store))
            .isEqualTo(golden.tensor("ptr_after").select(0, step).item_long());
      }
    }
  }

  @Test
  void cutMixPastesThePublicCodesBox() {
    try (PointerScope scope = new PointerScope()) {
      Golden golden = Golden.load("02-bingo-cutmix/boxes");
      Tensor image = golden.tensor("image");
      JsonNode centre = golden.json().path("scalars").path("mix_centre");
      CutMixBox box =
          CutMixBox.of(
              (int) image.size(2),
              (int) image.size(3),
              golden.scalar("mix_lam_drawn"),
              centre.get(0).asInt(),
              centre.get(1).asInt());
      Tensor before = image.clone();
      Tensor mixed = CutMix.paste(image, golden.tensor("neighbour"), box);
      assertThat(mixed.equal(golden.tensor("mixed"))).isTrue();
      assertThat(image.equal(before)).as("the anchor is left as it was").isTrue();
      assertThat(box.lambda()).isEqualTo(golden.expected("mix_lam_corrected"));
    }
  }

  @Test
  void lossesEqualTheReferenceVectorsOfBothForms() throws IOException {
    Golden.load("01-bingo-loss/queue-wrap");
    JsonNode vectors =
        new ObjectMapper().readTree(BingoGoldenTest.class.getResource("/vectors.json"));
    try (PointerScope scope = new PointerScope()) {
      List<Tensor> queries = List.of(unit(4, 0), unit(4, 7), unit(4, 6));
      List<Tensor> keys = List.of(unit(4, 1), unit(4, 2));
      Tensor queue = unit(10, 3).t();
      for (double temperature : new double[] {0.2, 0.07}) {
        InfoNce contrast = new InfoNce(queries.get(0), queue, null, temperature);
        assertThat(contrast.loss(keys.get(0)).item_double())
            .isCloseTo(vectors.path("infonce_T" + temperature).asDouble(), within(1e-5));
      }
      Bingo code = bingo(LossForm.PUBLIC_CODE, 0.2, 10, 6, .5, .5, 11);
      assertThat(code.terms(queries, keys, queue, null, .5, .5, .7).total().item_double())
          .isCloseTo(vectors.path("bingo_code_lam0.5_mix0.7").asDouble(), within(1e-5));
      assertThat(code.terms(queries, keys, queue, null, 1, 0, .7).total().item_double())
          .isCloseTo(vectors.path("bingo_code_warm_mix0.7").asDouble(), within(1e-5));
      Bingo paper = bingo(LossForm.PAPER, 0.2, 10, 6, 1, 1, 0);
      double total =
          paper.terms(queries.subList(0, 2), keys, queue, null, 1, 1, 1).total().item_double();
      assertThat(total)
          .isCloseTo(vectors.path("bingo_paper_intra_plus_inter").asDouble(), within(1e-5));
    }
  }

  /** n(A(rows, 6, s)) of the specification: A[i][j] = sin(0.7 i² + 1.3 j + 0.11 i j + s). */
  private static Tensor unit(int rows, double s) {
    float[] values = new float[rows * 6];
    for (int i = 0; i < rows; i++) {
      for (int j = 0; j < 6; j++) {
        values[i * 6 + j] = (float) Math.sin(0.7 * i * i + 1.3 * j + 0.11 * i * j + s);
      }
    }
    return torch.normalize(Tensors.of(values, rows, 6));
  }

  static Queue queueOf(Tensor keys, long pointer) {
    Queue store = new Queue((int) keys.size(0), (int) keys.size(1), 1);
    Tensors.named(store).get("queue").copy_(keys);
    Tensors.named(store).get("queue_ptr").fill_(new Scalar(pointer));
    return store;
  }

  static long pointer(Queue store) {
    return Tensors.named(store).get("queue_ptr").item_long();
  }
}
