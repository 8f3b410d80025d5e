package dev.bingo.train;

import dev.bingo.encoder.Modules;
import dev.bingo.method.Method;
import dev.bingo.method.Progress;
import dev.bingo.torch.Precision;
import dev.bingo.torch.Tensors;
import dev.bingo.train.Checkpoint.Position;
import dev.bingo.view.Batch;
import dev.bingo.view.Epoch;
import java.io.IOException;
import java.util.ArrayList;
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
   * @param trainer as the run had it, not begun, in another run directory; of no use afterwards
   * @param precision of the captured step alone
   */
  public static Replay of(Trainer trainer, Capture capture, Precision precision)
      throws IOException {
    Position at =
        capture.before() == null ? new Position(0, 0, 0, 0, "") : trainer.restore(capture.before());
    if (capture.step() < at.step()
        || capture.step() >= trainer.firstStepAfter(trainer.epochs() - 1)) {
      throw new IOException(
          capture.folder()
              + ": step "
              + capture.step()
              + " does not come after its checkpoint, of step "
              + at.step()
              + ", or comes after the run's last");
    }
    Method method = trainer.method();
    method.train();
    long step = at.step();
    int firstBatch = at.batch();
    for (int epoch = at.epoch(); ; epoch++) {
      try (Epoch batches = trainer.begin(epoch, firstBatch, step)) {
        while (batches.hasNext() && step < trainer.firstStepAfter(epoch)) {
          if (step == capture.step()) {
            return run(trainer, batches, trainer.progress(epoch), precision);
          }
          trainer.step(batches, trainer.progress(epoch));
          step++;
        }
      }
      firstBatch = 0;
    }
  }

  private static Replay run(
      Trainer trainer, Epoch batches, Progress progress, Precision precision) {
    Method method = trainer.method();
    try (PointerScope scope = new PointerScope()) {
      List<String> badWeights = new ArrayList<>();
      Tensors.named(method.state())
          .forEach(
              (name, t) -> {
                if (!finite(t)) {
                  badWeights.add(name);
                }
              });
      method.state().zero_grad(true);
      double value = 0;
      Map<String, Double> figures = new LinkedHashMap<>();
      List<Long> indices = List.of();
      for (int a = 0; a < trainer.accumulate() && Double.isFinite(value); a++) {
        Batch batch = batches.next();
        indices = java.util.Arrays.stream(batch.indices()).boxed().toList();
        Method.Loss loss = method.loss(trainer.images(batch, precision), progress);
        loss.value().backward();
        value = loss.value().item_double();
        loss.figures().forEach((name, t) -> figures.put(name, t.item_double()));
      }
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
