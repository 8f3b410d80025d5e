package dev.bingo.classify;

import dev.bingo.torch.Draws;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.IntStream;

/**
 * Parts of a labelled set, each with about as much of every class; copies of an image are in one.
 *
 * @param of part of each row
 * @param count parts
 */
public record Folds(int[] of, int count) {
  private static final long PURPOSE = 0xF01D5;

  /**
   * Draws them. A class with fewer images than there are parts is missing in some.
   *
   * @param labels of the rows
   * @param groups of the rows; those of one number stay together
   */
  public static Folds stratified(int[] labels, int[] groups, int count, long seed) {
    Map<Integer, List<Integer>> ofClass = new TreeMap<>();
    Map<Integer, Integer> first = new LinkedHashMap<>();
    for (int row = 0; row < labels.length; row++) {
      if (first.putIfAbsent(groups[row], row) == null) {
        ofClass.computeIfAbsent(labels[row], c -> new ArrayList<>()).add(groups[row]);
      }
    }
    Map<Integer, Integer> foldOf = new HashMap<>();
    int next = 0; // goes on from class to class, so that small classes don't all fill the first
    for (Map.Entry<Integer, List<Integer>> e : ofClass.entrySet()) {
      List<Integer> members = e.getValue();
      for (int at : Draws.of(seed, e.getKey(), PURPOSE).permutation(members.size())) {
        foldOf.put(members.get(at), next++ % count);
      }
    }
    return new Folds(Arrays.stream(groups).map(foldOf::get).toArray(), count);
  }

  /** The rows of a part, ascending. */
  public int[] in(int fold) {
    return IntStream.range(0, of.length).filter(row -> of[row] == fold).toArray();
  }

  /** The rows of all others, ascending. */
  public int[] outside(int fold) {
    return IntStream.range(0, of.length).filter(row -> of[row] != fold).toArray();
  }
}
