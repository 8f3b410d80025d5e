package dev.bingo.bag;

import dev.bingo.file.Sha256;
import dev.bingo.torch.Draws;
import dev.bingo.view.Mates;
import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.stream.IntStream;

/**
 * Which images share a bag: for every image K others, nearest first where they are neighbours
 * (BINGO, arXiv 2107.01691, §3.1). The image itself is never among them; but an image that can't be
 * read, or that nobody else shares a group with, is alone in its bag, K times, and in nobody
 * else's.
 *
 * <p>{@link BagFile} keeps them on disk.
 */
public final class Bags implements Mates {
  private final int[][] members;

  private Bags(int[][] members) {
    this.members = members;
  }

  /**
   * Takes over the rows.
   *
   * @param members {@code [N][K]}, K at least 1 and the same for all rows
   * @throws IllegalArgumentException where a row is out of range, or holds its own image and that
   *     is not alone
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
        boolean known = m >= 0 && m < members.length;
        if (!known || (m == i && !isAlone(members, i)) || (m != i && isAlone(members, m))) {
          throw new IllegalArgumentException(
              "bag of image "
                  + i
                  + ": "
                  + (m == i
                      ? "the image itself is among its mates"
                      : known
                          ? "member " + m + " is itself its only mate"
                          : "member " + m + " is not one of the " + members.length + " images")
                  + "; was the file made for other images?");
        }
      }
    }
    return new Bags(members);
  }

  private static boolean isAlone(int[][] members, int i) {
    for (int m : members[i]) {
      if (m != i) {
        return false;
      }
    }
    return true;
  }

  /** How many images have no mate but themselves. */
  public int alone() {
    return (int) IntStream.range(0, members.length).filter(i -> isAlone(members, i)).count();
  }

  /** How many images have the same mate more than once, those without another left out. */
  public int repeated() {
    return (int)
        IntStream.range(0, members.length)
            .filter(i -> !isAlone(members, i))
            .filter(i -> Arrays.stream(members[i]).distinct().count() < members[i].length)
            .count();
  }

  /**
   * These bags in a larger set, whose other images are alone.
   *
   * @param positions in it of this set's images, ascending
   * @param size of it
   */
  public Bags among(int[] positions, int size) {
    int[][] all = new int[size][];
    for (int i = 0; i < size; i++) {
      int alone = i;
      all[i] = new int[k()];
      Arrays.fill(all[i], alone);
    }
    for (int i = 0; i < positions.length; i++) {
      all[positions[i]] = Arrays.stream(members[i]).map(m -> positions[m]).toArray();
    }
    return of(all);
  }

  /**
   * Label bags, the upper bound of the ablation: K images of the same class, drawn without return
   * where the class is large enough. The only image of its class is its own mate.
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
      members[i] = new int[k];
      if (mates.size() < 2) {
        Arrays.fill(members[i], i);
      } else {
        members[i] = draw(mates, i, k, Draws.of(seed, i, 0xba6));
      }
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

  /** The SHA-256 of all rows, in hexadecimal digits. */
  public String sha256() {
    MessageDigest hash = Sha256.digest();
    ByteBuffer row = ByteBuffer.allocate(Integer.BYTES * k());
    for (int[] mates : members) {
      row.asIntBuffer().put(mates);
      hash.update(row.array());
    }
    return HexFormat.of().formatHex(hash.digest());
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
   * @param labels of all images; rows of −1, and of images that are alone, are left out
   */
  public double purity(int[] labels) {
    long same = 0;
    long all = 0;
    for (int i = 0; i < members.length; i++) {
      if (labels[i] < 0 || isAlone(members, i)) {
        continue;
      }
      for (int m : members[i]) {
        same += labels[m] == labels[i] ? 1 : 0;
        all++;
      }
    }
    return all == 0 ? Double.NaN : (double) same / all;
  }
}
