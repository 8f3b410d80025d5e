package dev.bingo.render;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.bingo.Golden;
import dev.bingo.image.Pixels;
import dev.bingo.render.ViewDraw.Colour;
import dev.bingo.torch.Tensors;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Spliterators;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.StreamSupport;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.pytorch.Tensor;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Every operation at fixed parameters, byte for byte what PIL and torchvision make. */
class PilOperationsTest {
  private static Golden ops;
  private static Pixels image;

  @BeforeAll
  static void load() {
    ops = Golden.load("14-augmentations/ops");
    Tensor t = ops.tensor("image");
    image = new Pixels((int) t.size(1), (int) t.size(0), bytes(t));
  }

  @Test
  void cropAndResize() {
    long[] boxes = Tensors.toLongs(ops.tensor("crop_boxes"));
    for (int i = 0; i < boxes.length / 6; i++) {
      int at = i * 6;
      byte[] out =
          resize(
              Filter.BILINEAR,
              new CropBox(
                  (int) boxes[at], (int) boxes[at + 1], (int) boxes[at + 2], (int) boxes[at + 3]),
              (int) boxes[at + 4],
              (int) boxes[at + 5],
              false);
      assertSame("crop_resize_" + i, out);
    }
  }

  @Test
  void resize() {
    int done = 0;
    for (String name : names("resize_bi")) {
      Tensor t = ops.tensor(name);
      Filter filter = name.contains("bicubic") ? Filter.BICUBIC : Filter.BILINEAR;
      assertSame(name, resize(filter, whole(), (int) t.size(0), (int) t.size(1), false));
      done++;
    }
    assertThat(done).isPositive();
  }

  @Test
  void shortSideAndCentre() {
    Tensor resized = ops.tensor("resize_short_side");
    int shorter = (int) Math.min(resized.size(0), resized.size(1));
    int size = (int) ops.tensor("resize_center_crop").size(0);
    EvalTransform transform = new EvalTransform(shorter, size, Filter.BILINEAR);
    assertThat(transform.height(image.width(), image.height())).isEqualTo((int) resized.size(0));
    assertThat(transform.width(image.width(), image.height())).isEqualTo((int) resized.size(1));
    assertSame(
        "resize_short_side",
        resize(Filter.BILINEAR, whole(), (int) resized.size(0), (int) resized.size(1), false));
    assertSame("resize_center_crop", new Canvas().render(image, transform));
  }

  @Test
  void brightness() {
    for (String name : names("brightness_")) {
      assertSame(name, jittered(List.of(Colour.BRIGHTNESS), number(name)));
    }
  }

  @Test
  void contrast() {
    for (String name : names("contrast_")) {
      assertSame(name, jittered(List.of(Colour.CONTRAST), number(name)));
    }
  }

  @Test
  void saturation() {
    for (String name : names("saturation_")) {
      assertSame(name, jittered(List.of(Colour.SATURATION), number(name)));
    }
  }

  @Test
  void hue() {
    for (String name : names("hue_")) {
      assertSame(name, jittered(List.of(Colour.HUE), number(name)));
    }
  }

  @Test
  void blur() {
    for (String name : names("gaussian_blur_")) {
      Planes blurred = planes();
      new Blur().apply(blurred, number(name));
      assertSame(name, stored(blurred));
    }
  }

  @Test
  void jitterInTheOrderGiven() {
    Planes chain = planes();
    Matcher steps =
        Pattern.compile("(brightness|contrast|saturation|hue) (-?[0-9.]*[0-9])")
            .matcher(doc("jitter_chain"));
    List<Colour> order = new ArrayList<>();
    Map<Colour, Double> values = new EnumMap<>(Colour.class);
    while (steps.find()) {
      Colour colour = Colour.valueOf(steps.group(1).toUpperCase(Locale.ROOT));
      order.add(colour);
      values.put(colour, Double.parseDouble(steps.group(2)));
    }
    assertThat(order).isNotEmpty();
    new Jitter()
        .apply(
            chain,
            colours(
                order,
                values.get(Colour.BRIGHTNESS),
                values.get(Colour.CONTRAST),
                values.get(Colour.SATURATION),
                values.get(Colour.HUE),
                false));
    assertSame("jitter_chain", stored(chain));
  }

