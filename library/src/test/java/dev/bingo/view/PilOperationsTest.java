package dev.bingo.view;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.bingo.Golden;
import dev.bingo.image.Pixels;
import dev.bingo.torch.Tensors;
import java.util.List;
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
      byte[] rgb = image.rgb().clone();
      new Colours().brightness(rgb, rgb.length, number(name));
      assertSame(name, rgb);
    }
  }

  @Test
  void contrast() {
    for (String name : names("contrast_")) {
      byte[] rgb = image.rgb().clone();
      new Colours().contrast(rgb, rgb.length, number(name));
      assertSame(name, rgb);
    }
  }

  @Test
  void saturation() {
    for (String name : names("saturation_")) {
      byte[] rgb = image.rgb().clone();
      new Colours().saturation(rgb, rgb.length, number(name));
      assertSame(name, rgb);
    }
  }

  @Test
  void hue() {
    for (String name : names("hue_")) {
      byte[] rgb = image.rgb().clone();
      Hue.shift(rgb, rgb.length, number(name));
      assertSame(name, rgb);
    }
  }

  @Test
  void blur() {
    for (String name : names("gaussian_blur_")) {
      byte[] rgb = image.rgb().clone();
      new Blur().apply(rgb, image.width(), image.height(), number(name));
      assertSame(name, rgb);
    }
  }

  @Test
  void jitterInTheOrderGiven() {
    byte[] rgb = image.rgb().clone();
    Matcher steps =
        Pattern.compile("(brightness|contrast|saturation|hue) (-?[0-9.]*[0-9])")
            .matcher(doc("jitter_chain"));
    int done = 0;
    for (; steps.find(); done++) {
      double value = Double.parseDouble(steps.group(2));
      switch (steps.group(1)) {
        case "brightness" -> new Colours().brightness(rgb, rgb.length, value);
        case "contrast" -> new Colours().contrast(rgb, rgb.length, value);
        case "saturation" -> new Colours().saturation(rgb, rgb.length, value);
        default -> Hue.shift(rgb, rgb.length, value);
      }
    }
    assertThat(done).isPositive();
    assertSame("jitter_chain", rgb);
  }

  @Test
  void greyscale() {
    byte[] rgb = image.rgb().clone();
    Colours.grey(rgb, rgb.length);
    assertSame("grayscale", rgb);
  }

  @Test
  void solarise() {
    byte[] rgb = image.rgb().clone();
    new Colours().solarise(rgb, rgb.length);
    assertSame("solarize_128", rgb);
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
            List.of(
                ViewDraw.Colour.HUE,
                ViewDraw.Colour.CONTRAST,
                ViewDraw.Colour.BRIGHTNESS,
                ViewDraw.Colour.SATURATION),
            1.3,
            .7,
            1.2,
            -.08,
            false,
            1.1,
            true,
            true);
    int size = 24;
    byte[] rgb = resize(Filter.BILINEAR, draw.crop(), size, size, false);
    Hue.shift(rgb, rgb.length, draw.hue());
    new Colours().contrast(rgb, rgb.length, draw.contrast());
    new Colours().brightness(rgb, rgb.length, draw.brightness());
    new Colours().saturation(rgb, rgb.length, draw.saturation());
    new Blur().apply(rgb, size, size, draw.sigma());
    new Colours().solarise(rgb, rgb.length);
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
    byte[] out = new byte[height * width * 3];
    resampler.run(image, flip, out);
    return out;
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
