package dev.bingo.train;

import dev.bingo.encoder.Modules;
import dev.bingo.method.Method;
import dev.bingo.method.Progress;
import dev.bingo.torch.BlasThreads;
import dev.bingo.torch.Precision;
import dev.bingo.torch.Tensors;
import dev.bingo.train.Checkpoint.Position;
import dev.bingo.view.Batch;
import dev.bingo.view.Epoch;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;

/**
 * A captured step, run again.
 *
 * @param precision it was run in
 * @param loss of its first batch with a loss that is not finite, or of its last
 * @param indices of that batch
 * @param figures of the method
 * @param badWeights tensors of the state before the step that hold a number that is not finite
 * @param badGradients parameters whose gradient does
 */
public record Replay(
    Precision precision,
    double loss,
    List<Long> indices,
    Map<String, Double> figures,
    List<String> badWeights,
    List<String> badGradients) {

  /**
   * Goes to the captured step as the run did, without logging or checkpoints, and runs it.
   *
   * @param setup the run's, with the method at its start; of no use afterwards
   * @param identity of the run
   * @param precision of the captured step alone
   * @throws IOException where the capture is of another run, or an earlier step's loss is not
   *     finite
   */
  public static Replay of(Setup setup, Identity identity, Capture capture, Precision precision)
      throws IOException {
    Method method = setup.method();
    Optimiser optimiser = setup.newOptimiser();
    Position at =
        capture.before() == null
            ? new Position(0, 0, 0, 0, "")
            : Checkpoint.read(
                capture.before(), method.state(), optimiser, identity, setup::isPossible);
    long last = (long) setup.config().epochs() * setup.stepsPerEpoch() - 1;
    if (capture.step() < at.step() || capture.step() > last) {
      throw new IOException(
          capture.folder()
              + ": step "
              + capture.step()
              + " does not come after its checkpoint, of step "
              + at.step()
              + ", or comes after the run's last");
    }
    setup.methods().forEach(Method::train);
    try (Step step = new Step(setup, optimiser, setup.config().precision())) {
      step.spread();
      return from(at, setup, step, capture, precision);
    }
  }

  /** Goes on from there. */
  private static Replay from(
      Position at, Setup setup, Step step, Capture capture, Precision precision)
      throws IOException {
    long taken = at.step();
    int firstBatch = at.batch();
    for (int epoch = at.epoch(); ; epoch++) {
      setup.method().beforeEpoch();
      try (BlasThreads.Scope one = BlasThreads.one();
          Epoch batches = setup.loader().epoch(epoch, firstBatch)) {
        long end = (epoch + 1L) * setup.stepsPerEpoch();
        for (; taken < end; taken++) {
          Progress progress = setup.progress(epoch, taken);
          if (taken == capture.step()) {
            return run(setup, step.in(precision), batches, progress, precision);
          }
          take(setup, step, batches, progress);
        }
      }
      firstBatch = 0;
    }
  }

  /** A step on the way. */
  private static void take(Setup setup, Step step, Epoch batches, Progress progress)
      throws IOException {
    try (PointerScope scope = new PointerScope()) {
      step.begin();
      for (int a = 0; a < setup.config().accumulate(); a++) {
        try (PointerScope pass = new PointerScope()) {
          double share = step.pass(batches.next(), progress).share().item_double();
          if (!Double.isFinite(share)) {
            throw new IOException(
                "on the way to the captured step, the loss of step "
                    + progress.step()
                    + " is "
                    + share
                    + " already: this is not the run that the capture is of, or it was not exact");
          }
        }
      }
      step.optimise(progress, setup.schedule().at(progress));
    }
  }

  private static Replay run(
      Setup setup, Step step, Epoch batches, Progress progress, Precision precision) {
    Method method = setup.method();
    try (PointerScope scope = new PointerScope()) {
      List<String> badWeights = new ArrayList<>();
      Tensors.named(method.state())
          .forEach(
              (name, t) -> {
                if (!finite(t)) {
                  badWeights.add(name);
                }
              });
      step.begin();
      double value = 0;
      Map<String, Double> figures = new LinkedHashMap<>();
      List<Long> indices = List.of();
      for (int a = 0; a < setup.config().accumulate() && Double.isFinite(value); a++) {
        Batch batch = batches.next();
        indices = Arrays.stream(batch.indices()).boxed().toList();
        Replicas.Pass passed = step.pass(batch, progress);
        value = passed.loss().item_double();
        passed.figures().forEach((name, t) -> figures.put(name, t.item_double()));
      }
      step.gather();
      List<String> badGradients = new ArrayList<>();
      Modules.trainable(method.state())
          .forEach(
              (name, p) -> {
                if (p.grad().defined() && !finite(p.grad())) {
                  badGradients.add(name);
                }
              });
      return new Replay(precision, value, indices, figures, badWeights, badGradients);
    }
  }

  private static boolean finite(Tensor t) {
    return t.isfinite().all().item_bool();
  }
}
