package dev.bingo.serve;

import dev.bingo.embed.Embedder;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.DigestInputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Set;

/**
 * An encoder, and what it makes of a set of images.
 *
 * @param name for people
 * @param embedder its model
 * @param index its vectors of the images; null: there is nothing to search
 */
public record Space(String name, Embedder embedder, VectorIndex index) {
  /**
   * Opens a model of {@code bingo export --format onnx}, for requests at once: a thread each.
   *
   * @param index the folder that {@code bingo similar} keeps, or null
   * @throws IOException where one can't be read, or they are not of one encoder
   */
  public static Space open(String name, Path model, Path index) throws IOException {
    VectorIndex vectors = index == null ? null : VectorIndex.open(index);
    Embedder embedder = Embedder.open(model, Embedder.Options.DEFAULT.withThreads(1));
    try {
      if (vectors != null) {
        check(model, embedder, index, vectors);
      }
      Space space = new Space(name, embedder, vectors);
      embedder = null; // the space's now
      return space;
    } finally {
      if (embedder != null) {
        embedder.close();
      }
    }
  }

  /** Vectors of another encoder would be compared without anybody's noticing. */
  private static void check(Path model, Embedder embedder, Path folder, VectorIndex index)
      throws IOException {
    Set<String> makers =
        Set.of(embedder.metadata().getOrDefault("encoder_sha256", ""), sha256(model));
    String size = embedder.metadata().getOrDefault("image_size", "");
    String wrong =
        !makers.contains(index.encoder())
            ? "it is of another encoder (SHA-256 " + index.encoder() + ")"
            : index.width() != embedder.width()
                ? "its vectors have " + index.width() + " numbers, not " + embedder.width()
                : !index.imageSize().equals(size)
                    ? "its images were made " + index.imageSize() + " pixels, not " + size
                    : "";
    if (!wrong.isEmpty()) {
      throw new IOException(
          folder
              + ": does not fit "
              + model
              + ": "
              + wrong
              + ". Make it anew: bingo similar ENCODER DATA --rebuild");
    }
  }

  private static String sha256(Path file) throws IOException {
    try (InputStream in = Files.newInputStream(file);
        DigestInputStream all = new DigestInputStream(in, MessageDigest.getInstance("SHA-256"))) {
      all.transferTo(java.io.OutputStream.nullOutputStream());
      return HexFormat.of().formatHex(all.getMessageDigest().digest());
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }
}
