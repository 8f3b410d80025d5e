package dev.bingo.view;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.bingo.image.BadImageException;
import dev.bingo.image.BadImages;
import dev.bingo.image.ImageSource;
import dev.bingo.image.Pixels;
import dev.bingo.image.Reduction;
import dev.bingo.image.Tolerant;
import dev.bingo.image.TooManyBadImagesException;
import dev.bingo.render.Canvas;
import dev.bingo.render.CropBox;
import dev.bingo.render.EvalTransform;
import dev.bingo.render.Filter;
import dev.bingo.render.ViewDraw;
import dev.bingo.torch.Engine;
import dev.bingo.torch.Tensors;
import dev.bingo.view.View.SeenBy;
import dev.bingo.view.View.Source;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Device;
import org.bytedeco.pytorch.Tensor;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

class LoaderTest {
  private static final int IMAGES = 23;
  private static final Augmentation NONE = new Augmentation(1, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0);
  private static final List<View> VIEWS =
      List.of(
          new View("a1", Source.ANCHOR, Augmentation.MOCO2, 16),
          new View("p1", Source.MATE, Augmentation.SIMCLR, 12),
          new View("p2", Source.MATE, Augmentation.SIMCLR, 16));
  private static final Mates MATES = (anchor, draws) -> (anchor + 1 + draws.below(3)) % IMAGES;

  @BeforeAll
  static void startEngine() {
    Engine.start();
  }

  @Test
  void threadsAndPrefetchChangeNothing() {
    List<byte[]> one = all(VIEWS, options(1, 1), 0);
    assertThat(one).hasSize(IMAGES / 4 * VIEWS.size());
    assertThat(all(VIEWS, options(3, 1), 0)).containsExactlyElementsOf(one);
    assertThat(all(VIEWS, options(3, 4), 0)).containsExactlyElementsOf(one);
  }

  @Test
  void aSparingLoaderDeliversTheSame() {
    Loader loader = new Loader(new Shades(), VIEWS, MATES, options(4, 2));
    assertThat(all(loader.sparing(), 0)).containsExactlyElementsOf(all(loader, 0));
  }

  @Test
  void anEpochMayStartInTheMiddle() {
    List<byte[]> whole = all(VIEWS, options(2, 2), 0);
    List<byte[]> rest = all(VIEWS, options(2, 2), 3);
    assertThat(rest).containsExactlyElementsOf(whole.subList(3 * VIEWS.size(), whole.size()));
  }

  @Test
  void anotherEpochHasAnotherOrderAndOtherViews() {
    Loader loader = new Loader(new Shades(), VIEWS, MATES, options(1, 1));
    try (Epoch first = loader.epoch(0, 0);
        Epoch second = loader.epoch(1, 0);
        var scope = new PointerScope()) {
      Batch a = first.next();
      Batch b = second.next();
      assertThat(a.indices()).isNotEqualTo(b.indices());
      assertThat(bytes(a.views().get(0))).isNotEqualTo(bytes(b.views().get(0)));
    }
  }

  @Test
  void cropsOfDifferentSizesComeInTheirOrder() {
    List<View> views = new ArrayList<>();
    for (int v = 0; v < 6; v++) {
      views.add(new View("crop" + v, Source.ANCHOR, Augmentation.SWAV, v < 2 ? 28 : 16));
    }
    Loader loader = new Loader(new Shades(), views, null, options(2, 2));
    try (Epoch epoch = loader.epoch(0, 0);
        var scope = new PointerScope()) {
      Batch batch = epoch.next();
      for (int v = 0; v < 6; v++) {
        long side = v < 2 ? 28 : 16;
        Tensor view = batch.views().get(v);
        assertThat(view.sizes().vec().get()).containsExactly(batch.size(), side, side, 3);
        assertThat(Normalisation.HALF.apply(view, new Device("cpu")).sizes().vec().get())
            .containsExactly(batch.size(), 3, side, side);
      }
      assertThat(bytes(batch.views().get(2))).isNotEqualTo(bytes(batch.views().get(3)));
    }
  }

  @Test
  void theFirstEpochsMayHaveAnotherAugmentation() {
    List<View> early = List.of(new View("v", Source.ANCHOR, NONE, 16, Augmentation.SIMCLR, 1));
    List<View> strong = List.of(new View("v", Source.ANCHOR, Augmentation.SIMCLR, 16));
    List<View> plain = List.of(new View("v", Source.ANCHOR, NONE, 16));
    for (int e = 0; e < 2; e++) {
      assertThat(epochOf(early, e)).containsExactlyElementsOf(epochOf(e < 1 ? strong : plain, e));
    }
  }

