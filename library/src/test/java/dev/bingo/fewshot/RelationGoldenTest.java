package dev.bingo.fewshot;

import dev.bingo.Golden;
import dev.bingo.encoder.ClosedForm;
import dev.bingo.encoder.Layer;
import dev.bingo.torch.Tensors;
import java.util.List;
import java.util.Map;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.AutoGradMode;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Conv-4, relation module and prototypes equal the public codes', with their gradients. */
class RelationGoldenTest {
  private static final int SIDE = 5;

  private final Conv4 encoder = new Conv4(1);
  private final RelationModule relation = new RelationModule(SIDE);

  @ParameterizedTest
  @CsvSource({"1, train", "1, eval", "5, train", "5, eval"})
  void theRelationNetworkEqualsItsAuthorsCode(int shots, String mode) {
    try (PointerScope scope = new PointerScope()) {
      Golden golden = Golden.load("12-fewshot/relation-" + shots + "shot");
      fill(golden, mode);
      // Theirs sums the shots, and sees supports and queries apart.
      Tensor classes = encoder.maps(golden.tensor("support")).reshape(5, shots, 64, SIDE, SIDE);
      Tensor summed = classes.sum(1);
      summed.retain_grad();
      Tensor queries = encoder.maps(golden.tensor("query"));
      Tensor relations = relation.logits(summed, queries).sigmoid();
      Tensor loss = torch.mse_loss(relations, oneHot(golden));
      loss.backward();
      String prefix = mode + ".";
      golden.assertClose(prefix + "class_features", summed);
      golden.assertClose(prefix + "query_features", queries);
      golden.assertClose(prefix + "relations", relations);
      golden.assertClose(prefix + "mse", loss.item_double());
      golden.assertClose(prefix + "grad_class_features", summed.grad());
      assertGradients(golden, prefix + "grad.", true);
      if (mode.equals("train")) {
        assertStatistics(golden);
      }
    }
  }

  @ParameterizedTest
  @CsvSource({
    "1, train, ce", "1, eval, ce", "5, train, ce", "5, eval, ce",
    "1, train, mse", "1, eval, mse", "5, train, mse", "5, eval, mse"
  })
  void theRelationHeadEqualsThatOfMmfewshot(int shots, String mode, String loss) {
    try (PointerScope scope = new PointerScope()) {
      Golden images = Golden.load("12-fewshot/relation-" + shots + "shot");
      Golden golden = Golden.load("12-fewshot/heads-" + shots + "shot");
      fill(golden, mode);
      Tensor prototypes = prototypes(images, shots);
      Tensor queries = encoder.maps(images.tensor("query"));
      // Theirs has the query's channels before the class's.
      Tensor logits = relation.logits(queries, prototypes).t();
      boolean ce = loss.equals("ce");
      Tensor scores = ce ? logits : logits.sigmoid();
      Tensor value =
          ce
              ? torch.cross_entropy_loss(logits, images.tensor("query_labels"))
              : torch.mse_loss(scores, oneHot(images));
      value.backward();
      String prefix = mode + "." + loss + ".";
      golden.assertClose(prefix + "scores", scores);
      golden.assertClose(prefix + "loss", value.item_double());
      assertGradients(golden, prefix + "grad.", true);
    }
  }

  @ParameterizedTest
  @CsvSource({"1, train", "1, eval", "5, train", "5, eval"})
  void prototypesEqualThePapers(int shots, String mode) {
    try (PointerScope scope = new PointerScope()) {
      Golden images = Golden.load("12-fewshot/relation-" + shots + "shot");
      Golden golden = Golden.load("12-fewshot/heads-" + shots + "shot");
      fill(golden, mode);
      ProtoNet net = new ProtoNet(encoder);
      Tensor supports = encoder.maps(images.tensor("support"));
      Tensor queries = encoder.maps(images.tensor("query"));
      int[] counts = {shots, shots, shots, shots, shots};
      Task task = new Task(supports, queries, null, counts, new long[5], false, 0);
      Tensor squared = net.logits(task);
      String prefix = mode + ".proto.";
      golden.assertClose(prefix + "logits_squared", squared);
      golden.assertClose(
          prefix + "ce_squared", net.loss(squared, images.tensor("query_labels")).item_double());
      // mmfewshot trains by the distance itself; its gradients go through the same network.
      Tensor distances = squared.neg().sqrt().neg();
      golden.assertClose(prefix + "logits", distances);
      Tensor loss = net.loss(distances, images.tensor("query_labels"));
      golden.assertClose(prefix + "ce", loss.item_double());
      loss.backward();
      assertGradients(golden, prefix + "grad.", false);
    }
  }

  private void fill(Golden golden, String mode) {
    double gain2 = golden.scalar("gain2");
    fill(encoder, "encoder.", gain2);
    fill(relation, "relation.", gain2);
    encoder.train(mode.equals("train"));
    relation.train(mode.equals("train"));
  }

  private static void fill(Layer layer, String prefix, double gain2) {
    try (AutoGradMode off = new AutoGradMode(false)) {
      Tensors.named(layer)
          .forEach(
              (name, t) ->
                  t.copy_(
                      ClosedForm.weight("shared", prefix + name, gain2, t.sizes().vec().get())));
    }
  }

  private Tensor prototypes(Golden images, int shots) {
    Tensor maps = encoder.maps(images.tensor("support"));
    return maps.reshape(5, shots, 64, SIDE, SIDE).mean(1);
  }

  private static Tensor oneHot(Golden golden) {
    return torch.one_hot(golden.tensor("query_labels"), 5).to(ScalarType.Float);
  }

  /** Of momentum 1 the fixture's are the last batch's; ours take a tenth of each pass. */
  private void assertStatistics(Golden golden) {
    for (String key : List.of("layer1.1.running_mean", "layer2.1.running_var")) {
      Tensor start =
          ClosedForm.weight("shared", "relation." + key, golden.scalar("gain2"), new long[] {64});
      Tensor batch = Tensors.named(relation).get(key).sub(start.mul(new Scalar(.9)));
      golden.assertClose("train.relation." + key, batch.mul(new Scalar(10)));
    }
  }

  private void assertGradients(Golden golden, String prefix, boolean withHead) {
    assertGradients(golden, encoder, prefix, "encoder.");
    if (withHead) {
      assertGradients(golden, relation, prefix, "relation.");
    }
  }

  private static void assertGradients(Golden golden, Layer layer, String prefix, String part) {
    for (Map.Entry<String, Tensor> p : Tensors.named(layer.named_parameters()).entrySet()) {
      String key = prefix + part + p.getKey();
      Tensor g = p.getValue().grad();
      if (golden.tensors().containsKey(key)) {
        golden.assertClose(key, g);
      }
      if (golden.tensors().containsKey(key + ".norm")) {
        Tensor matrix = g.to(ScalarType.Double).flatten(1, -1);
        golden.assertClose(key + ".sum_rows", matrix.sum(1).to(ScalarType.Float));
        golden.assertClose(key + ".sum_cols", matrix.sum(0).to(ScalarType.Float));
        Tensor flat = g.flatten();
        golden.assertClose(key + ".first64", flat.narrow(0, 0, 64));
        golden.assertClose(key + ".last64", flat.narrow(0, flat.numel() - 64, 64));
        golden.assertClose(
            key + ".norm", matrix.norm(new Scalar(2)).reshape(1).to(ScalarType.Float));
      }
    }
  }
}
