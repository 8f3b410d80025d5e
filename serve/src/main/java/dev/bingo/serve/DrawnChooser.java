package dev.bingo.serve;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;

/** Draws: what there is without LibTorch. */
final class DrawnChooser implements Chooser {
  @Override
  public List<String> strategies() {
    return List.of("random");
  }

  @Override
  public Choice choose(String[] labels, boolean[] left, String strategy, int budget, int round) {
    List<Integer> rows = new ArrayList<>();
    for (int row = 0; row < left.length; row++) {
      if (left[row]) {
        rows.add(row);
      }
    }
    if (rows.isEmpty()) {
      throw new IllegalArgumentException("every image has been labelled or skipped");
    }
    Collections.shuffle(rows, new Random(round));
    return new Choice(
        strategy,
        rows.stream()
            .limit(budget)
            .map(row -> new Pick(row, false, null, "drawn at random"))
            .toList());
  }

  @Override
  public Verdict judge(List<Audit> audits) {
    throw new UnsupportedOperationException("nothing is predicted, so nothing can be judged");
  }
}
