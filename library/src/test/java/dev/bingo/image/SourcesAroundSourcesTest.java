package dev.bingo.image;

import static dev.bingo.image.FoldersTest.ids;
import static dev.bingo.image.TestImages.png;
import static dev.bingo.image.TestImages.write;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.bingo.file.Remedy;
import dev.bingo.image.SourceOptions.Kind;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.IntStream;
import org.assertj.core.api.InstanceOfAssertFactories;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SourcesAroundSourcesTest {
  @TempDir Path root;

  @Test
  void keptImagesAreTheSameAndReadOnce() throws Exception {
    ImageSource folder = folder(30);
    KeptSource kept = new KeptSource(folder);
    assertThat(ids(kept)).isEqualTo(ids(folder));
    assertThat(kept.classes()).isEqualTo(folder.classes());
    assertThat(kept.fingerprint()).isEqualTo(folder.fingerprint());
    for (int i = 0; i < 30; i++) {
      Pixels pixels = kept.read(i, (width, height) -> 8);
      assertThat(pixels.rgb()).isEqualTo(folder.read(i, Reduction.NONE).rgb());
      assertThat(kept.label(i)).isEqualTo(folder.label(i));
      Files.delete(root.resolve("set30[]").resolve(folder.id(i)));
      assertThat(kept.read(i, Reduction.NONE)).isSameAs(pixels);
      assertThat(kept.dimensions(i)).isEqualTo(new Dimensions(8, 8));
    }
  }

  @Test
  void threadsThatReadOneImageAtOnceGetTheSamePixels() throws Exception {
    KeptSource kept = new KeptSource(folder(30));
    for (int i = 0; i < 30; i++) {
      int image = i;
      List<Pixels> read =
          IntStream.range(0, 8).parallel().mapToObj(t -> read(kept, image)).toList();
      assertThat(read).allSatisfy(p -> assertThat(p).isSameAs(read.get(0)));
    }
  }

  private static Pixels read(ImageSource source, int i) {
    try {
      return source.read(i, Reduction.NONE);
    } catch (BadImageException e) {
      throw new AssertionError(e);
    }
  }

  @Test
  void aSetFitsByItsStoredSizes() throws Exception {
    ImageSource folder = folder(10);
    assertThat(MemorySource.fits(folder, 10 * 8 * 8 * 3)).isTrue();
    assertThat(MemorySource.fits(folder, 10 * 8 * 8 * 3 - 1)).isFalse();
    assertThat(ImageSources.keptWhereSmall(folder, 100)).isSameAs(folder);
    assertThat(ImageSources.keptWhereSmall(folder, 1 << 20)).isInstanceOf(KeptSource.class);
  }

  @Test
  void aKeptSetPassesOnWhatIsBad() throws Exception {
    ImageSource folder = folder(10, 4);
    assertThatThrownBy(() -> new KeptSource(folder).read(4, Reduction.NONE))
        .isInstanceOf(BadImageException.class)
        .hasMessageContaining("a/004.png: the file is empty");
    KeptSource kept = new KeptSource(new Tolerant(folder, new BadImages(0.1, null)));
    assertThat(kept.read(4, Reduction.NONE).rgb()).startsWith(5, 0, 0);
    assertThat(kept.resolved(4)).isEqualTo(5);
  }

  @Test
  void subsetsAreDrawnBySeedAndNested() throws Exception {
    ImageSource folder = folder(40);
    Subset small = Subset.random(folder, 8, 3);
    assertThat(ids(small)).hasSize(8).doesNotHaveDuplicates().isSorted();
    assertThat(ids(Subset.random(folder, 8, 3))).isEqualTo(ids(small));
    assertThat(ids(Subset.random(folder, 8, 4))).isNotEqualTo(ids(small));
    assertThat(ids(Subset.random(folder, 20, 3))).containsAll(ids(small));
    assertThat(ids(Subset.random(folder, 40, 3))).isEqualTo(ids(folder));
    assertThat(small.fingerprint()).isNotEqualTo(folder.fingerprint());
    int at = small.position(5);
    assertThat(small.read(5, Reduction.NONE).rgb()).startsWith(at, 0, 0);
    assertThat(small.label(5)).isEqualTo(folder.label(at));

    assertThat(ids(Subset.of(folder, 7, 2))).containsExactly(folder.id(7), folder.id(2));
    assertThatThrownBy(() -> Subset.of(folder, 40)).hasMessageContaining("0 to 39, got 40");
    assertThatThrownBy(() -> Subset.random(folder, 41, 0)).hasMessageContaining("1 to 40 images");
  }

  @Test
  void badImagesAreReplacedByTheNextGoodOneInAnyOrderOfReading() throws Exception {
    int[] bad = {0, 7, 8, 9, 39};
    List<Integer> forwards = new ArrayList<>();
    List<Integer> backwards = new ArrayList<>();
    Tolerant a = new Tolerant(folder(40, bad), new BadImages(0.2, null));
    Tolerant b = new Tolerant(folder(40, bad), new BadImages(0.2, null));
    for (int i = 0; i < 40; i++) {
      forwards.add((int) a.read(i, Reduction.NONE).rgb()[0]);
      backwards.add(0, (int) b.read(39 - i, Reduction.NONE).rgb()[0]);
    }
    assertThat(forwards).isEqualTo(backwards);
    assertThat(forwards.subList(6, 11)).containsExactly(6, 10, 10, 10, 10);
    assertThat(forwards.get(0)).isEqualTo(1);
    assertThat(forwards.get(39)).isEqualTo(1);
    assertThat(a.resolved(8)).isEqualTo(10);
    assertThat(a.resolved(39)).isEqualTo(1);
    assertThat(a.id(8)).isEqualTo("a/008.png");
  }

  @Test
  void badImagesAreListedOnceEvenOverARestart() throws Exception {
    Path list = root.resolve("bad.tsv");
    for (int run = 0; run < 2; run++) {
      BadImages policy = new BadImages(0.1, list);
      Tolerant source = new Tolerant(folder(40, 3, 5), policy);
      IntStream.range(0, 80).parallel().forEach(i -> source.read(i % 40, Reduction.NONE));
      assertThat(policy.count()).isEqualTo(2);
    }
    assertThat(Files.readAllLines(list))
        .containsExactlyInAnyOrder(
            "a/003.png\tthe file is empty (0 bytes)", "a/005.png\tthe file is empty (0 bytes)");
  }

  @Test
  void overTheBudgetAnErrorSaysHowManyAndWhich() throws Exception {
    Path list = root.resolve("bad.tsv");
    BadImages policy = new BadImages(0.05, list);
    Tolerant source = new Tolerant(folder(40, 10, 20, 30), policy);
    source.read(10, Reduction.NONE);
    source.read(20, Reduction.NONE); // 2 of 40 are just 5 %
    assertThatThrownBy(() -> source.read(30, Reduction.NONE))
        .isInstanceOf(TooManyBadImagesException.class)
        .hasMessageContaining("3 of 40 images can't be read; at most 5 % may be bad")
        .hasMessageContaining("a/010.png: the file is empty")
        .hasMessageContaining(list.toString())
        .hasMessageContaining("Repair or remove them")
        .asInstanceOf(InstanceOfAssertFactories.type(TooManyBadImagesException.class))
        .returns(Remedy.MORE_BAD_IMAGES, TooManyBadImagesException::remedy)
        .returns("0.08", TooManyBadImagesException::subject);
  }

  @Test
  void theFirstOneTooManyNamesThemAll() throws Exception {
    Path list = root.resolve("bad.tsv");
    int[] bad = IntStream.range(5, 30).toArray();
    BadImages policy = new BadImages(0, list);
    Tolerant source = new Tolerant(folder(40, bad), policy);
    assertThatThrownBy(() -> source.read(12, Reduction.NONE))
        .isInstanceOf(TooManyBadImagesException.class)
        .hasMessageContaining("25 of 40 images can't be read")
        .hasMessageContaining("a/012.png: the file is empty")
        .hasMessageContaining("a/005.png: the file is empty")
        .hasMessageNotContaining("b/029.png");
    assertThat(policy.count()).isEqualTo(25);
    assertThat(policy.first()).hasSize(20);
    assertThat(Files.readAllLines(list)).hasSize(25).anyMatch(l -> l.startsWith("b/029.png\t"));
    assertThat(policy.table().lines()).containsExactlyElementsOf(Files.readAllLines(list));
  }

  @Test
  void aLongStretchOfBadImagesIsPassed() throws Exception {
    List<Integer> told = new CopyOnWriteArrayList<>();
    BadImages policy = new BadImages(1, null, told::add);
    Tolerant source = new Tolerant(folder(40, IntStream.range(1, 40).toArray()), policy);
    for (int i = 0; i < 40; i++) {
      assertThat(source.read(i, Reduction.NONE).rgb()).startsWith(0, 0, 0);
      assertThat(source.resolved(i)).isZero();
    }
    assertThat(told).containsExactlyElementsOf(IntStream.rangeClosed(1, 39).boxed().toList());
  }

  @Test
  void aSetWithNothingGoodEndsInAnError() throws Exception {
    Tolerant source = new Tolerant(folder(3, 0, 1, 2), new BadImages(1, null));
    assertThatThrownBy(() -> source.read(0, Reduction.NONE))
        .isInstanceOf(TooManyBadImagesException.class)
        .hasMessageContaining("3 of 3 images can't be read.")
        .hasMessageNotContaining("allow more");
  }

  @Test
  void theListOfBadImagesCannotBeForgedByNames() {
    Path list = root.resolve("bad.tsv");
    BadImages policy = new BadImages(1, list);
    policy.add(new BadImageException("a\nb\tc\u001B[31m.png", "why", null), 10);
    assertThat(list).content().isEqualTo("a?b?c?[31m.png\twhy\n");
  }

  @Test
  void wrongPathsAndKindsAreExplained() throws Exception {
    assertRefused(root.resolve("no/such"), Kind.AUTO, root + " exists");
    assertRefused(root, Kind.AUTO, "found nothing at all");
    write(root.resolve("x.zip"), new byte[1]);
    assertRefused(root, Kind.AUTO, "found 1 .zip");
    assertRefused(root.resolve("x.zip"), Kind.AUTO, "unpack it");
    assertRefused(root.resolve("x.zip"), Kind.FOLDER, "kind=folder expects a folder");
    assertRefused(root, Kind.MANIFEST, "kind=manifest expects a file");
    assertRefused(root, Kind.TAR, "No .tar files");
    assertRefused(root, Kind.IDX, "No IDX images");
    assertRefused(root, Kind.CIFAR100, "No CIFAR-100");
    write(root.resolve("data_batch_1.bin"), new byte[1]);
    assertRefused(root.resolve("data_batch_1.bin"), Kind.AUTO, "Give the folder");
  }

  private void assertRefused(Path path, Kind kind, String why) {
    assertThatThrownBy(() -> ImageSources.open(path, SourceOptions.DEFAULT.withKind(kind)))
        .isInstanceOf(ImageSetException.class)
        .hasMessageContaining(why);
  }

  /**
   * {@code n} images whose red is their position, in classes a and b; those in {@code bad} empty.
   */
  private ImageSource folder(int n, int... bad) throws IOException {
    Path folder = root.resolve("set" + n + Arrays.toString(bad));
    for (int i = 0; i < n; i++) {
      int position = i;
      String name = String.format(Locale.ROOT, "%03d.png", i);
      boolean empty = Arrays.stream(bad).anyMatch(b -> b == position);
      write(
          folder.resolve(i < n / 2 ? "a" : "b").resolve(name), empty ? new byte[0] : png(i, 0, 0));
    }
    return ImageSources.open(folder);
  }
}
