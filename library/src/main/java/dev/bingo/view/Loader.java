package dev.bingo.view;

import dev.bingo.image.BadImageException;
import dev.bingo.image.ImageSource;
import dev.bingo.image.PixelBuffer;
import dev.bingo.image.Pixels;
import dev.bingo.image.Reduction;
import dev.bingo.render.Canvas;
import dev.bingo.render.EvalTransform;
import dev.bingo.render.ViewDraw;
import dev.bingo.torch.Draws;
import dev.bingo.torch.Names;
import dev.bingo.view.View.SeenBy;
import dev.bingo.view.View.Source;
import java.util.List;
import java.util.stream.IntStream;

/**
 * Delivers the views that a method asks for.
 *
 * <p>What comes out is a function of (seed, epoch, sample, view) alone: threads, prefetching and a
 * start in mid-epoch change nothing. Of a sample, the anchor is decoded once and its mate once, at
 * the smallest scale that all their views allow.
 */
public final class Loader {
  // Keys of draws that aren't a view's; views count from 0.
  private static final long MATE = -1;
  private static final long ORDER = -2;

  private final ImageSource source;
  private final List<View> views;
  private final Mates mates;
  private final LoaderOptions options;
  private final Recording recording;
  private final SeenBy leftOut;
  private final Order given;
  private final Crew crew;
  private final int[] ofAnchor;
  private final int[] ofMate;

  /**
   * @param source stays open; its owner closes it
   * @param views in the method's order
   * @param mates chooses bag mates; may be null where no view is of a mate
   * @throws IllegalArgumentException where nothing could be delivered
   */
  public Loader(ImageSource source, List<View> views, Mates mates, LoaderOptions options) {
    this(source, views, mates, options, Recording.NONE, null, null, Crew.all(options.threads()));
  }

  /**
   * A loader of another order than a random one of all images.
   *
   * @param order of an epoch's samples; an image may come more than once, with the same views
   * @throws IllegalArgumentException where nothing could be delivered
   */
  public Loader(ImageSource source, List<View> views, LoaderOptions options, Order order) {
    this(source, views, null, options, Recording.NONE, null, order, Crew.all(options.threads()));
  }

  private Loader(
      ImageSource source,
      List<View> views,
      Mates mates,
      LoaderOptions options,
      Recording recording,
      SeenBy leftOut,
      Order given,
      Crew crew) {
    this.source = source;
    this.views = List.copyOf(views);
    this.mates = mates;
    this.options = options;
    this.recording = recording;
    this.leftOut = leftOut;
    this.given = given;
    this.crew = crew;
    ofAnchor = positions(Source.ANCHOR);
    ofMate = positions(Source.MATE);
    if (views.stream().noneMatch(this::delivered)) {
      throw new IllegalArgumentException("a loader needs at least one view");
    }
    if (ofMate.length > 0 && mates == null) {
      throw new IllegalArgumentException(
          "view '" + views.get(ofMate[0]).name() + "' is of a bag mate, but there are no bags");
    }
    if (batches() == 0) {
      throw new IllegalArgumentException(
          "a batch of "
              + options.batch()
              + " can't be filled from "
              + Names.counted(samples(), "image")
              + "; choose a smaller batch");
    }
  }

  /**
   * The same for a frozen teacher: what the student alone sees is left out. A view that is left out
   * is delivered with a side of 0; all else is as it would be.
   */
  public Loader forTeacher() {
    return new Loader(source, views, mates, options, recording, SeenBy.STUDENT, given, crew);
  }

  /**
   * The same where the teacher's keys are recorded: what it alone sees is left out, its mates and
   * what both see are the recorded epoch's, and so are the batches where they must be. Batches come
   * in another order in every epoch, and the student's own views are drawn anew.
   */
  public Loader replaying(Recording recorded) {
    return recorded.epochs() == 0
        ? this
        : new Loader(source, views, mates, options, recorded, SeenBy.TEACHER, given, crew);
  }

  /** The same with no more threads at work than keep the reader from waiting: beside a GPU. */
  public Loader sparing() {
    Crew few = Crew.sparing(options.threads());
    return new Loader(source, views, mates, options, recording, leftOut, given, few);
  }

  private boolean delivered(View view) {
    return leftOut == null || view.seenBy() != leftOut;
  }

  /**
   * Refuses images that have no label.
   *
   * @param why for the message: who needs them
   * @throws IllegalArgumentException with the first image that has none
   */
  public void requireLabels(String why) {
    long missing = 0;
    String first = "";
    for (int i = 0; i < source.size(); i++) {
      if (source.label(i) < 0) {
        first = missing++ == 0 ? source.id(i) : first;
      }
    }
    if (missing > 0) {
      throw new IllegalArgumentException(
          why
              + " learns from labels, and "
              + missing
              + " of "
              + source.size()
              + " images have none, '"
              + first
              + "' for one; give a folder with a sub-folder for each class, or a manifest with labels");
    }
  }

  /** How it works. */
  public LoaderOptions options() {
    return options;
  }

  /** How many images it draws from. */
  public int images() {
    return source.size();
  }

