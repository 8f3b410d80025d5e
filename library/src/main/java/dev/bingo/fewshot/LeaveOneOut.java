package dev.bingo.fewshot;

import dev.bingo.torch.Tensors;
import java.util.Arrays;
import java.util.stream.LongStream;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.LongOptional;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.ScalarType;

/**
 * How supports fare when each is classified by the others.
 *
 * @param right how many
 * @param of how many
 */
public record LeaveOneOut(int right, int of) {
  /**
   * By a learner.
   *
   * @param supports the encoder's maps, {@code [S, C, s, s]}, class by class
   * @param shots how many are of each class
   * @param classes as {@link Task#classes}
   * @return null where a class has but one
   */
  public static LeaveOneOut of(Learner learner, Tensor supports, int[] shots, long[] classes) {
    if (Arrays.stream(shots).anyMatch(k -> k < 2)) {
      return null;
    }
    int right = 0;
    int at = 0;
    for (int c = 0; c < shots.length; c++) {
      int[] fewer = shots.clone();
      fewer[c]--;
      for (int i = 0; i < shots[c]; i++, at++) {
        try (PointerScope scope = new PointerScope();
            NoGradGuard off = new NoGradGuard()) {
          int left = at;
          long[] rest = LongStream.range(0, supports.size(0)).filter(row -> row != left).toArray();
          Tensor rows = Tensors.of(rest, rest.length).to(supports.device(), ScalarType.Long);
          Task task =
              new Task(
                  supports.index_select(0, rows),
                  supports.narrow(0, at, 1),
                  null,
                  fewer,
                  classes,
                  false,
                  at);
          Tensor given = learner.logits(task).argmax(new LongOptional(1), false);
          right += given.item_long() == c ? 1 : 0;
        }
      }
    }
    return new LeaveOneOut(right, at);
  }
}
