package dev.bingo.image;

import static dev.bingo.image.TestImages.encode;
import static dev.bingo.image.TestImages.gradient;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PixelBufferTest {
  @TempDir Path root;

  @Test
  void readsShareTheMemoryAndGiveTheSamePixels() throws Exception {
    Files.write(root.resolve("a.png"), encode("png", 40, 30));
    Files.write(root.resolve("b.png"), encode("png", 9, 7));
    ImageSource source =
        new Tolerant(Subset.of(ImageSources.open(root), 0, 1), new BadImages(0.1, null));
    PixelBuffer buffer = new PixelBuffer();
    Pixels large = source.read(0, Reduction.NONE, buffer);
    assertThat(large.rgb()).isEqualTo(gradient(40, 30));
    Pixels small = source.read(1, Reduction.NONE, buffer);
    assertThat(small.rgb()).isSameAs(large.rgb()).startsWith(gradient(9, 7));
    assertThat(small.width()).isEqualTo(9);
  }

  @Test
  void readsWithoutOneHaveMemoryOfTheirOwn() throws Exception {
    Files.write(root.resolve("a.png"), encode("png", 9, 7));
    ImageSource source = ImageSources.open(root);
    Pixels first = source.read(0, Reduction.NONE);
    assertThat(first.rgb()).hasSize(9 * 7 * 3).isNotSameAs(source.read(0, Reduction.NONE).rgb());
  }

  @Test
  void anEnormousImagesMemoryIsNotKept() {
    PixelBuffer buffer = new PixelBuffer();
    byte[] small = buffer.atLeast(100);
    buffer.atLeast(100_000_000);
    assertThat(buffer.atLeast(100)).isSameAs(small);
  }

  @Test
  void encodedImagesShareMemoryOutsideTheHeapAndEndAtTheirLimit() {
    PixelBuffer buffer = new PixelBuffer();
    ByteBuffer large = buffer.encoded(100_000).put(0, (byte) 7);
    ByteBuffer small = buffer.encoded(10);
    assertThat(small.isDirect()).isTrue();
    assertThat(small.limit()).isEqualTo(10);
    assertThat(small.get(0)).isEqualTo((byte) 7);
    assertThat(small).isSameAs(large);
    assertThat(buffer.encoded(100_000_000).isDirect()).isFalse();
    assertThat(buffer.encoded(10)).isSameAs(small);
  }

  @Test
  void aSmallImageAfterALargeOneEndsWhereItsFileDoes() throws Exception {
    byte[] whole = encode("jpg", 40, 30);
    Files.write(root.resolve("a.jpg"), whole);
    Files.write(root.resolve("b.jpg"), Arrays.copyOf(whole, whole.length / 2));
    ImageSource source = ImageSources.open(root);
    PixelBuffer buffer = new PixelBuffer();
    source.read(0, Reduction.NONE, buffer);
    assertThatThrownBy(() -> source.read(1, Reduction.NONE, buffer))
        .hasMessageContaining("truncated");
  }
}