  /** Batches of an epoch. */
  public int batches() {
    int full = samples() / options.batch();
    boolean rest = samples() % options.batch() > 0;
    return full + (rest && !options.dropLast() ? 1 : 0);
  }

  private int samples() {
    return given == null ? source.size() : given.size();
  }

  /**
   * Starts an epoch.
   *
   * @param epoch from 0; another gives another order and other views
   * @param startBatch the first batch to deliver, to go on in mid-epoch
   */
  public Epoch epoch(int epoch, int startBatch) {
    if (startBatch < 0 || startBatch > batches()) {
      throw new IllegalArgumentException(
          "expected a start batch of 0 to " + batches() + ", got " + startBatch);
    }
    return new Epoch(
        order(epoch),
        options.batch(),
        startBatch,
        batches(),
        views.stream().mapToInt(v -> delivered(v) ? v.size() : 0).toArray(),
        options.threads(),
        options.prefetch(),
        crew,
        (index, slot, row, canvas, buffer) -> sample(epoch, index, slot, row, canvas, buffer));
  }

  private int[] order(int epoch) {
    if (given != null) {
      return given.of(epoch);
    }
    Draws draws = Draws.of(options.seed(), epoch, ORDER);
    int recorded = recording.of(epoch);
    if (recorded == epoch || !recording.sameBatches()) {
      return draws.permutation(source.size());
    }
    int[] order = Draws.of(options.seed(), recorded, ORDER).permutation(source.size());
    int batch = options.batch();
    int[] batches = draws.permutation(source.size() / batch);
    // What no batch is full of stays at the end.
    int[] shuffled = order.clone();
    for (int b = 0; b < batches.length; b++) {
      System.arraycopy(order, batches[b] * batch, shuffled, b * batch, batch);
    }
    return shuffled;
  }

  /**
   * All images in order, one view each, the last partial batch kept: for embedding. See {@link
   * Batch#own}.
   *
   * @param threads that decode and render
   */
  public static Epoch sequential(
      ImageSource source, EvalTransform transform, int batch, int threads) {
    LoaderOptions options = new LoaderOptions(batch, 0, threads, 2, false);
    return new Epoch(
        IntStream.range(0, source.size()).toArray(),
        options.batch(),
        0,
        (int) ((source.size() + options.batch() - 1L) / options.batch()),
        new int[] {transform.size()},
        options.threads(),
        options.prefetch(),
        Crew.all(threads),
        (index, slot, row, canvas, buffer) -> {
          Pixels pixels = source.read(index, Reduction.NONE, buffer);
          label(source, index, slot, row);
          slot.put(0, row, canvas.render(pixels, transform));
        });
  }

  private void sample(int epoch, int anchor, Slot slot, int row, Canvas canvas, PixelBuffer buffer)
      throws BadImageException {
    render(epoch, anchor, anchor, ofAnchor, slot, row, canvas, buffer);
    label(source, anchor, slot, row);
    if (ofMate.length > 0) {
      Draws draws = Draws.of(options.seed(), recording.of(epoch), anchor, MATE);
      int mate = mates.mate(anchor, draws);
      slot.mate(row, mate);
      render(epoch, anchor, mate, ofMate, slot, row, canvas, buffer);
    }
  }

  /** After the pixels were read: where they are another image's, so is the label. */
  private static void label(ImageSource source, int index, Slot slot, int row) {
    int shown = source.resolved(index);
    slot.label(row, index, shown, shown < 0 ? ImageSource.UNLABELLED : source.label(shown));
  }

  /** Decodes one image and renders the views that are of it. */
  private void render(
      int epoch,
      int anchor,
      int image,
      int[] positions,
      Slot slot,
      int row,
      Canvas canvas,
      PixelBuffer buffer)
      throws BadImageException {
    int[] delivered = IntStream.of(positions).filter(v -> delivered(views.get(v))).toArray();
    if (delivered.length == 0) {
      return;
    }
    // Of all views, those left out too: recorded pixels are the same as those beside the student.
    Pixels pixels =
        source.read(
            image, (width, height) -> divisor(epoch, anchor, positions, width, height), buffer);
    for (int v : delivered) {
      ViewDraw draw = draw(epoch, anchor, v, pixels.fullWidth(), pixels.fullHeight());
      slot.put(v, row, canvas.render(pixels, draw, views.get(v).size()));
    }
  }

  private int divisor(int epoch, int anchor, int[] positions, int width, int height) {
    int divisor = 8;
    for (int v : positions) {
      ViewDraw draw = draw(epoch, anchor, v, width, height);
      divisor = Math.min(divisor, draw.divisor(views.get(v).size()));
    }
    return divisor;
  }

  private ViewDraw draw(int epoch, int anchor, int v, int width, int height) {
    View view = views.get(v);
    int drawn = view.hasKeys() ? recording.of(epoch) : epoch;
    Draws draws = Draws.of(options.seed(), drawn, anchor, v);
    return view.augmentation(drawn).draw(width, height, draws);
  }

  private int[] positions(Source wanted) {
    return IntStream.range(0, views.size()).filter(v -> views.get(v).source() == wanted).toArray();
  }
}
