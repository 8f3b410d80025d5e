package dev.bingo.bag;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.bingo.file.Remedy;
import dev.bingo.image.ImageSource;
import dev.bingo.torch.Tensors;
import dev.bingo.weights.Npy;
import dev.bingo.weights.OtherFileException;
import dev.bingo.weights.WholeFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.ScalarType;

/**
 * Bags on disk: the {@code .npy} of the public code, {@code int64 [N, K]}. Its positions mean
 * nothing without the order they were made in, so two files lie beside it: {@code .ids} lists the
 * images' ids in that order, and {@code .json} holds the data set's fingerprint.
 */
public final class BagFile {
  private static final ObjectMapper JSON = new ObjectMapper();

  private BagFile() {}

  /**
   * Writes bags, each of the three files whole or not at all.
   *
   * @param images they are of
   * @param kind how they were made: {@code knn}, {@code kmeans}, {@code labels}
   * @param teacher SHA-256 of the teacher's file, or empty
   */
  public static void write(Path file, Bags bags, ImageSource images, String kind, String teacher)
      throws IOException {
    int k = bags.k();
    long[] flat = new long[Math.multiplyExact(bags.size(), k)];
    for (int i = 0; i < bags.size(); i++) {
      int[] bag = bags.of(i);
      for (int j = 0; j < k; j++) {
        flat[i * k + j] = bag[j];
      }
    }
    // A crash between the files must not leave the new bags beside what was said of the old.
    Files.deleteIfExists(beside(file, ".json"));
    try (PointerScope scope = new PointerScope()) {
      Npy.write(file, Tensors.of(flat, bags.size(), k));
    }
    IdList.write(beside(file, ".ids"), images);
    ObjectNode json = JSON.createObjectNode();
    json.put("kind", kind).put("data", images.fingerprint()).put("teacher", teacher);
    json.put("images", bags.size()).put("k", k);
    WholeFile.write(beside(file, ".json"), json.toPrettyString() + "\n");
  }

  /** The files that {@link #write} writes. */
  public static List<Path> files(Path file) {
    return List.of(file, beside(file, ".ids"), beside(file, ".json"));
  }

  /** Whether {@link #write} came to its end: what a killed process leaves is to be made again. */
  public static boolean isWhole(Path file) {
    return Files.exists(file) && Files.exists(beside(file, ".json"));
  }

  /**
   * Reads bags that {@link #write} wrote.
   *
   * @param images the set they are to be used with
   * @throws IOException where the file is no bag file, or is of other images: one was added,
   *     removed, renamed or altered since
   */
  public static Bags read(Path file, ImageSource images) throws IOException {
    Path json = beside(file, ".json");
    if (!Files.exists(json)) {
      throw new OtherFileException(
          file
              + ": has no "
              + json.getFileName()
              + " beside it, so nothing tells which images it belongs to. Give the list of image"
              + " files in the order it was made in, one a line",
          Remedy.NAME_LIST);
    }
    JsonNode described = described(json);
    if (!described.path("data").asText().equals(images.fingerprint())) {
      throw new OtherFileException(
          file
              + ": these bags were made for other images. "
              + IdList.difference(beside(file, ".ids"), images)
              + " Make them anew",
          Remedy.MAKE_BAGS);
    }
    return checked(file, () -> Bags.of(members(file, images.size())));
  }

  /**
   * Reads bags that another program wrote by position, as the public code does, given the order
   * that it had.
   *
   * <p>The public code drops column 0 as the image itself, which among exact duplicates it need not
   * be: an image found in its own bag is replaced by the bag's nearest other member.
   *
   * @param listing the images' files in that order, one a line; what precedes an image's id in a
   *     line does not matter
   * @throws IOException where the listing does not name each image of the set exactly once, or the
   *     file is no bag file
   */
  public static Bags read(Path file, ImageSource images, Path listing) throws IOException {
    int[] position = IdList.positions(listing, images);
    return checked(
        file,
        () -> {
          int[][] theirs = members(file, images.size());
          dropSelf(theirs);
          Bags.of(theirs);
          int[][] ours = new int[theirs.length][];
          for (int i = 0; i < theirs.length; i++) {
            ours[position[i]] = Arrays.stream(theirs[i]).map(m -> position[m]).toArray();
          }
          return Bags.of(ours);
        });
  }

  private interface Reading {
    Bags read() throws IOException;
  }

  private static Bags checked(Path file, Reading reading) throws IOException {
    try {
      return reading.read();
    } catch (IllegalArgumentException | ArithmeticException e) {
      throw new OtherFileException(file + ": " + e.getMessage(), e);
    }
  }

  private static JsonNode described(Path json) throws IOException {
    try {
      JsonNode root = JSON.readTree(json.toFile());
      return root == null ? JSON.createObjectNode() : root;
    } catch (com.fasterxml.jackson.core.JacksonException e) {
      throw new OtherFileException(json + ": is no JSON: " + e.getOriginalMessage(), e);
    }
  }

  private static int[][] members(Path file, int images) throws IOException {
    try (PointerScope scope = new PointerScope()) {
      Npy.Header header = Npy.header(file);
      ScalarType type = header.type();
      long[] shape = header.shape();
      if (shape.length != 2 || (type != ScalarType.Long && type != ScalarType.Int)) {
        throw new OtherFileException(
            file + ": expected int64 [N, K], got " + type + " of " + shape.length + " dimensions");
      }
      if (shape[0] != images) {
        throw new OtherFileException(
            file + ": has bags for " + shape[0] + " images, the data set has " + images);
      }
      Tensor rows = Npy.read(file);
      long[] flat = Tensors.toLongs(rows);
      int k = Math.toIntExact(shape[1]);
      int[][] members = new int[images][k];
      for (int i = 0; i < flat.length; i++) {
        members[i / k][i % k] = (int) Math.max(-1, Math.min(flat[i], Integer.MAX_VALUE));
      }
      return members;
    }
  }

  private static void dropSelf(int[][] members) {
    for (int i = 0; i < members.length; i++) {
      int self = i;
      int[] others = Arrays.stream(members[i]).filter(m -> m != self).toArray();
      if (others.length == 0 && members[i].length > 0) {
        throw new IllegalArgumentException(
            "bag of image " + i + ": the image itself is all that is in it");
      }
      Arrays.setAll(members[i], j -> members[self][j] == self ? others[0] : members[self][j]);
    }
  }

  private static Path beside(Path file, String extension) {
    return file.resolveSibling(file.getFileName() + extension);
  }
}
