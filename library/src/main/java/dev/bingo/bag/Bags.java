package dev.bingo.bag;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.bingo.torch.Draws;
import dev.bingo.torch.Tensors;
import dev.bingo.view.Mates;
import dev.bingo.weights.Npy;
import dev.bingo.weights.WholeFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.ScalarType;

/**
 * Which images share a bag: for every image K others, nearest first where they are neighbours
 * (BINGO, arXiv 2107.01691, §3.1). The image itself is never among them.
 *
 * <p>On disk a bag file is the {@code .npy} of the public code, {@code int64 [N, K]}, with a JSON
 * file beside it that ties it to the data set: positions mean nothing without the order they were
 * made in.
 */
public final class Bags implements Mates {
  private static final ObjectMapper JSON = new ObjectMapper();
  private final int[][] members;

  /**
   * What a bag file says of itself.
   *
   * @param kind how the bags were made: {@code knn}, {@code kmeans}, {@code labels}, {@code
   *     imported}
   * @param data fingerprint of the images
   * @param teacher SHA-256 of the teacher's file, or empty
   */
  public record Origin(String kind, String data, String teacher) {}

  private Bags(int[][] members) {
    this.members = members;
  }

  /**
   * Takes over the rows.
   *
   * @param members {@code [N][K]}, K at least 1 and the same for all rows
   * @throws IllegalArgumentException where a row is out of range or holds its own image
   */
  public static Bags of(int[][] members) {
    for (int i = 0; i < members.length; i++) {
      if (members[i].length == 0 || members[i].length != members[0].length) {
        throw new IllegalArgumentException(
            "bag of image "
                + i
                + ": expected "
                + members[0].length
                + " members (at least 1), got "
                + members[i].length);
      }
      for (int m : members[i]) {
        if (m < 0 || m >= members.length || m == i) {
          throw new IllegalArgumentException(
              "bag of image "
                  + i
                  + ": "
                  + (m == i
                      ? "the image itself is among its mates"
                      : "member " + m + " is not one of the " + members.length + " images")
                  + "; was the file made for other images?");
        }
      }
    }
    return new Bags(members);
  }

  /**
   * Label bags, the upper bound of the ablation: K images of the same class, drawn without return
   * where the class is large enough.
   */
  public static Bags ofGroups(int[] group, int k, long seed) {
    List<List<Integer>> byGroup = new ArrayList<>();
    int groups = Arrays.stream(group).max().orElse(-1) + 1;
    for (int g = 0; g < groups; g++) {
      byGroup.add(new ArrayList<>());
    }
    for (int i = 0; i < group.length; i++) {
      if (group[i] < 0) {
        throw new IllegalArgumentException(
            "image " + i + " has no label: no bag can be made of it");
      }
      byGroup.get(group[i]).add(i);
    }
    int[][] members = new int[group.length][];
    for (int i = 0; i < group.length; i++) {
      List<Integer> mates = byGroup.get(group[i]);
      if (mates.size() < 2) {
        // A group of one has no mates; its nearest thing is any other image.
        mates = List.of(i, (i + 1) % group.length);
      }
      members[i] = draw(mates, i, k, Draws.of(seed, i, 0xba6));
    }
    return of(members);
  }

  private static int[] draw(List<Integer> mates, int self, int k, Draws draws) {
    int[] chosen = new int[k];
    if (mates.size() <= 4 * k) {
      int[] others = mates.stream().mapToInt(Integer::intValue).filter(m -> m != self).toArray();
      int[] order = draws.permutation(others.length);
      for (int j = 0; j < k; j++) {
        chosen[j] = others[order[j % order.length]];
      }
      return chosen;
    }
    for (int j = 0; j < k; ) {
      int m = mates.get(draws.below(mates.size()));
      if (m != self && Arrays.stream(chosen, 0, j).noneMatch(c -> c == m)) {
        chosen[j++] = m;
      }
    }
    return chosen;
  }

  /** How many images have a bag. */
  public int size() {
    return members.length;
  }

  /** K, the mates of an image. */
  public int k() {
    return members.length == 0 ? 0 : members[0].length;
  }

  /** The mates of image {@code i}; a copy. */
  public int[] of(int i) {
    return members[i].clone();
  }

  @Override
  public int mate(int anchor, Draws draws) {
    int[] bag = members[anchor];
    return bag[draws.below(bag.length)];
  }

  /** The first {@code k} mates of every image (the public code's {@code clus_pos_num}). */
  public Bags truncate(int k) {
    if (k < 1 || k > k()) {
      throw new IllegalArgumentException("bags.k: expected 1 to " + k() + " mates, got " + k);
    }
    return new Bags(Arrays.stream(members).map(row -> Arrays.copyOf(row, k)).toArray(int[][]::new));
  }

