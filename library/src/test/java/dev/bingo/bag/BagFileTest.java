package dev.bingo.bag;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.bingo.image.ImageSource;
import dev.bingo.image.ImageSources;
import dev.bingo.image.Pixels;
import dev.bingo.image.Reduction;
import dev.bingo.image.SourceOptions;
import dev.bingo.torch.Engine;
import dev.bingo.torch.Tensors;
import dev.bingo.weights.Npy;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import javax.imageio.ImageIO;
import org.bytedeco.javacpp.PointerScope;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class BagFileTest {
  private static final ImageSource THREE = named("a/1.png", "a/2.png", "b/1.png");

  @TempDir Path folder;

  @BeforeAll
  static void startEngine() {
    Engine.start();
  }

  /** Images that are names alone. */
  private record Named(List<String> ids, String fingerprint) implements ImageSource {
    @Override
    public int size() {
      return ids.size();
    }

    @Override
    public String id(int i) {
      return ids.get(i);
    }

    @Override
    public int label(int i) {
      return UNLABELLED;
    }

    @Override
    public List<String> classes() {
      return List.of();
    }

    @Override
    public Pixels read(int i, Reduction reduction) {
      throw new UnsupportedOperationException();
    }

    @Override
    public String describe() {
      return "names";
    }
  }

  private static Named named(String... ids) {
    return new Named(List.of(ids), String.join("|", ids));
  }

  @Test
  void bagsAreReadBackForTheirOwnImages() throws IOException {
    Path file = folder.resolve("bags.npy");
    ImageSource odd = named("plain", "two\nlines", "\"quoted\"");
    Bags bags = Bags.of(new int[][] {{1, 2}, {2, 0}, {0, 1}});
    assertThat(BagFile.isWhole(file)).isFalse();
    BagFile.write(file, bags, odd, "knn", "t");
    assertThat(BagFile.isWhole(file)).isTrue();
    assertEqual(BagFile.read(file, odd), bags);
    assertThat(folder.resolve("bags.npy.ids"))
        .hasContent("plain\n\"two\\nlines\"\n\"\\\"quoted\\\"\"\n");
    assertEqual(BagFile.read(file, odd, folder.resolve("bags.npy.ids")), bags);
  }

  @Test
  void imagesAddedRemovedOrAlteredAreNoticedAndNamed() throws IOException {
    Path photos = folder.resolve("photos");
    for (int i = 0; i < 6; i++) {
      picture(photos.resolve("c" + i % 2 + "/" + i + ".png"), i);
    }
    Path file = folder.resolve("bags.npy");
    int[][] bags = {{1}, {2}, {3}, {4}, {5}, {0}};
    BagFile.write(file, Bags.of(bags), open(photos), "knn", "");
    assertThat(BagFile.read(file, open(photos)).size()).isEqualTo(6);

    picture(photos.resolve("c1/new.png"), 9);
    refused(file, photos, "Added since: c1/new.png.");
    Files.move(photos.resolve("c1/new.png"), folder.resolve("new.png"));
    assertThat(BagFile.read(file, open(photos)).size()).isEqualTo(6);

    Files.move(photos.resolve("c0/2.png"), photos.resolve("c0/20.png"));
    refused(file, photos, "Added since: c0/20.png. Removed since: c0/2.png.");
    Files.move(photos.resolve("c0/20.png"), photos.resolve("c0/2.png"));

    Files.move(photos.resolve("c0/4.png"), folder.resolve("4.png"));
    refused(file, photos, "Removed since: c0/4.png.");
    Files.move(folder.resolve("4.png"), photos.resolve("c0/4.png"));

    picture(photos.resolve("c0/4.png"), 77);
    refused(file, photos, "The names are the same, but an image's content");
  }

  @Test
  void aPositionalFileNeedsAListing() throws IOException {
    Path file = positional(new long[] {1, 2, 2, 0, 0, 1}, 3, 2);
    assertThatThrownBy(() -> BagFile.read(file, THREE))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("the list of image files in the order it was made in");
  }

  @Test
  void aListingGivesRowsAndMatesTheirImagesWhateverTheOrder() throws IOException {
    // Theirs: b/1, a/1, a/2, with bags {a/1, a/2}, {a/2, b/1}, {b/1, a/1}.
    Path file = positional(new long[] {1, 2, 2, 0, 0, 1}, 3, 2);
    Path listing = folder.resolve("listing.txt");
    Files.writeString(listing, "/data/x/b/1.png\n/data/x/a/1.png\n/data/x/a/2.png\n");
    Bags bags = BagFile.read(file, THREE, listing);
    assertThat(bags.of(0)).containsExactly(1, 2);
    assertThat(bags.of(1)).containsExactly(2, 0);
    assertThat(bags.of(2)).containsExactly(0, 1);
  }

  @Test
  void aListingThatProvesNoOrderIsRefused() throws IOException {
    Path file = positional(new long[] {1, 2, 2, 0, 0, 1}, 3, 2);
    Path listing = folder.resolve("listing.txt");
    String[][] wrong = {
      {"a/1.png\na/2.png\n", "lists 2 images, the data set has 3"},
      {"a/1.png\na/2.png\na/2.png\n", ":3: 'a/2.png' is listed twice"},
      {"a/1.png\na/2.png\nc/1.png\n", ":3: 'c/1.png' is none of the data set's images"},
      {"a/1.png\na/2.png\n1.png\n", ":3: '1.png' is none of"},
      {"x".repeat(100_000), "too large for a list of 3"}
    };
    for (String[] w : wrong) {
      Files.writeString(listing, w[0]);
      assertThatThrownBy(() -> BagFile.read(file, THREE, listing))
          .isInstanceOf(IOException.class)
          .hasMessageContaining(w[1]);
    }
    Files.write(listing, "a/\u00e9.png".getBytes(StandardCharsets.ISO_8859_1));
    assertThatThrownBy(() -> BagFile.read(file, THREE, listing)).hasMessageContaining("UTF-8");
    assertThatThrownBy(() -> BagFile.read(file, THREE, folder.resolve("none")))
        .hasMessageContaining("no such file");
  }

  @Test
  void anImportedRowWithItsOwnImageTakesTheNextNearest() throws IOException {
    Path listing = folder.resolve("listing.txt");
    Files.writeString(listing, "a/1.png\na/2.png\nb/1.png\n");
    Bags bags = BagFile.read(positional(new long[] {0, 2, 0, 2, 1, 0}, 3, 2), THREE, listing);
    assertThat(bags.of(0)).containsExactly(2, 2);
    assertThat(bags.of(1)).containsExactly(0, 2);
    Path alone = positional(new long[] {0, 0, 0, 2, 1, 0}, 3, 2);
    assertThatThrownBy(() -> BagFile.read(alone, THREE, listing))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("itself");
  }

  @Test
  void filesThatAreNoBagsAreRefusedWithTheirName() throws IOException {
    Path listing = folder.resolve("listing.txt");
    Files.writeString(listing, "a\nb\n");
    ImageSource two = named("a", "b");
    Path file = folder.resolve("bags.npy");
    try (PointerScope scope = new PointerScope()) {
      Npy.write(file, Tensors.of(new float[] {1, 2}, 2, 1));
    }
    assertThatThrownBy(() -> BagFile.read(file, two, listing))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("bags.npy")
        .hasMessageContaining("int64 [N, K]");
    positional(new long[] {1, 1L << 40}, 2, 1);
    assertThatThrownBy(() -> BagFile.read(file, two, listing))
        .hasMessageContaining("not one of the 2 images");
    positional(new long[0], 2, 0);
    assertThatThrownBy(() -> BagFile.read(file, two, listing)).hasMessageContaining("at least 1");
    positional(new long[] {1, 2, 0}, 3, 1);
    assertThatThrownBy(() -> BagFile.read(file, two, listing)).hasMessageContaining("3 images");
    Files.writeString(file, "\u0093NUMPY but not really");
    assertThatThrownBy(() -> BagFile.read(file, two, listing)).hasMessageContaining("bags.npy");
    Files.writeString(folder.resolve("bags.npy.json"), "{");
    assertThatThrownBy(() -> BagFile.read(file, two))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("bags.npy.json: is no JSON");
  }

  private void refused(Path file, Path photos, String message) throws IOException {
    ImageSource images = open(photos);
    assertThatThrownBy(() -> BagFile.read(file, images))
        .isInstanceOf(IOException.class)
        .hasMessageContaining(message)
        .hasMessageContaining("Make them anew");
  }

  private static ImageSource open(Path photos) throws IOException {
    return ImageSources.open(photos, SourceOptions.DEFAULT);
  }

  private static void picture(Path file, int seed) throws IOException {
    Files.createDirectories(file.getParent());
    BufferedImage image = new BufferedImage(8, 8, BufferedImage.TYPE_INT_RGB);
    image.setRGB(seed % 8, seed / 8 % 8, 0xff8800);
    ImageIO.write(image, "png", file.toFile());
  }

  private Path positional(long[] values, long... shape) throws IOException {
    Path file = folder.resolve("bags.npy");
    try (PointerScope scope = new PointerScope()) {
      Npy.write(file, Tensors.of(values, shape));
    }
    return file;
  }

  private static void assertEqual(Bags actual, Bags expected) {
    assertThat(actual.size()).isEqualTo(expected.size());
    for (int i = 0; i < expected.size(); i++) {
      assertThat(actual.of(i)).isEqualTo(expected.of(i));
    }
  }
}