  @Test
  void greyscale() {
    Planes grey = planes();
    new Jitter().apply(grey, colours(List.of(), 1, 1, 1, 0, true));
    assertSame("grayscale", stored(grey));
  }

  @Test
  void solarise() {
    Planes solarised = planes();
    solarised.solarise();
    assertSame("solarize_128", stored(solarised));
  }

  @Test
  void flip() {
    assertSame("hflip", resize(Filter.BILINEAR, whole(), image.height(), image.width(), true));
  }

  @Test
  void aViewIsTheOperationsOneAfterTheOther() {
    ViewDraw draw =
        new ViewDraw(
            new CropBox(3, 5, 31, 37),
            List.of(Colour.HUE, Colour.CONTRAST, Colour.BRIGHTNESS, Colour.SATURATION),
            1.3,
            .7,
            1.2,
            -.08,
            false,
            1.1,
            true,
            true);
    int size = 24;
    Planes view = planes(size, size, resize(Filter.BILINEAR, draw.crop(), size, size, false));
    for (Colour colour : draw.jitter()) {
      new Jitter()
          .apply(
              view,
              colours(
                  List.of(colour),
                  draw.brightness(),
                  draw.contrast(),
                  draw.saturation(),
                  draw.hue(),
                  false));
    }
    new Blur().apply(view, draw.sigma());
    view.solarise();
    byte[] rgb = stored(view);
    byte[] flipped = new byte[rgb.length];
    for (int i = 0; i < size * size; i++) {
      int mirrored = i / size * size + size - 1 - i % size;
      System.arraycopy(rgb, i * 3, flipped, mirrored * 3, 3);
    }
    assertThat(new Canvas().render(image, draw, size)).isEqualTo(flipped);
  }

  private static byte[] resize(Filter filter, CropBox box, int height, int width, boolean flip) {
    Resampler resampler = new Resampler();
    resampler.across.prepare(filter, box.left(), box.width(), image.width(), width, 0, width);
    resampler.down.prepare(filter, box.top(), box.height(), image.height(), height, 0, height);
    Planes out = new Planes();
    resampler.run(image, flip, out);
    return stored(out);
  }

  private static byte[] jittered(List<Colour> order, double value) {
    Planes planes = planes();
    new Jitter().apply(planes, colours(order, value, value, value, value, false));
    return stored(planes);
  }

  private static ViewDraw colours(
      List<Colour> order,
      double brightness,
      double contrast,
      double saturation,
      double hue,
      boolean grey) {
    return new ViewDraw(
        whole(), order, brightness, contrast, saturation, hue, grey, 0, false, false);
  }

  private static Planes planes() {
    return planes(image.width(), image.height(), image.rgb());
  }

  private static Planes planes(int width, int height, byte[] rgb) {
    Planes planes = new Planes();
    planes.resize(width, height);
    for (int i = 0; i < planes.size(); i++) {
      planes.red[i] = rgb[3 * i] & 0xFF;
      planes.green[i] = rgb[3 * i + 1] & 0xFF;
      planes.blue[i] = rgb[3 * i + 2] & 0xFF;
    }
    return planes;
  }

  private static byte[] stored(Planes planes) {
    byte[] rgb = new byte[3 * planes.size()];
    planes.store(rgb);
    return rgb;
  }

  private static CropBox whole() {
    return new CropBox(0, 0, image.height(), image.width());
  }

  private static List<String> names(String start) {
    List<String> names =
        StreamSupport.stream(
                Spliterators.spliteratorUnknownSize(ops.json().path("tensors").fieldNames(), 0),
                false)
            .filter(n -> n.startsWith(start))
            .toList();
    assertThat(names).as("tensors named %s…", start).isNotEmpty();
    return names;
  }

  private static double number(String name) {
    return Double.parseDouble(name.substring(name.lastIndexOf('_') + 1));
  }

  private static String doc(String name) {
    JsonNode node = ops.json().path("tensors").path(name).path("doc");
    assertThat(node.isTextual()).isTrue();
    return node.asText();
  }

  private static byte[] bytes(Tensor t) {
    byte[] values = new byte[(int) t.numel()];
    new BytePointer(t.data_ptr()).get(values);
    return values;
  }

  private static void assertSame(String name, byte[] actual) {
    assertThat(actual).as(name).isEqualTo(bytes(ops.tensor(name)));
  }
}