  private static final List<View> TAUGHT =
      List.of(
          new View("a1", Source.ANCHOR, Augmentation.SIMCLR, 16),
          new View("a2", Source.ANCHOR, Augmentation.SIMCLR, 16).seenBy(SeenBy.TEACHER),
          new View("both", Source.ANCHOR, Augmentation.SIMCLR, 16).seenBy(SeenBy.BOTH),
          new View("p1", Source.MATE, Augmentation.SIMCLR, 16));

  /** A row of a batch: mate, and the pixels of each view. */
  private record Sample(long mate, List<String> views) {}

  /** The batches of an epoch: by anchor, in their order. */
  private static List<Map<Long, Sample>> batches(Loader loader, int epoch, int start) {
    List<Map<Long, Sample>> all = new ArrayList<>();
    try (Epoch batches = loader.epoch(epoch, start);
        var scope = new PointerScope()) {
      while (batches.hasNext()) {
        Batch batch = batches.next();
        Map<Long, Sample> samples = new LinkedHashMap<>();
        for (int i = 0; i < batch.size(); i++) {
          int row = i;
          List<String> views =
              batch.views().stream()
                  .map(v -> HexFormat.of().formatHex(bytes(v.narrow(0, row, 1).contiguous())))
                  .toList();
          samples.put(batch.indices()[i], new Sample(batch.mates()[i], views));
        }
        all.add(samples);
      }
    }
    return all;
  }

  private static Loader taught() {
    return new Loader(new Shades(), TAUGHT, MATES, options(2, 2));
  }

  @Test
  void whatOnlyTheTeacherOrOnlyTheStudentSeesCanBeLeftOut() {
    List<Map<Long, Sample>> whole = batches(taught(), 1, 0);
    List<Map<Long, Sample>> teachers = batches(taught().forTeacher(), 1, 0);
    List<Map<Long, Sample>> students = batches(taught().replaying(new Recording(2, true)), 1, 0);
    for (int b = 0; b < whole.size(); b++) {
      assertThat(teachers.get(b).keySet()).containsExactlyElementsOf(whole.get(b).keySet());
      assertThat(students.get(b).keySet()).containsExactlyElementsOf(whole.get(b).keySet());
      for (var sample : whole.get(b).entrySet()) {
        List<String> views = sample.getValue().views();
        assertThat(teachers.get(b).get(sample.getKey()).views())
            .containsExactly("", views.get(1), views.get(2), "");
        Sample student = students.get(b).get(sample.getKey());
        assertThat(student.mate()).isEqualTo(sample.getValue().mate());
        assertThat(student.views()).containsExactly(views.get(0), "", views.get(2), views.get(3));
      }
    }
  }

  @Test
  void laterEpochsHaveTheRecordedBatchesInAnotherOrderWithFreshViews() {
    Loader loader = taught().replaying(new Recording(2, true));
    List<Map<Long, Sample>> recorded = batches(loader, 1, 0);
    List<Map<Long, Sample>> later = batches(loader, 3, 0);
    assertThat(sets(later)).isNotEqualTo(sets(recorded)).hasSameElementsAs(sets(recorded));
    assertThat(sets(batches(loader, 5, 0))).isNotEqualTo(sets(later));
    Map<Long, Sample> before = new HashMap<>();
    recorded.forEach(before::putAll);
    int fresh = 0;
    for (Map<Long, Sample> batch : later) {
      for (var sample : batch.entrySet()) {
        Sample now = sample.getValue();
        Sample then = before.get(sample.getKey());
        assertThat(now.mate()).isEqualTo(then.mate());
        assertThat(now.views().get(2)).isEqualTo(then.views().get(2));
        fresh += now.views().get(0).equals(then.views().get(0)) ? 0 : 1;
        fresh += now.views().get(3).equals(then.views().get(3)) ? 0 : 1;
      }
    }
    // A dark image may look the same in two views.
    assertThat(fresh).isGreaterThan(before.size());
    assertThat(batches(loader, 3, 2)).isEqualTo(later.subList(2, later.size()));
  }

