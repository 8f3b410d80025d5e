package dev.bingo.evaluate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.assertj.core.api.Assumptions.assumeThat;

import dev.bingo.image.ImageSource;
import dev.bingo.image.ImageSources;
import dev.bingo.image.SourceOptions;
import dev.bingo.image.Subset;
import dev.bingo.pretrained.EncoderFile;
import dev.bingo.pretrained.Pretrained;
import dev.bingo.pretrained.Pretrained.Wish;
import dev.bingo.torch.Engine;
import dev.bingo.torch.ProgressListener;
import dev.bingo.view.Normalisation;
import dev.bingo.weights.TensorInfo;
import dev.bingo.weights.WeightFile;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import java.util.stream.IntStream;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Somebody's CIFAR-10 classifiers (akamaster/pytorch_resnet_cifar10), through the front door:
 * PyTorch's figures, within 0.05 points. By a flag alone: {@code -Dreal=DIR}, a folder that holds
 * {@code cifar10.tar} and {@code weights/}; minutes.
 */
class RealWeightsTest {
  private static final int BANK = 10_000;

  @ParameterizedTest
  @CsvSource({
    "resnet20-12fca82f.th, cifar_resnet20, 99.79, 99.69",
    "resnet56-4bfd9763.th, cifar_resnet56, 100.00, 99.99"
  })
  void givePyTorchsFigures(String name, String architecture, double top1, double knn)
      throws IOException {
    String folder = System.getProperty("real", "");
    assumeThat(folder).as("-Dreal=DIR").isNotEmpty();
    Engine.start();
    Path file = Path.of(folder, "weights", name);
    Path tar = Path.of(folder, "cifar10.tar");
    try (PointerScope scope = new PointerScope();
        ImageSource train = ImageSources.open(tar, SourceOptions.DEFAULT.withPrefix("train"));
        ImageSource val = ImageSources.open(tar, SourceOptions.DEFAULT.withPrefix("val"));
        WeightFile weights = WeightFile.open(file)) {
      EncoderFile.Loaded loaded = Pretrained.load(file, Wish.NONE);
      assertThat(loaded.info().architecture()).isEqualTo(architecture);
      Embeddings.Options options =
          Embeddings.Options.of(loaded.info().imageSize(), Normalisation.IMAGENET);
      int[] first =
          IntStream.range(0, train.size()).filter(i -> number(train.id(i)) < BANK).toArray();
      Features bank =
          Embeddings.extract(
              loaded.net().backbone(), Subset.of(train, first), options, ProgressListener.NONE);
      Features queries =
          Embeddings.extract(loaded.net().backbone(), val, options, ProgressListener.NONE);

      assertThat(bank.size()).isEqualTo(BANK);
      assertThat(new Knn(200, 0.07).score(bank, queries).top1()).isCloseTo(knn, within(0.05));
      assertThat(classified(weights, queries)).isCloseTo(top1, within(0.05));
    }
  }

  /** The file's own classifier on our features. */
  private static double classified(WeightFile weights, Features queries) throws IOException {
    Map<String, TensorInfo> dict = weights.stateDicts().get("state_dict");
    Tensor weight = weights.read(dict.get("module.linear.weight"));
    Tensor bias = weights.read(dict.get("module.linear.bias"));
    Tensor logits = queries.values().matmul(weight.t()).add(bias);
    return 100.0
        * logits
            .argmax(new org.bytedeco.pytorch.LongOptional(1), false)
            .eq(queries.labels())
            .sum()
            .item_double()
        / queries.size();
  }

  private static int number(String id) {
    String name = id.substring(id.lastIndexOf('/') + 1);
    return Integer.parseInt(name.substring(0, name.indexOf('.')));
  }
}
