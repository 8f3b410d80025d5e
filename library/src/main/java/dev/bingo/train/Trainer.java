package dev.bingo.train;

import dev.bingo.method.Method;
import dev.bingo.method.Progress;
import dev.bingo.torch.BlasThreads;
import dev.bingo.train.Checkpoint.Position;
import dev.bingo.view.Batch;
import dev.bingo.view.Epoch;
import java.io.IOException;
import java.nio.file.FileSystemException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.global.torch;

/**
 * The loop. It knows no method: a step is the loss, its gradient, the optimiser, all in one native
 * scope.
 */
public final class Trainer {
  /** Passes of a GPU that the host lets go by before it looks at their losses. */
  private static final int LOSSES_TOGETHER = 100;

  private final Setup setup;
  private final TrainConfig config;
  private final Method method;
  private final Optimiser optimiser;
  private Step parts;
  private final RunDirectory run;
  private final Identity identity;
  private final Listener listener;
  private Losses losses;
  private volatile boolean stopRequested;
  private Duration patience = Duration.ZERO;
  private Watchdog watchdog;

  private long step;
  private Interval interval;

  /** How a training ended. */
  public enum Outcome {
    DONE,
    /** {@link #requestStop} was called; a checkpoint was written. */
    STOPPED
  }

  /**
   * A training that has not begun.
   *
   * @param identity of the run: a checkpoint of another is refused
   */
  public Trainer(Setup setup, RunDirectory run, Identity identity, Listener listener) {
    this.setup = setup;
    config = setup.config();
    method = setup.method();
    optimiser = setup.newOptimiser();
    this.run = run;
    this.identity = identity;
    this.listener = listener;
    readLosses(setup.device().is_cuda() ? LOSSES_TOGETHER : 1);
  }

  /** How many passes go by, at the most, before their losses are looked at. */
  void readLosses(int together) {
    losses = new Losses(run, config.seed(), together);
  }

  /** Ends the training after the step that runs, with a checkpoint. From any thread. */
  public void requestStop() {
    stopRequested = true;
  }

  /**
   * Has the stacks of all threads written to {@code stalls.txt} where no step ends for so long;
   * zero for never.
   */
  public void watch(Duration limit) {
    patience = limit;
  }

  /**
   * Trains from the newest whole checkpoint of the run directory, or from the start.
   *
   * @throws TrainingException where the loss is no longer finite
   */
  public Outcome train() throws IOException {
    if (setup.device().is_cuda()) {
      // Every step's images are of the same sizes: the search for the fastest kernels is worth it.
      torch.globalContext().setBenchmarkCuDNN(true);
    }
    // OpenBLAS's threads spin against OpenMP's: on two cores a step takes twice as long with them.
    try (BlasThreads.Scope one = BlasThreads.one();
        Step step = new Step(setup, optimiser, config.precision());
        Watchdog dog = new Watchdog(run.folder(), patience, listener)) {
      parts = step;
      watchdog = dog;
      Position start = resume();
      step.spread();
      return trainFrom(start);
    }
  }

  private Outcome trainFrom(Position start) throws IOException {
    step = start.step();
    setup.methods().forEach(Method::train);
    for (int epoch = start.epoch(); epoch < config.epochs(); epoch++) {
      int firstBatch = epoch == start.epoch() ? start.batch() : 0;
      if (!trainEpoch(epoch, firstBatch)) {
        return Outcome.STOPPED;
      }
      watchdog.pause();
      log(Map.of("epoch", epoch + 1), listener.onEpochEnd(epoch + 1, method.encoder()));
      setup.methods().forEach(Method::train);
      boolean last = epoch + 1 == config.epochs();
      if (last || (epoch + 1) % config.checkpointEpochs() == 0 || checkpointDue()) {
        checkpoint(epoch + 1, 0);
        listener.onEpochKept(epoch + 1, method);
      }
    }
    return Outcome.DONE;
  }

  /** Returns false where a stop was requested. */
  private boolean trainEpoch(int epoch, int firstBatch) throws IOException {
    method.beforeEpoch();
    try (Epoch batches = setup.loader().epoch(epoch, firstBatch)) {
      interval = new Interval(batches.waitNanos());
      int steps = setup.stepsPerEpoch();
      for (int s = firstBatch / config.accumulate(); s < steps; s++) {
        watchdog.beat(step);
        Progress progress = setup.progress(epoch, step);
        step(batches, progress);
        listener.onStepTaken(epoch, config.epochs(), step, progress.totalSteps());
        int nextBatch = (s + 1) * config.accumulate();
        // Read once: a request that comes while the checkpoint is written waits for the next step.
        boolean stop = stopRequested;
        // At an epoch's end the evaluation comes first.
        if (stop || (checkpointDue() && s + 1 < steps)) {
          watchdog.pause();
          checkpoint(epoch, nextBatch);
        }
        if (stop) {
          return false;
        }
      }
    }
    return true;
  }

  private boolean checkpointDue() {
    return config.checkpointSteps() > 0 && step % config.checkpointSteps() == 0;
  }

