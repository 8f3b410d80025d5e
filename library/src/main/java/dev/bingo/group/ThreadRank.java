package dev.bingo.group;

import dev.bingo.torch.Tensors;
import java.util.Arrays;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.AutoGradMode;
import org.bytedeco.pytorch.GradMode;
import org.bytedeco.pytorch.LongOptional;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorBase;
import org.bytedeco.pytorch.TensorTensorHook;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;

/**
 * A rank that is a thread of this JVM: the others' tensors are read where they lie. Sums go from
 * the first rank to the last on each of them, so that all have the same bits, in every run.
 */
final class ThreadRank implements Group {
  private final Meeting meeting;
  private final int rank;

  ThreadRank(Meeting meeting, int rank) {
    this.meeting = meeting;
    this.rank = rank;
  }

  @Override
  public int rank() {
    return rank;
  }

  @Override
  public int size() {
    return meeting.size();
  }

  @Override
  public Tensor gather(Tensor rows) {
    Tensor[] all = meeting.show(rank, rows.detach());
    // [B / W, W, …]: row r of rank w is row r · W + w.
    Tensor together = torch.stack(new TensorVector(all), 1);
    meeting.await(rank);
    if (!hasGradient(rows)) {
      return together.flatten(0, 1);
    }
    return summingGradients(torch.select_scatter(together, rows, 1, rank).flatten(0, 1));
  }

  @Override
  public Tensor take(Tensor rows, long[] wanted) {
    long[] from = new long[wanted.length];
    long[] at = new long[wanted.length];
    int taken = 0;
    TensorVector parts = new TensorVector();
    Tensor[] all = meeting.show(rank, rows.detach());
    for (int r = 0; r < all.length; r++) {
      int first = taken;
      for (int i = 0; i < wanted.length; i++) {
        if (wanted[i] % all.length == r) {
          from[taken] = wanted[i] / all.length;
          at[i] = taken++;
        }
      }
      long[] its = Arrays.copyOfRange(from, first, taken);
      parts.push_back(all[r].index_select(0, Tensors.of(its, its.length)));
    }
    meeting.await(rank);
    return torch.cat(parts).index_select(0, Tensors.of(at, at.length));
  }

  @Override
  public Tensor sum(Tensor part) {
    Tensor total = added(part.detach());
    // The value is the total, the gradient is the part's.
    return hasGradient(part) ? summingGradients(total.add(part.sub(part.detach()))) : total;
  }

  private Tensor added(Tensor part) {
    Tensor[] all = meeting.show(rank, part);
    try (AutoGradMode off = new AutoGradMode(false)) {
      Tensor total = all[0].clone();
      for (int r = 1; r < all.length; r++) {
        total.add_(all[r]);
      }
      return total;
    } finally {
      meeting.await(rank);
    }
  }

  @Override
  public Tensor max(Tensor part) {
    Tensor[] all = meeting.show(rank, part.detach());
    Tensor largest = all[0].clone();
    for (int r = 1; r < all.length; r++) {
      largest = largest.maximum(all[r]);
    }
    meeting.await(rank);
    return largest;
  }

  @Override
  public void once(Runnable change) {
    meeting.await(rank);
    if (rank == 0) {
      change.run();
    }
    meeting.await(rank);
  }

  @Override
  public Tensor own(Tensor all) {
    return all.slice(0, new LongOptional(rank), new LongOptional(all.size(0)), size());
  }

  private static boolean hasGradient(Tensor t) {
    return t.requires_grad() && GradMode.is_enabled();
  }

  private static Tensor summingGradients(Tensor t) {
    t.register_hook(Summing.HOOK);
    return t;
  }

  /**
   * Sums a gradient over the ranks. One for all: JavaCPP has few of them, and backward runs on the
   * thread that called it, which knows its rank.
   */
  private static final class Summing extends TensorTensorHook {
    static final Summing HOOK = kept();

    Summing() {
      super();
    }

    private static Summing kept() {
      try (PointerScope scope = new PointerScope()) {
        Summing hook = new Summing();
        hook.retainReference();
        return hook;
      }
    }

    @Override
    public TensorBase call(TensorBase gradient) {
      return ((ThreadRank) Group.here()).added(new Tensor(gradient));
    }
  }
}