  /**
   * Share of mates with their anchor's label.
   *
   * @param labels of all images; rows of −1 are left out
   */
  public double purity(int[] labels) {
    long same = 0;
    long all = 0;
    for (int i = 0; i < members.length; i++) {
      if (labels[i] < 0) {
        continue;
      }
      for (int m : members[i]) {
        same += labels[m] == labels[i] ? 1 : 0;
        all++;
      }
    }
    return all == 0 ? Double.NaN : (double) same / all;
  }

  /** Writes {@code file} and {@code file + ".json"}, each whole or not at all. */
  public void write(Path file, Origin origin) throws IOException {
    long[] flat = new long[Math.multiplyExact(members.length, k())];
    for (int i = 0; i < members.length; i++) {
      for (int j = 0; j < k(); j++) {
        flat[i * k() + j] = members[i][j];
      }
    }
    // A crash between the two files must not leave the new bags beside what was said of the old.
    Files.deleteIfExists(sidecar(file));
    try (PointerScope scope = new PointerScope()) {
      Npy.write(file, Tensors.of(flat, members.length, k()));
    }
    ObjectNode json = JSON.createObjectNode();
    json.put("kind", origin.kind).put("data", origin.data).put("teacher", origin.teacher);
    json.put("images", members.length).put("k", k());
    WholeFile.write(sidecar(file), json.toPrettyString() + "\n");
  }

  /**
   * Reads a bag file.
   *
   * <p>The public code drops column 0 as the image itself, which among exact duplicates it need not
   * be: in a file without its JSON, an image found in its own bag is replaced by the bag's nearest
   * other member. Elsewhere it is refused.
   *
   * @param images how many images the data set has
   * @param fingerprint of the data set the bags are to be used with
   * @param trustOrder accept a file without its JSON, as the public code writes it: its positions
   *     are then taken on trust
   * @throws IOException where the file is no bag file, or of another data set
   */
  public static Bags read(Path file, int images, String fingerprint, boolean trustOrder)
      throws IOException {
    Path sidecar = sidecar(file);
    boolean imported = !Files.exists(sidecar);
    if (!imported) {
      JsonNode json = JSON.readTree(sidecar.toFile());
      String data = json.path("data").asText();
      if (!data.equals(fingerprint)) {
        throw new IOException(
            file
                + ": these bags were made for other images (data fingerprint "
                + head(data)
                + ", the data set's is "
                + head(fingerprint)
                + "): a file was added, removed or altered. Build them again with 'bingo bags'");
      }
    } else if (!trustOrder) {
      throw new IOException(
          file
              + ": has no "
              + sidecar.getFileName()
              + " beside it, so nothing tells which images it"
              + " belongs to. If it was made for just these images in just this order, set"
              + " bags.trust_order=true");
    }
    try (PointerScope scope = new PointerScope()) {
      Tensor rows = Npy.read(file);
      ScalarType type = rows.scalar_type().intern();
      if (rows.dim() != 2 || (type != ScalarType.Long && type != ScalarType.Int)) {
        throw new IOException(
            file + ": expected int64 [N, K], got " + type + " of " + rows.dim() + " dimensions");
      }
      if (rows.size(0) != images) {
        throw new IOException(
            file + ": has bags for " + rows.size(0) + " images, the data set has " + images);
      }
      long[] flat = Tensors.toLongs(rows);
      int k = Math.toIntExact(rows.size(1));
      int[][] members = new int[images][k];
      for (int i = 0; i < flat.length; i++) {
        members[i / k][i % k] = (int) Math.max(-1, Math.min(flat[i], Integer.MAX_VALUE));
      }
      if (imported) {
        dropSelf(members);
      }
      return of(members);
    } catch (IllegalArgumentException | ArithmeticException e) {
      throw new IOException(file + ": " + e.getMessage(), e);
    }
  }

  private static void dropSelf(int[][] members) {
    for (int i = 0; i < members.length; i++) {
      int self = i;
      int other = Arrays.stream(members[i]).filter(m -> m != self).findFirst().orElse(self);
      Arrays.setAll(members[i], j -> members[self][j] == self ? other : members[self][j]);
    }
  }

  private static Path sidecar(Path file) {
    return file.resolveSibling(file.getFileName() + ".json");
  }

  private static String head(String fingerprint) {
    return fingerprint.substring(0, Math.min(12, fingerprint.length())) + "…";
  }
}
