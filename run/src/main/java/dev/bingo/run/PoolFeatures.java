package dev.bingo.run;

import dev.bingo.Encoder;
import dev.bingo.evaluate.Embeddings;
import dev.bingo.evaluate.Features;
import dev.bingo.file.Sha256;
import dev.bingo.image.ImageSource;
import dev.bingo.neighbour.Rows;
import dev.bingo.recipe.RecipeException;
import dev.bingo.torch.Tensors;
import dev.bingo.weights.MappedRows;
import dev.bingo.weights.WholeFile;
import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.stream.LongStream;
import org.bytedeco.javacpp.PointerScope;

/**
 * The features of a set to choose from: in memory, in a file of this round's, or in the folder that
 * {@code bingo embed} wrote.
 *
 * @param rows features as the encoder gave them, one a row
 * @param positions of the rows' images in the set, ascending: an image that can't be read has none
 * @param temporary a file that goes when this is closed, or null
 */
record PoolFeatures(Rows rows, int[] positions, Path temporary) implements Closeable {
  /** Above so many numbers they are kept in a file: a gigabyte. */
  private static final long IN_MEMORY = 1L << 28;

  private static final int BLOCK = 4096;

  /**
   * Embeds the images.
   *
   * @param folder for a file, where they are many
   */
  static PoolFeatures embed(
      Encoder encoder, Embeddings.Options options, ImageSource images, Path folder, Console console)
      throws IOException {
    console.begin("embedding");
    if ((long) images.size() * encoder.width() <= IN_MEMORY) {
      Features features =
          Embeddings.extract(encoder.backbone(), images, options, console::progress);
      return new PoolFeatures(Rows.of(features.values()), features.positions(), null);
    }
    Path file = WholeFile.temporary(folder.resolve("features.npy"));
    long[] read = Embeddings.write(encoder.backbone(), images, options, file, console::progress);
    return new PoolFeatures(
        Rows.asTheyAre(MappedRows.open(file)).at(read),
        LongStream.of(read).mapToInt(i -> (int) i).toArray(),
        file);
  }

  /**
   * Takes what was embedded before.
   *
   * @param encoder SHA-256 of its file
   * @param unit whether directions alone are wanted
   * @throws RecipeException where they are of another encoder or of other images
   */
  static PoolFeatures of(Path folder, String encoder, ImageSource images, boolean unit)
      throws IOException {
    Features.Index index = Features.index(folder);
    if (!encoder.equals(index.about().get("encoder"))) {
      throw new RecipeException(
          folder
              + ": these are features of another encoder; run bingo embed with this one, or leave"
              + " --features out");
    }
    if (!images.fingerprint().equals(index.about().get("data"))) {
      throw new RecipeException(
          folder
              + ": these are features of other images, or images have changed since; run bingo embed"
              + " again, or leave --features out");
    }
    if (!unit && "true".equals(index.about().get("unit"))) {
      throw new RecipeException(
          folder
              + ": these features were made length 1 (embed --unit), and euclidean distances are of"
              + " features as they are; take --distance cosine");
    }
    Map<String, Integer> at = images.positions();
    List<String> ids = index.ids();
    int[] positions = new int[ids.size()];
    for (int i = 0; i < positions.length; i++) {
      Integer position = at.get(ids.get(i));
      if (position == null || (i > 0 && position <= positions[i - 1])) {
        throw new RecipeException(folder + ": its index does not fit the images");
      }
      positions[i] = position;
    }
    MappedRows rows = MappedRows.open(index.values());
    if (rows.size() != positions.length) {
      throw new RecipeException(
          folder + ": " + rows.size() + " rows, but its index has " + positions.length + " ids");
    }
    return new PoolFeatures(Rows.asTheyAre(rows), positions, null);
  }

  /** SHA-256 of all rows as float32, little-endian. */
  String sha256() {
    MessageDigest digest = Sha256.digest();
    for (int from = 0; from < rows.size(); from += BLOCK) {
      int count = Math.min(BLOCK, rows.size() - from);
      try (PointerScope scope = new PointerScope()) {
        float[] values = Tensors.toFloats(rows.block(from, count));
        ByteBuffer bytes =
            ByteBuffer.allocate(values.length * Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
        bytes.asFloatBuffer().put(values);
        digest.update(bytes);
      }
    }
    return HexFormat.of().formatHex(digest.digest());
  }

  @Override
  public void close() throws IOException {
    if (temporary != null) {
      Files.deleteIfExists(temporary);
    }
  }
}
