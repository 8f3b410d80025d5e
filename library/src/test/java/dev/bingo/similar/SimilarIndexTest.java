package dev.bingo.similar;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.bingo.evaluate.Embeddings;
import dev.bingo.file.FolderLock;
import dev.bingo.file.PlainFolder;
import dev.bingo.file.Remedy;
import dev.bingo.image.BadImageException;
import dev.bingo.image.BadImages;
import dev.bingo.image.ImageSource;
import dev.bingo.image.ImageSources;
import dev.bingo.image.Pixels;
import dev.bingo.image.Reduction;
import dev.bingo.image.Tolerant;
import dev.bingo.similar.IndexUpdate.Done;
import dev.bingo.torch.Draws;
import dev.bingo.torch.Engine;
import dev.bingo.torch.ProgressListener;
import dev.bingo.torch.Tensors;
import dev.bingo.weights.OtherFileException;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileTime;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import javax.imageio.ImageIO;
import org.bytedeco.javacpp.PointerScope;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SimilarIndexTest {
  private static final Identity ENCODER = new Identity("e".repeat(64), Map.of("size", "32"));
  private static final FileTime LONG_AGO = FileTime.fromMillis(1_600_000_000_000L);

  @TempDir Path folder;
  private Path photos;
  private Path index;
  private final List<String> embedded = new ArrayList<>();
  private int dieAfter = Integer.MAX_VALUE;

  @BeforeAll
  static void startEngine() {
    Engine.start();
  }

  @BeforeEach
  void makePhotos() throws IOException {
    photos = Files.createDirectory(folder.resolve("photos"));
    index = folder.resolve("index");
    photo("black.png", 1, 1, 1);
    photo("blue.png", 0, 0, 255);
    photo("green.png", 0, 255, 0);
    photo("red.png", 255, 0, 0);
    photo("rose.png", 255, 40, 40);
  }

  private Path photo(String name, int red, int green, int blue) throws IOException {
    BufferedImage image = new BufferedImage(2, 2, BufferedImage.TYPE_INT_RGB);
    for (int p = 0; p < 4; p++) {
      image.setRGB(p % 2, p / 2, red << 16 | green << 8 | blue);
    }
    Path file = photos.resolve(name);
    ImageIO.write(image, "png", file.toFile());
    Files.setLastModifiedTime(file, LONG_AGO);
    return file;
  }

  /** The first pixel as a vector. */
  private final IndexUpdate.Embedder colours =
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
              if (some.resolved(i) != i) {
                sink.take(new int[0], Tensors.of(new float[0], 0, 3));
                continue;
              }
              if (embedded.size() >= dieAfter) {
                throw new IllegalStateException("killed");
              }
              embedded.add(some.id(i));
              float[] rgb = new float[3];
              for (int c = 0; c < 3; c++) {
                rgb[c] = pixels.rgb()[c] & 0xff;
              }
              sink.take(new int[] {i}, Tensors.of(rgb, 1, 3));
            } catch (BadImageException e) {
              throw new AssertionError(e);
            }
          }
        }
      };

  private Done update() throws IOException {
    return update(ENCODER, false, 1 << 20, 1 << 14);
  }

  private Done update(Identity identity, boolean anew, long exactBytes, int leastNew)
      throws IOException {
    embedded.clear();
    try (ImageSource source = new Tolerant(ImageSources.open(photos), new BadImages(.9, null))) {
      return new IndexUpdate(
              index,
              identity,
              photos.toString(),
              source,
              colours,
              IndexUpdate.Listener.NONE,
              exactBytes,
              leastNew)
          .run(anew);
    }
  }

  private List<String> ids(float[] vector, int k) throws IOException {
    return SimilarIndex.open(index).search(vector, k).stream().map(h -> h.entry().id()).toList();
  }

  @Test
  void ranksByCosine() throws IOException {
    assertThat(update()).isEqualTo(new Done(5, 0, 0, 0, 0));
    SimilarIndex open = SimilarIndex.open(index);
    List<Hit> hits = open.search(new float[] {200, 0, 0}, 3);
    assertThat(hits)
        .extracting(h -> h.entry().id())
        .containsExactly("red.png", "rose.png", "black.png");
    assertThat(hits.get(0).cosine()).isCloseTo(1, within(1e-6));
    assertThat(hits.get(1).cosine()).isCloseTo(255 / Math.sqrt(255 * 255 + 3200), within(1e-6));
    assertThat(open.exact()).isTrue();
    assertThat(open.search(new float[] {1, 0, 0}, 100)).hasSize(5);
    assertThatThrownBy(() -> open.search(new float[] {0, 0, 0}, 3))
        .hasMessageContaining("direction");
    assertThatThrownBy(() -> open.search(new float[] {1}, 3)).hasMessageContaining("3 numbers");
  }

  @Test
  void onlyWhatIsNewOrAlteredIsEmbeddedAgain() throws IOException {
    update();
    Map<String, byte[]> before = files();
    assertThat(update()).isEqualTo(new Done(0, 0, 0, 0, 5));
    assertThat(embedded).isEmpty();
    assertThat(files()).usingRecursiveComparison().isEqualTo(before);

    photo("azure.png", 0, 60, 255);
    photo("rose.png", 255, 90, 90);
    Files.setLastModifiedTime(photos.resolve("rose.png"), FileTime.fromMillis(1_600_000_009_000L));
    Files.delete(photos.resolve("black.png"));
    Files.move(photos.resolve("green.png"), photos.resolve("leaf.png"));
    assertThat(update()).isEqualTo(new Done(1, 1, 1, 2, 2));
    assertThat(embedded).containsExactly("azure.png", "rose.png");
    assertThat(ids(new float[] {0, 1, 0}, 1)).containsExactly("leaf.png");
    assertThat(ids(new float[] {255, 90, 90}, 5))
        .containsExactlyInAnyOrder("rose.png", "red.png", "leaf.png", "azure.png", "blue.png")
        .startsWith("rose.png");
    assertThat(files().keySet()).hasSize(4); // index.json, lock, vectors, entries
  }

  private Map<String, byte[]> files() throws IOException {
    Map<String, byte[]> files = new TreeMap<>();
    try (Stream<Path> all = Files.list(index)) {
      for (Path file : all.toList()) {
        files.put(file.getFileName().toString(), Files.readAllBytes(file));
      }
    }
    return files;
  }

  @Test
  void aFileThatWasOnlyTouchedIsNotEmbedded() throws IOException {
    update();
    Files.setLastModifiedTime(photos.resolve("red.png"), FileTime.fromMillis(1_700_000_000_000L));
    assertThat(update()).isEqualTo(new Done(0, 0, 0, 0, 5));
    assertThat(embedded).isEmpty();
  }

  @Test
  void aFileChangedWithinTheTickOfItsClockIsNoticed() throws IOException {
    Path file = photo("rose.png", 255, 40, 40);
    FileTime now = FileTime.fromMillis(System.currentTimeMillis());
    Files.setLastModifiedTime(file, now);
    update();
    long size = Files.size(file);
    photo("rose.png", 255, 41, 41);
    Files.setLastModifiedTime(file, now);
    assertThat(Files.size(file)).isEqualTo(size);
    assertThat(update().changed()).isEqualTo(1);
    assertThat(embedded).containsExactly("rose.png");
  }

  @Test
  void anImageThatCannotBeReadHasNobodysVector() throws IOException {
    Files.writeString(photos.resolve("bad.png"), "no picture");
    assertThat(update()).isEqualTo(new Done(5, 0, 0, 0, 0));
    assertThat(SimilarIndex.open(index).leftOut()).containsOnlyKeys("bad.png");
    assertThat(ids(new float[] {1, 1, 1}, 10)).hasSize(5).doesNotContain("bad.png");
    Map<String, byte[]> before = files();
    update();
    assertThat(files()).usingRecursiveComparison().isEqualTo(before);
    // One that was good and is bad now loses its vector, too.
    Files.writeString(photos.resolve("red.png"), "no picture");
    update();
    assertThat(ids(new float[] {1, 0, 0}, 10)).doesNotContain("red.png").hasSize(4);
    photo("bad.png", 250, 0, 0);
    assertThat(update().added()).isEqualTo(1);
    assertThat(ids(new float[] {1, 0, 0}, 1)).containsExactly("bad.png");
    assertThat(SimilarIndex.open(index).leftOut()).containsOnlyKeys("red.png");
    Files.delete(photos.resolve("red.png"));
    update();
    assertThat(SimilarIndex.open(index).leftOut()).isEmpty();
  }

  @Test
  void whatCannotEvenBeOpenedIsNotTakenForOneAnother() throws IOException {
    for (String name : List.of("gone.png", "lost.png")) {
      Files.createSymbolicLink(photos.resolve(name), folder.resolve("nowhere"));
    }
    update();
    update();
    assertThat(SimilarIndex.open(index).leftOut()).containsOnlyKeys("gone.png", "lost.png");
    assertThat(ids(new float[] {1, 1, 1}, 10)).hasSize(5);
  }

  @Test
  void anImageOfWhichTheEncoderMakesNothingIsLeftOut() throws IOException {
    photo("void.png", 0, 0, 0);
    update();
    assertThat(SimilarIndex.open(index).leftOut().get("void.png")).contains("zeros");
    assertThat(SimilarIndex.open(index).size()).isEqualTo(5);
  }

  @Test
  void vectorsOfAnotherEncoderOrOfOtherImagesAreRefused() throws IOException {
    update();
    Identity other = new Identity("f".repeat(64), ENCODER.settings());
    assertThatThrownBy(() -> update(other, false, 1, 9))
        .isInstanceOf(OtherFileException.class)
        .hasMessageContaining("another encoder")
        .hasFieldOrPropertyWithValue("remedy", Remedy.OTHER_INDEX);
    Identity larger = new Identity(ENCODER.encoder(), Map.of("size", "64"));
    assertThatThrownBy(() -> IndexUpdate.check(index, larger))
        .isInstanceOf(OtherFileException.class)
        .hasMessageContaining("size '32', not '64'");
    assertThat(embedded).isEmpty();
    assertThat(ids(new float[] {1, 0, 0}, 1)).containsExactly("red.png");

    Path moved = Files.move(photos, folder.resolve("moved"));
    photos = moved;
    assertThat(update()).isEqualTo(new Done(0, 0, 0, 0, 5));
    photos = Files.createDirectory(folder.resolve("others"));
    photo("one.png", 1, 2, 3);
    photo("two.png", 3, 2, 1);
    assertThatThrownBy(this::update).hasMessageContaining("is the index of other images");
    assertThat(update(ENCODER, true, 1 << 20, 9)).isEqualTo(new Done(2, 0, 0, 0, 0));
    assertThat(update(other, true, 1 << 20, 9)).isEqualTo(new Done(2, 0, 0, 0, 0));
  }

  @Test
  void anUpdateThatDiesLeavesTheIndexOfBefore() throws IOException {
    update();
    Map<String, byte[]> before = files();
    for (int i = 0; i < 6; i++) {
      photo("new" + i + ".png", 10, i, 200);
    }
    dieAfter = 4;
    assertThatThrownBy(this::update).hasMessage("killed");
    assertThat(files()).usingRecursiveComparison().isEqualTo(before);
    assertThat(ids(new float[] {1, 0, 0}, 10)).hasSize(5);
  }

  @Test
  void whatWasEmbeddedBeforeALongUpdateDiedIsKept() throws IOException {
    for (int i = 0; i < 6; i++) {
      photo("new" + i + ".png", 10, i, 200);
    }
    dieAfter = 8;
    // Three, then as many as take five minutes.
    assertThatThrownBy(() -> update(ENCODER, false, 1 << 20, 3)).hasMessage("killed");
    assertThat(SimilarIndex.open(index).complete()).isFalse();
    assertThat(SimilarIndex.open(index).size()).isEqualTo(3);
    dieAfter = Integer.MAX_VALUE;
    assertThat(update(ENCODER, false, 1 << 20, 3)).isEqualTo(new Done(8, 0, 0, 0, 3));
    assertThat(embedded).hasSize(8);
    assertThat(SimilarIndex.open(index).complete()).isTrue();
  }

  @Test
  void oneProcessAtATimeUpdates() throws IOException {
    update();
    try (FolderLock lock = FolderLock.take(new PlainFolder(index), "")) {
      assertThatThrownBy(this::update).hasMessageContaining("another process is updating");
      assertThat(ids(new float[] {1, 0, 0}, 1)).containsExactly("red.png");
    }
  }

  @Test
  void aDamagedIndexIsRefused() throws IOException {
    update();
    Path manifest = index.resolve("index.json");
    String text = Files.readString(manifest);
    for (String[] damage :
        new String[][] {
          {"\"version\":1", "\"version\":2"},
          {"\"vectors\":\"", "\"vectors\":\"../"},
          {"\"left_out\":{}", "\"left_out\":null"},
          {"\"entries_sha256\":\"", "\"entries_sha256\":\"0"},
          {"{", "{\"cells\":{\"centres\":\"cells-0123456789abcdef.npy\",\"starts\":[null]},"},
        }) {
      assertThat(text).contains(damage[0]);
      Files.writeString(manifest, text.replaceFirst(Pattern.quote(damage[0]), damage[1]));
      assertThatThrownBy(() -> SimilarIndex.open(index))
          .hasFieldOrPropertyWithValue("remedy", Remedy.REBUILD_INDEX);
    }
    Files.writeString(manifest, text);
    Path vectors = index.resolve(text.replaceAll("(?s).*(vectors-[0-9a-f]+\\.npy).*", "$1"));
    byte[] whole = Files.readAllBytes(vectors);
    for (int i = 1; i <= 12; i++) {
      whole[whole.length - i] = (byte) 0xff;
    }
    Files.write(vectors, whole);
    SimilarIndex open = SimilarIndex.open(index);
    assertThatThrownBy(() -> open.search(new float[] {1, 0, 0}, 2))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("damaged");
    photo("more.png", 1, 2, 3);
    assertThatThrownBy(this::update).hasMessageContaining("damaged");
    try (FileChannel channel = FileChannel.open(vectors, StandardOpenOption.WRITE)) {
      channel.truncate(channel.size() - 4);
    }
    assertThatThrownBy(this::update).isInstanceOf(IOException.class);
    assertThat(update(ENCODER, true, 1 << 20, 9)).isEqualTo(new Done(6, 0, 0, 0, 0));
  }

  @Test
  void namesOfAnyKindComeBack() throws IOException {
    photo("a \"b\"\t\u2028é\n.png", 9, 9, 9);
    update();
    assertThat(ids(new float[] {9, 9, 9}, 2)).contains("a \"b\"\t\u2028é\n.png");
    String names =
        new String(
            files().entrySet().stream()
                .filter(e -> e.getKey().startsWith("entries"))
                .findFirst()
                .orElseThrow()
                .getValue(),
            StandardCharsets.UTF_8);
    assertThat(names.lines()).hasSize(6);
  }

  @Test
  void pairsThatResembleEachOtherAreFoundOnce() throws IOException {
    photo("red again.png", 254, 0, 0);
    update();
    SimilarIndex open = SimilarIndex.open(index);
    SimilarIndex.Pairs pairs = open.pairs(.97, done -> {});
    assertThat(pairs.recall()).isEqualTo(1);
    assertThat(pairs.pairs())
        .extracting(p -> open.entry(p.a()).id() + " " + open.entry(p.b()).id())
        .containsExactlyInAnyOrder(
            "red again.png red.png", "red again.png rose.png", "red.png rose.png")
        .startsWith("red again.png red.png");
  }

  @Test
  void manyImagesAreSortedIntoCellsAndMostOfTheNearestFound() throws IOException {
    Files.delete(photos.resolve("black.png"));
    Draws draws = Draws.of(5);
    for (int i = 0; i < 1200; i++) {
      int[] c = {draws.below(256), draws.below(256), 1 + draws.below(255)};
      photo("p" + i + ".png", c[0], c[1], c[2]);
    }
    update(ENCODER, false, 0, 1 << 14);
    SimilarIndex open = SimilarIndex.open(index);
    assertThat(open.exact()).isFalse();
    assertThat(open.recall()).isGreaterThan(.95);
    Path cells = index;
    index = folder.resolve("exact");
    update();
    SimilarIndex exact = SimilarIndex.open(index);
    assertThat(recall(open, exact)).isGreaterThan(.95);

    index = cells;
    for (int i = 0; i < 12; i++) {
      Files.delete(photos.resolve("p" + i + ".png"));
      photo("q" + i + ".png", draws.below(256), draws.below(256), 1 + draws.below(255));
    }
    assertThat(update(ENCODER, false, 0, 1 << 14)).isEqualTo(new Done(12, 0, 0, 12, 1192));
    assertThat(embedded).hasSize(12);
    SimilarIndex updated = SimilarIndex.open(cells);
    assertThat(updated.exact()).isFalse();
    index = folder.resolve("exact");
    update();
    assertThat(recall(updated, SimilarIndex.open(index))).isGreaterThan(.95);
    // The very vectors of the very images, however often they were moved.
    SimilarIndex now = SimilarIndex.open(index);
    for (int row = 0; row < now.size(); row += 50) {
      String id = now.entry(row).id();
      assertThat(updated.search(now.vector(row), 5))
          .anyMatch(h -> h.entry().id().equals(id) && h.cosine() > .999999);
    }
  }

  private static double recall(SimilarIndex some, SimilarIndex all) throws IOException {
    int found = 0;
    for (int q = 0; q < 100; q++) {
      Draws draws = Draws.of(77, q);
      float[] vector = {draws.below(256), draws.below(256), 1 + draws.below(255)};
      List<Double> truth = all.search(vector, 10).stream().map(Hit::cosine).toList();
      double last = truth.get(9) - 1e-6;
      found += (int) some.search(vector, 10).stream().filter(h -> h.cosine() >= last).count();
    }
    return found / 1000.0;
  }
}