  @Test
  void keysThatHoldBesideAnyImagesLetEveryEpochHaveAnOrderOfItsOwn() {
    Loader loader = taught().replaying(new Recording(1, false));
    List<Map<Long, Sample>> later = batches(loader, 3, 0);
    assertThat(sets(later)).isEqualTo(sets(batches(taught(), 3, 0)));
    Map<Long, Sample> before = new HashMap<>();
    batches(loader, 0, 0).forEach(before::putAll);
    Map<Long, Sample> after = new HashMap<>();
    later.forEach(after::putAll);
    after.keySet().retainAll(before.keySet());
    assertThat(after)
        .isNotEmpty()
        .allSatisfy((anchor, s) -> assertThat(s.mate()).isEqualTo(before.get(anchor).mate()));
  }

  private static List<Set<Long>> sets(List<Map<Long, Sample>> batches) {
    return batches.stream().map(Map::keySet).toList();
  }

  private static List<byte[]> epochOf(List<View> views, int epoch) {
    List<byte[]> all = new ArrayList<>();
    Loader loader = new Loader(new Shades(), views, null, options(1, 1));
    try (Epoch batches = loader.epoch(epoch, 0);
        var scope = new PointerScope()) {
      while (batches.hasNext()) {
        all.add(bytes(batches.next().views().get(0)));
      }
    }
    return all;
  }

  @Test
  void everyImageComesOnceWithItsLabelAndItsMate() {
    List<View> views =
        List.of(
            new View("anchor", Source.ANCHOR, NONE, 8),
            new View("mate", Source.MATE, NONE, 8),
            new View("again", Source.MATE, NONE, 8));
    LoaderOptions options = new LoaderOptions(4, 11, 2, 2, false);
    List<Long> seen = new ArrayList<>();
    Loader loader = new Loader(new Shades(), views, MATES, options);
    assertThat(loader.batches()).isEqualTo(6);
    try (Epoch epoch = loader.epoch(0, 0)) {
      while (epoch.hasNext()) {
        try (var scope = new PointerScope()) {
          Batch batch = epoch.next();
          long[] labels = Tensors.toLongs(batch.labels());
          assertThat(batch.views().get(0).size(0)).isEqualTo(batch.size());
          for (int i = 0; i < batch.size(); i++) {
            int index = (int) batch.indices()[i];
            seen.add((long) index);
            assertThat(labels[i]).isEqualTo(index % 3);
            assertThat(pixel(batch, 0, i)).isEqualTo(index);
            assertThat((pixel(batch, 1, i) - index + IMAGES) % IMAGES).isBetween(1, 3);
            assertThat(pixel(batch, 2, i)).isEqualTo(pixel(batch, 1, i));
          }
        }
      }
    }
    assertThat(seen).hasSize(IMAGES).doesNotHaveDuplicates();
  }

  @Test
  void anImageIsDecodedOncePerSampleAndAsSmallAsItsViewsAllow() {
    Set<Integer> divisors = ConcurrentHashMap.newKeySet();
    int[] reads = new int[1];
    ImageSource counting =
        new Shades() {
          @Override
          public synchronized Pixels read(int i, Reduction reduction) throws BadImageException {
            reads[0]++;
            divisors.add(reduction.divisor(64, 96));
            return super.read(i, Reduction.NONE);
          }
        };
    List<View> views =
        List.of(
            new View("small", Source.ANCHOR, NONE, 8), new View("large", Source.ANCHOR, NONE, 24));
    Loader loader = new Loader(counting, views, null, options(2, 1));
    try (Epoch epoch = loader.epoch(0, 0)) {
      drain(epoch);
    }
    assertThat(reads[0]).isEqualTo(IMAGES / 4 * 4);
    // At most 64 / 24, and the whole image at that.
    assertThat(divisors).containsExactly(2);
  }

  @Test
  void aShrunkImageGivesTheSameRegion() {
    Pixels full = gradient(96, 64, 96, 64);
    Pixels half = gradient(48, 32, 96, 64);
    ViewDraw draw =
        new ViewDraw(new CropBox(9, 31, 40, 52), List.of(), 1, 1, 1, 0, false, 0, false, false);
    byte[] expected = Arrays.copyOf(new Canvas().render(full, draw, 16), 16 * 16 * 3);
    byte[] actual = new Canvas().render(half, draw, 16);
    for (int i = 0; i < expected.length; i++) {
      assertThat(actual[i] & 0xFF).isBetween((expected[i] & 0xFF) - 2, (expected[i] & 0xFF) + 2);
    }
  }

  @Test
  void aBadImageStopsTheReaderAtItsBatchWithTheCause() {
    try (Epoch epoch = Loader.sequential(withBad(), EvalTransform.of(16), 4, 3);
        var scope = new PointerScope()) {
      assertThat(epoch.next().indices()).containsExactly(0, 1, 2, 3);
      assertThat(epoch.next().indices()).containsExactly(4, 5, 6, 7);
      for (int again = 0; again < 2; again++) {
        assertThatThrownBy(epoch::next)
            .isInstanceOf(LoaderException.class)
            .hasMessageContaining("nine.png")
            .hasCauseInstanceOf(BadImageException.class);
      }
    }
  }

