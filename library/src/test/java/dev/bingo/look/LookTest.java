package dev.bingo.look;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.bingo.evaluate.ConfidentLearning.Suspect;
import dev.bingo.evaluate.Embeddings;
import dev.bingo.image.BadImageException;
import dev.bingo.image.BadImages;
import dev.bingo.image.ImageSource;
import dev.bingo.image.ImageSources;
import dev.bingo.image.Pixels;
import dev.bingo.image.Reduction;
import dev.bingo.image.Tolerant;
import dev.bingo.similar.Identity;
import dev.bingo.similar.IndexUpdate;
import dev.bingo.similar.SimilarIndex;
import dev.bingo.similar.SimilarIndex.Neighbours;
import dev.bingo.torch.Engine;
import dev.bingo.torch.ProgressListener;
import dev.bingo.torch.Tensors;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.stream.IntStream;
import javax.imageio.ImageIO;
import org.bytedeco.javacpp.PointerScope;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LookTest {
  @TempDir Path folder;

  @BeforeAll
  static void startEngine() {
    Engine.start();
  }

  private void picture(String name, int width, int rgb) throws IOException {
    BufferedImage image = new BufferedImage(width, 40, BufferedImage.TYPE_INT_RGB);
    for (int p = 0; p < width * 40; p++) {
      image.setRGB(p % width, p / width, rgb);
    }
    Path file = folder.resolve("photos").resolve(name);
    Files.createDirectories(file.getParent());
    ImageIO.write(image, "png", file.toFile());
  }

  @Test
  void aSurveyFindsBadFilesCopiesAndSizes() throws IOException {
    picture("a/1.png", 50, 0xff0000);
    picture("a/2.png", 50, 0xff0000);
    picture("b/3.png", 50, 0xff0000);
    picture("b/4.png", 30, 0x808080);
    picture("b/5.png", 60, 0x00ff00);
    Files.write(folder.resolve("photos/b/6.png"), new byte[0]);
    try (ImageSource source = ImageSources.open(folder.resolve("photos"))) {
      Survey survey = Survey.of(source, done -> {});
      assertThat(survey.bad()).containsOnlyKeys(5);
      assertThat(survey.bad().get(5)).contains("empty");
      assertThat(survey.shorterSides()).containsExactly(30, 40, 40, 40, 40);
      assertThat(survey.greyOnes()).isEqualTo(1);
      assertThat(survey.copies()).containsExactly(new int[] {0, 1, 2});
      assertThat(survey.superfluous()).isEqualTo(2);
      int[] labels = IntStream.range(0, 6).map(source::label).toArray();
      assertThat(survey.contradictions(labels)).hasSize(1);
      assertThat(survey.contradictions(new int[6])).isEmpty();
    }
  }

  /** Row i's nearest are its own class's others, but for row 0, which lies among class 1. */
  private static Neighbours neighbours() {
    int[][] members = {
      {4, 5, 6}, {2, 3, 0}, {1, 3, 0}, {1, 2, 0}, {5, 6, 7}, {4, 6, 7}, {4, 5, 7}, {4, 5, 6}
    };
    float[][] distances = new float[8][];
    for (int row = 0; row < 8; row++) {
      distances[row] = new float[] {.1f, .11f, .5f};
    }
    return new Neighbours(members, distances, 1);
  }

  @Test
  void aLabelThatItsNeighboursContradictIsASuspect() {
    int[] labels = {0, 0, 0, 0, 1, 1, 1, 1};
    LabelSuspects found = LabelSuspects.of(neighbours(), labels, row -> "" + row);
    assertThat(found.suspects())
        .singleElement()
        .satisfies(
            s -> {
              assertThat(s.row()).isZero();
              assertThat(s.given()).isZero();
              assertThat(s.likely()).isEqualTo(1);
              assertThat(s.support()).isCloseTo(1, within(1e-9));
              assertThat(s.own()).isZero();
            });
    assertThat(found.agreement()).isEqualTo(7 / 8.0);
    assertThat(found.judged()).isEqualTo(8);
  }

  @Test
  void copiesAndTheUnlabelledHaveNoVote() {
    int[] labels = {0, 0, 0, 0, 1, 1, -1, 1};
    // Rows 4 and 5 are copies of row 0, and row 6 has no label.
    LabelSuspects found =
        LabelSuspects.of(neighbours(), labels, row -> row == 4 || row == 5 ? "0" : "" + row);
    assertThat(found.suspects()).extracting(Suspect::row).doesNotContain(0, 6);
    assertThat(found.judged()).isEqualTo(6);
  }

  @Test
  void whatIsFarFromAllOthersIsAnOutlier() {
    float[][] distances = new float[30][];
    int[][] members = new int[30][];
    for (int row = 0; row < 30; row++) {
      members[row] = new int[] {(row + 1) % 30};
      distances[row] = new float[] {row == 7 ? 1.6f : .1f + .001f * row};
    }
    Outliers found = Outliers.of(new Neighbours(members, distances, 1), 3);
    assertThat(found.rows()).hasSize(3).startsWith(7);
    assertThat(found.closeness().get(0)).isCloseTo(.2, within(1e-6));
    assertThat(found.far()).isEqualTo(1);
    assertThat(Outliers.of(new Neighbours(new int[1][0], new float[1][0], 1), 3).far()).isZero();
  }

  /** Mean colour as a vector. */
  private static final IndexUpdate.Embedder COLOURS =
      new IndexUpdate.Embedder() {
        @Override
        public int width() {
          return 3;
        }

        @Override
        public void embed(ImageSource some, Embeddings.Sink sink, ProgressListener listener) {
          for (int i = 0; i < some.size(); i++) {
            try (PointerScope scope = new PointerScope()) {
              Pixels pixels = some.read(i, Reduction.NONE);
              float[] sum = new float[3];
              for (int p = 0; p < pixels.rgb().length; p++) {
                sum[p % 3] += pixels.rgb()[p] & 0xff;
              }
              sink.take(new int[] {i}, Tensors.of(sum, 1, 3));
            } catch (BadImageException e) {
              throw new AssertionError(e);
            }
          }
        }
      };

  @Test
  void clustersAreGroupsThatResembleOneAnother() throws IOException {
    for (int i = 0; i < 12; i++) {
      picture(i + ".png", 40, (i < 8 ? 0xf00000 : 0x0000f0) + (i << 8));
    }
    Path photos = folder.resolve("photos");
    try (ImageSource source = new Tolerant(ImageSources.open(photos), new BadImages(0, null))) {
      Path index = folder.resolve("index");
      new IndexUpdate(
              index, new Identity("e", Map.of()), "", source, COLOURS, IndexUpdate.Listener.NONE)
          .run(false);
      var clusters = Clusters.of(SimilarIndex.open(index), 2, 3, 0);
      assertThat(clusters).extracting(c -> c.rows().size()).containsExactly(8, 4);
      assertThat(clusters).allMatch(c -> c.examples().size() == 3);
      // Brighter colours and cut edges change no direction of one colour.
      assertThat(Copies.cosine(source, COLOURS)).isGreaterThan(.999).isLessThanOrEqualTo(1.00001);
    }
    assertThat(Clusters.count(3)).isEqualTo(1);
    assertThat(Clusters.count(1_000_000)).isEqualTo(24);
  }
}
