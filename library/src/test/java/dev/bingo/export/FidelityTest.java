package dev.bingo.export;

import static org.assertj.core.api.Assertions.assertThat;

import dev.bingo.encoder.Encoders;
import dev.bingo.encoder.Stem;
import dev.bingo.evaluate.Embeddings;
import dev.bingo.image.ImageSource;
import dev.bingo.image.Pixels;
import dev.bingo.image.Reduction;
import dev.bingo.torch.Engine;
import dev.bingo.torch.ProgressListener;
import dev.bingo.view.Normalisation;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

class FidelityTest {
  private static final Embeddings.Options OPTIONS =
      Embeddings.Options.of(32, Normalisation.CIFAR10);

  @BeforeAll
  static void start() {
    Engine.start();
  }

  @Test
  void aModelKeepsAllOfItselfAndMoreInHalvesThanAnotherNetwork() {
    OnnxModel exact = model(1);
    Fidelity same = fidelity(exact, exact, true);
    assertThat(same.images()).isEqualTo(60);
    assertThat(same.sameNeighbours()).isEqualTo(100);
    assertThat(same.reducedKnn()).isEqualTo(same.knn());
    Fidelity half = fidelity(exact, exact.half(), true);
    assertThat(half.sameNeighbours()).isBetween(97.0, 100.0);
    assertThat(fidelity(exact, model(2), true).sameNeighbours()).isLessThan(90);
  }

  @Test
  void neighboursAreComparedWithoutLabelsToo() {
    OnnxModel exact = model(1);
    Fidelity fidelity = fidelity(exact, exact, false);
    assertThat(fidelity.knn()).isNaN();
    assertThat(fidelity.toString())
        .isEqualTo("100.0 % of the ten nearest the same, each of 60 images among the others");
    assertThat(fidelity(exact, exact, true).toString()).contains("(+0.00 points)");
  }

  private static OnnxModel model(long seed) {
    return OnnxModel.of(
        Encoders.create("cifar_resnet20", Stem.CIFAR, seed), OnnxModelTest.preprocessing(32));
  }

  private static Fidelity fidelity(OnnxModel exact, OnnxModel reduced, boolean labelled) {
    return Fidelity.of(exact, reduced, new Waves(labelled), OPTIONS, ProgressListener.NONE);
  }

  private record Waves(boolean labelledToo) implements ImageSource {
    @Override
    public int size() {
      return 60;
    }

    @Override
    public String id(int i) {
      return "wave " + i;
    }

    @Override
    public int label(int i) {
      return labelledToo ? i % 3 : UNLABELLED;
    }

    @Override
    public List<String> classes() {
      return labelledToo ? List.of("a", "b", "c") : List.of();
    }

    @Override
    public Pixels read(int i, Reduction reduction) {
      return Verification.generated(i, 32);
    }

    @Override
    public String fingerprint() {
      return "waves";
    }

    @Override
    public String describe() {
      return "waves";
    }
  }
}