  @Test
  void aReplacedImageBringsItsOwnLabel() {
    Tolerant source = new Tolerant(withBad(), new BadImages(0.1, null));
    List<View> views = List.of(new View("a", Source.ANCHOR, NONE, 20));
    LoaderOptions whole = new LoaderOptions(IMAGES, 7, 2, 1, false);
    try (Epoch epoch = new Loader(source, views, null, whole).epoch(0, 0);
        var scope = new PointerScope()) {
      int replaced = 0;
      while (epoch.hasNext()) {
        Batch batch = epoch.next();
        long[] labels = Tensors.toLongs(batch.labels());
        for (int row = 0; row < batch.size(); row++) {
          int shown = pixel(batch, 0, row);
          assertThat(batch.shown()[row]).isEqualTo(shown);
          assertThat(labels[row]).isEqualTo(shown % 3);
          replaced += batch.indices()[row] == 9 ? 1 : 0;
          assertThat(shown).isEqualTo(batch.indices()[row] == 9 ? 10 : (int) batch.indices()[row]);
        }
      }
      assertThat(replaced).isEqualTo(1);
    }
    try (Epoch epoch = Loader.sequential(source, EvalTransform.of(16), 12, 2);
        var scope = new PointerScope()) {
      assertThat(epoch.next().own()).containsExactly(0, 1, 2, 3, 4, 5, 6, 7, 8, 10, 11);
      assertThat(epoch.next().own()).hasSize(11);
    }
  }

  @Test
  void tooManyBadImagesAreTheSetsFaultAndNotTheLoaders() {
    Tolerant source = new Tolerant(withBad(), new BadImages(0, null));
    try (Epoch epoch = Loader.sequential(source, EvalTransform.of(16), 4, 3)) {
      assertThatThrownBy(
              () -> {
                while (epoch.hasNext()) {
                  epoch.next();
                }
              })
          .isInstanceOf(TooManyBadImagesException.class)
          .hasMessageContaining("nine.png: not an image");
    }
  }

  @Test
  void anErrorInALoaderThreadReachesTheReader() {
    Mates broken =
        (anchor, draws) -> {
          throw new StackOverflowError();
        };
    try (Epoch epoch = new Loader(new Shades(), VIEWS, broken, options(2, 1)).epoch(0, 0)) {
      assertThatThrownBy(epoch::next).hasCauseInstanceOf(StackOverflowError.class);
    }
  }

  @Test
  @Timeout(30)
  void aLoaderThreadThatDiesEndsTheEpochAndDoesNotHang() {
    class Unspeakable extends Error {
      private static final long serialVersionUID = 1L;

      @Override
      public String getMessage() {
        throw new IllegalStateException("even its message fails");
      }
    }
    Mates deadly =
        (anchor, draws) -> {
          throw new Unspeakable();
        };
    for (int threads = 1; threads < 4; threads++) {
      try (Epoch epoch = new Loader(new Shades(), VIEWS, deadly, options(threads, 1)).epoch(0, 0)) {
        assertThatThrownBy(epoch::next)
            .isInstanceOf(LoaderException.class)
            .hasMessageContaining("a loader thread died");
      }
    }
  }

  @Test
  void closingEndsTheThreadsInMidEpoch() {
    Epoch epoch = new Loader(new Shades(), VIEWS, MATES, options(3, 1)).epoch(0, 0);
    List<Thread> threads = List.copyOf(epoch.threads());
    try (var scope = new PointerScope()) {
      epoch.next();
    }
    epoch.close();
    epoch.close();
    assertThat(threads).hasSize(3).noneMatch(Thread::isAlive);
    assertThatThrownBy(epoch::next).isInstanceOf(IllegalStateException.class);
  }

  @Test
  void aBatchOutlivesItsEpoch() {
    try (var scope = new PointerScope()) {
      Batch batch;
      byte[] before;
      try (Epoch epoch = Loader.sequential(new Shades(), EvalTransform.of(16), IMAGES, 2)) {
        batch = epoch.next();
        before = bytes(batch.views().get(0));
      }
      assertThat(bytes(batch.views().get(0))).isEqualTo(before);
    }
  }