  private void step(Epoch batches, Progress progress) throws IOException {
    try (PointerScope scope = new PointerScope()) {
      double learningRate = setup.schedule().at(progress);
      boolean reported =
          (step + 1) % config.logEvery() == 0 || (step + 1) % progress.stepsPerEpoch() == 0;
      parts.begin();
      Map<String, Double> figures = Map.of();
      for (int a = 0; a < config.accumulate(); a++) {
        figures = pass(batches, progress, learningRate, reported);
      }
      parts.optimise(progress, learningRate);
      step++;
      interval.add(config.batch() * config.accumulate());
      if (reported) {
        losses.read();
        report(progress, learningRate, figures, batches.waitNanos());
      }
    }
  }

  /** Forward and backward of one batch; its figures, read only when reported. */
  private Map<String, Double> pass(
      Epoch batches, Progress progress, double learningRate, boolean reported) throws IOException {
    // A scope of its own: accumulated passes must not hold each other's activations.
    try (PointerScope scope = new PointerScope()) {
      Batch batch = batches.next();
      watchdog.beat(step, batch.indices());
      Replicas.Pass passed = parts.pass(batch, progress);
      losses.add(passed.share(), progress, learningRate, batch.indices());
      Map<String, Double> figures = new LinkedHashMap<>();
      if (reported) {
        passed.figures().forEach((name, t) -> figures.put(name, t.item_double()));
      }
      return figures;
    }
  }

  private void report(Progress progress, double rate, Map<String, Double> figures, long waitNanos)
      throws IOException {
    Interval.Summary summary = interval.close(losses.sum(), waitNanos);
    listener.onStep(
        new Listener.Step(
            progress.epoch(),
            config.epochs(),
            step,
            progress.totalSteps(),
            summary.loss(),
            method.chanceLoss(),
            rate,
            summary.imagesPerSecond(),
            summary.waitShare(),
            figures));
    Map<String, Object> values = new LinkedHashMap<>();
    values.put("epoch", progress.epoch() + 1);
    // This step's loss, not the interval's mean: a resumed run must log the same.
    values.put("loss", losses.ofStep());
    values.put("chance_loss", method.chanceLoss());
    values.put("learning_rate", rate);
    values.putAll(figures);
    values.put("images_per_second", summary.imagesPerSecond());
    values.put("wait_share", summary.waitShare());
    log(values, Map.of());
  }

  private void log(Map<String, ?> values, Map<String, Double> more) throws IOException {
    Map<String, Object> line = new LinkedHashMap<>();
    line.put("time", Instant.now().truncatedTo(ChronoUnit.SECONDS).toString());
    line.put("step", step);
    line.putAll(values);
    line.putAll(more);
    run.log(step, line);
  }

  private void checkpoint(int epoch, int batch) throws IOException {
    losses.read(); // no checkpoint after a loss that is not finite
    Position position = new Position(epoch, batch, step, run.metricsLength(), identity.text());
    Checkpoint.write(run.checkpoint(step), method.state(), optimiser, position);
    run.prune(config.keep());
  }

  /** A checkpoint of before a change that this run accepts has to accept it the next time, too. */
  private void renew(Path file, Position position) throws IOException {
    if (!position.identity().equals(identity.text())) {
      Position now =
          new Position(
              position.epoch(),
              position.batch(),
              position.step(),
              position.metrics(),
              identity.text());
      Checkpoint.write(file, method.state(), optimiser, now);
    }
    identity.resumed(position.identity(), position.epoch());
  }

  private String standing(Position position) {
    return position.epoch() >= config.epochs()
        ? "the run had come to its end, after step " + position.step()
        : "epoch %d of %d, step %d"
            .formatted(position.epoch() + 1, config.epochs(), position.step());
  }

  /** The newest whole checkpoint. Where none is whole, nothing is begun anew over the run. */
  private Position resume() throws IOException {
    List<Path> damaged = new ArrayList<>();
    for (Path file : run.checkpoints()) {
      try {
        Position position =
            Checkpoint.read(file, method.state(), optimiser, identity, setup::isPossible);
        run.setAside(damaged);
        run.truncate(position.metrics(), position.step());
        renew(file, position);
        listener.onNotice("resumed from " + file.getFileName() + ": " + standing(position));
        if (position.batch() == 0 && position.epoch() > 0) {
          listener.onEpochKept(position.epoch(), method);
        }
        return position;
      } catch (FileSystemException e) {
        throw e; // unreadable is not damaged
      } catch (IOException e) {
        damaged.add(file);
        listener.onNotice(e.getMessage() + "; falling back to the checkpoint before it");
      }
    }
    if (!damaged.isEmpty()) {
      throw new TrainingException(
          run.path()
              + ": none of its checkpoints is whole ("
              + damaged.size()
              + " tried). To start anew, choose another run directory or delete this one");
    }
    run.truncate(0, 0);
    identity.begun();
    return new Position(0, 0, 0, 0, identity.text());
  }
}
