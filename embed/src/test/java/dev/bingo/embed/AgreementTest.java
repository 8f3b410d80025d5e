package dev.bingo.embed;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.bingo.format.ImageLimits;
import dev.bingo.image.Pixels;
import dev.bingo.image.Reduction;
import java.io.IOException;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Images of all kinds, through the trainer and through this: the same pixels, or refused. */
class AgreementTest {
  private final Decoder ours = new Decoder(ImageLimits.DEFAULT, Duration.ofMinutes(1));
  private final dev.bingo.image.Decoder theirs =
      new dev.bingo.image.Decoder(ImageLimits.DEFAULT, false);

  @BeforeAll
  static void quiet() {
    dev.bingo.torch.Engine.start();
  }

  static Stream<Kind> kinds() throws IOException {
    return Stream.of(OddJpegs.all(), OddPngs.all(), OddTiffs.all(), OddBmps.all())
        .flatMap(List::stream);
  }

  @ParameterizedTest
  @MethodSource("kinds")
  void pixelsAreTheTrainersOrRefused(Kind kind) throws Exception {
    switch (kind.fate()) {
      case SAME -> {
        Pixels expected = trainers(kind);
        Rgb actual = ours.decode(kind.bytes());
        assertThat(actual.width()).isEqualTo(expected.width());
        assertThat(actual.height()).isEqualTo(expected.height());
        assertThat(Arrays.copyOf(actual.bytes(), expected.rgb().length)).isEqualTo(expected.rgb());
      }
      case REFUSED -> {
        assertThatThrownBy(() -> trainers(kind))
            .isInstanceOf(dev.bingo.image.BadImageException.class);
        assertThatThrownBy(() -> ours.decode(kind.bytes())).isInstanceOf(BadImageException.class);
      }
      case NOT_READ -> {
        assertThat(trainers(kind).rgb()).isNotEmpty();
        assertThatThrownBy(() -> ours.decode(kind.bytes())).isInstanceOf(BadImageException.class);
      }
    }
  }

  private Pixels trainers(Kind kind) throws IOException {
    return theirs.decode("x", kind.bytes(), Reduction.NONE);
  }
}