  @Test
  void sequentialKeepsTheOrderAndTheRest() {
    List<Long> seen = new ArrayList<>();
    try (Epoch epoch = Loader.sequential(new Shades(), EvalTransform.of(16), 5, 3)) {
      assertThat(epoch.batches()).isEqualTo(5);
      while (epoch.hasNext()) {
        try (var scope = new PointerScope()) {
          Batch batch = epoch.next();
          for (int i = 0; i < batch.size(); i++) {
            seen.add(batch.indices()[i]);
            assertThat((long) pixel(batch, 0, i)).isEqualTo(batch.indices()[i]);
          }
        }
      }
    }
    assertThat(seen).hasSize(IMAGES).isSorted();
  }

  @Test
  void whatCannotWorkIsRefusedAtTheStart() {
    assertThatThrownBy(() -> new Loader(new Shades(), VIEWS, null, options(1, 1)))
        .hasMessageContaining("'p1'")
        .hasMessageContaining("bags");
    LoaderOptions large = new LoaderOptions(24, 0, 1, 1, true);
    assertThatThrownBy(() -> new Loader(new Shades(), VIEWS, MATES, large))
        .hasMessageContaining("24")
        .hasMessageContaining("23");
    assertThatThrownBy(() -> new LoaderOptions(4, 0, 0, 1, true)).hasMessageContaining("threads");
  }

  @Test
  void smallImagesAreTakenAsTheyAre() {
    Pixels image = gradient(32, 32, 32, 32);
    assertThat(Arrays.copyOf(new Canvas().render(image, EvalTransform.of(32)), 32 * 32 * 3))
        .isEqualTo(image.rgb());
    assertThat(EvalTransform.of(224)).isEqualTo(new EvalTransform(256, 224, Filter.BILINEAR));
  }

  private static LoaderOptions options(int threads, int prefetch) {
    return new LoaderOptions(4, 11, threads, prefetch, true);
  }

  private static List<byte[]> all(List<View> views, LoaderOptions options, int start) {
    return all(new Loader(new Shades(), views, MATES, options), start);
  }

  private static List<byte[]> all(Loader loader, int start) {
    List<byte[]> bytes = new ArrayList<>();
    try (Epoch epoch = loader.epoch(2, start)) {
      while (epoch.hasNext()) {
        try (var scope = new PointerScope()) {
          epoch.next().views().forEach(v -> bytes.add(bytes(v)));
        }
      }
    }
    return bytes;
  }

  private static void drain(Epoch epoch) {
    while (epoch.hasNext()) {
      try (var scope = new PointerScope()) {
        epoch.next();
      }
    }
  }

  private static byte[] bytes(Tensor t) {
    byte[] values = new byte[(int) t.numel()];
    if (values.length > 0) {
      new BytePointer(t.data_ptr()).get(values);
    }
    return values;
  }

  private static int pixel(Batch batch, int view, int row) {
    return bytes(batch.views().get(view).select(0, row))[0] & 0xFF;
  }

  private static Pixels gradient(int width, int height, int fullWidth, int fullHeight) {
    byte[] rgb = new byte[width * height * 3];
    for (int i = 0; i < rgb.length; i++) {
      int column = i / 3 % width;
      int row = i / 3 / width;
      double x = (column + .5) / width;
      double y = (row + .5) / height;
      rgb[i] = (byte) Math.round(i % 3 == 0 ? 255 * x : i % 3 == 1 ? 255 * y : 127 * (x + y));
    }
    return new Pixels(width, height, fullWidth, fullHeight, rgb);
  }

  /** The ninth is bad. */
  private static ImageSource withBad() {
    return new Shades() {
      @Override
      public Pixels read(int i, Reduction reduction) throws BadImageException {
        if (i == 9) {
          throw new BadImageException("nine.png", "not an image", null);
        }
        return super.read(i, reduction);
      }
    };
  }

  /** Images of one shade each, their own number. */
  private static class Shades implements ImageSource {
    @Override
    public int size() {
      return IMAGES;
    }

    @Override
    public String id(int i) {
      return "shade " + i;
    }

    @Override
    public int label(int i) {
      return i % 3;
    }

    @Override
    public List<String> classes() {
      return List.of("a", "b", "c");
    }

    @Override
    public Pixels read(int i, Reduction reduction) throws BadImageException {
      byte[] rgb = new byte[20 * 20 * 3];
      Arrays.fill(rgb, (byte) i);
      return new Pixels(20, 20, rgb);
    }

    @Override
    public String fingerprint() {
      return "0".repeat(64);
    }

    @Override
    public String describe() {
      return "shades";
    }
  }
}
