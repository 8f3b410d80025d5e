package dev.bingo.train;

import dev.bingo.file.Remedy;
import dev.bingo.method.Progress;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.bytedeco.pytorch.Tensor;

/**
 * The losses of a training: read from the device, and refused where they are not finite. On a GPU
 * reading waits for all the work before it, so that some passes are read together, in their order.
 */
final class Losses {
  private final RunDirectory run;
  private final long seed;
  private final int together;
  private final List<Pass> unread = new ArrayList<>();
  private long step = -1;
  private double ofStep;
  private double sum;

  private record Pass(Tensor loss, Progress progress, double rate, long[] indices) {}

  /**
   * None so far.
   *
   * @param together passes that are read at a time, at the most; 1: each at once
   */
  Losses(RunDirectory run, long seed, int together) {
    this.run = run;
    this.seed = seed;
    this.together = together;
  }

  /**
   * A pass more.
   *
   * @param loss scalar, its share of the step's
   * @throws TrainingException where this or an earlier one is not finite
   */
  void add(Tensor loss, Progress progress, double rate, long[] indices) throws IOException {
    Tensor kept = loss.detach();
    kept.retainReference();
    unread.add(new Pass(kept, progress, rate, indices));
    if (unread.size() >= together) {
      read();
    }
  }

  /**
   * Reads what was not yet read.
   *
   * @throws TrainingException where one is not finite, about the first such
   */
  void read() throws IOException {
    try {
      for (Pass pass : unread) {
        double value = pass.loss.item_double();
        if (!Double.isFinite(value)) {
          refuse(value, pass);
        }
        ofStep = pass.progress.step() == step ? ofStep + value : value;
        step = pass.progress.step();
        sum += value;
      }
    } finally {
      unread.forEach(pass -> pass.loss.releaseReference());
      unread.clear();
    }
  }

  /** The latest read step's. */
  double ofStep() {
    return ofStep;
  }

  /** All that were read since this was asked before. */
  double sum() {
    double all = sum;
    sum = 0;
    return all;
  }

  private void refuse(double loss, Pass pass) throws IOException {
    Progress progress = pass.progress;
    long[] indices = pass.indices;
    Capture kept =
        Capture.write(run, progress.step(), progress.epoch(), seed, pass.rate, loss, indices);
    throw new TrainingException(
        "the loss is "
            + loss
            + " at step "
            + progress.step()
            + " (epoch "
            + (progress.epoch() + 1)
            + ", learning rate "
            + pass.rate
            + ", first images of the batch "
            + Arrays.toString(Arrays.copyOf(indices, Math.min(8, indices.length)))
            + "). The last checkpoint is whole, and the step is kept in "
            + kept.folder()
            + ". A lower learning rate, a longer warm-up of it or gradients clipped to a norm of 1 are the"
            + " usual cures",
        Remedy.REPLAY,
        kept.folder().toString());
  }
}
