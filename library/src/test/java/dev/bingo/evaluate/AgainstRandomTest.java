package dev.bingo.evaluate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.bingo.encoder.Backbone;
import dev.bingo.torch.Engine;
import dev.bingo.torch.ProgressListener;
import dev.bingo.view.Augmentation;
import dev.bingo.view.Normalisation;
import java.util.ArrayList;
import java.util.List;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

class AgainstRandomTest {
  private static final Augmentation NONE = new Augmentation(1, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0);
  private static final Embeddings.Options OPTIONS = Embeddings.Options.of(8, Normalisation.HALF);

  @BeforeAll
  static void startEngine() {
    Engine.start();
  }

  /** The pixels themselves. */
  private static final class Raw extends Backbone {
    Raw() {
      super("raw", 192);
    }

    @Override
    public Tensor features(Tensor images) {
      return images.reshape(images.size(0), 192).clone();
    }
  }

  /** The same for every image. */
  private static final class Blind extends Backbone {
    Blind() {
      super("blind", 4);
    }

    @Override
    public Tensor features(Tensor images) {
      return images
          .reshape(images.size(0), -1)
          .narrow(1, 0, 4)
          .mul(new Scalar(0))
          .add(new Scalar(1));
    }
  }

  @Test
  void unchangedViewsFindEachOtherAndABlindEncoderFindsNone() {
    Toy.Colours images = new Toy.Colours(30, 5);
    try (PointerScope scope = new PointerScope()) {
      assertThat(score(new Raw(), images, NONE)).isEqualTo(100);
      assertThat(score(new Blind(), images, NONE)).isZero();
    }
  }

  @Test
  void changedViewsAreHarderAndTheSameEachTime() {
    Toy.Colours images = new Toy.Colours(30, 5);
    try (PointerScope scope = new PointerScope()) {
      double changed = score(new Raw(), images, Augmentation.SIMCLR);
      assertThat(changed).isLessThan(100);
      assertThat(score(new Raw(), images, Augmentation.SIMCLR)).isEqualTo(changed);
    }
  }

  private static double score(Backbone backbone, Toy.Colours images, Augmentation augmentation) {
    return SelfRetrieval.score(backbone, images, augmentation, OPTIONS, 1, ProgressListener.NONE)
        .percent();
  }

  @Test
  void anEncoderThatSeesColoursBeatsABlindOneAndNotItself() {
    Toy.Colours images = new Toy.Colours(60, 5);
    try (PointerScope scope = new PointerScope()) {
      List<AgainstRandom> seeing =
          AgainstRandom.measure(
              new Toy.MeanColour(), new Blind(), images, OPTIONS, ProgressListener.NONE);
      assertThat(seeing.get(0).measure()).isEqualTo("kNN");
      assertThat(seeing.get(0).score()).isCloseTo(100, within(1e-9));
      assertThat(seeing.get(0).better()).isTrue();
      List<AgainstRandom> same =
          AgainstRandom.measure(
              new Toy.MeanColour(), new Toy.MeanColour(), images, OPTIONS, ProgressListener.NONE);
      assertThat(same).noneMatch(AgainstRandom::better);
    }
  }

  /** Binomial deviations: 50 % and 45 % of 1000 differ by 2.2 of 0.0223, 50 % and 43 % by 3.1. */
  @Test
  void threeDeviationsAreMoreThanLuck() {
    assertThat(new AgainstRandom("kNN", 1000, 50, 45).better()).isFalse();
    assertThat(new AgainstRandom("kNN", 1000, 50, 43).better()).isTrue();
    assertThat(new AgainstRandom("kNN", 1000, 43, 50).better()).isFalse();
    assertThat(new AgainstRandom("kNN", 20, 0, 0).better()).isFalse();
  }

  @Test
  void itsPassesAreToldAsOneWork() {
    Toy.Colours images = new Toy.Colours(60, 5);
    List<Long> told = new ArrayList<>();
    try (PointerScope scope = new PointerScope()) {
      AgainstRandom.measure(
          new Raw(),
          new Blind(),
          images,
          OPTIONS,
          (done, total) -> {
            assertThat(total).isEqualTo(240);
            told.add(done);
          });
    }
    assertThat(told).isSorted().endsWith(240L);
  }
}
