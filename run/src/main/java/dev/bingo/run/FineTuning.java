package dev.bingo.run;

import dev.bingo.Encoder;
import dev.bingo.classify.FineTune;
import dev.bingo.classify.FineTuneMethod;
import dev.bingo.encoder.Modules;
import dev.bingo.export.ClassifierHead;
import dev.bingo.file.Folders;
import dev.bingo.image.ImageSource;
import dev.bingo.torch.Precision;
import dev.bingo.torch.Processors;
import dev.bingo.train.Identity;
import dev.bingo.train.OptimiserConfig;
import dev.bingo.train.RunDirectory;
import dev.bingo.train.Setup;
import dev.bingo.train.TrainConfig;
import dev.bingo.train.Trainer;
import dev.bingo.view.Loader;
import dev.bingo.view.LoaderOptions;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Optional;
import org.bytedeco.pytorch.Device;

/**
 * Trains an encoder with a head on labels.
 *
 * @param how by which protocol
 * @param encoder whose backbone is changed
 * @param file of it
 * @param device that it is on
 * @param precision of its passes
 * @param folder for checkpoints, from which the same training goes on; deleted at the end
 * @param stops who may stop it
 */
public record FineTuning(
    FineTune how,
    Encoder encoder,
    Path file,
    Device device,
    Precision precision,
    Path folder,
    StopRequests stops) {
  private static final int CHECKPOINT_STEPS = 500;
  private static final int REPORTS = 5;
  private static final int PREFETCH = 4;

  /**
   * Trains.
   *
   * @param images to learn from, all readable
   * @param start of the head; null to draw one
   * @param weights what an image of each class counts
   * @return the head; empty where the training was stopped with a checkpoint
   */
  Optional<ClassifierHead> train(
      ImageSource images, ClassifierHead start, double[] weights, long seed, Console console)
      throws IOException {
    int size = encoder.info().imageSize();
    FineTuneMethod method =
        new FineTuneMethod(how, encoder.backbone(), start, images.classes(), weights, size, seed);
    Modules.channelsLast(method.state());
    method.state().to(device, false);
    int threads = Math.min(2, Processors.available().count());
    int perEpoch = images.size() / how.batch();
    TrainConfig config =
        TrainConfig.of(how.epochs(), how.batch())
            .withPrecision(precision)
            .withSeed(seed)
            .withThreads(threads)
            .withLogEvery(Math.max(1, perEpoch * how.epochs() / REPORTS))
            .withCheckpointSteps(CHECKPOINT_STEPS)
            .withCheckpointEpochs(how.epochs())
            .withKeep(1);
    Setup setup =
        new Setup(
            method,
            new Loader(
                images,
                method.views(),
                null,
                new LoaderOptions(how.batch(), seed, threads, PREFETCH, true)),
            encoder.normalisation(),
            device,
            OptimiserConfig.sgd(.9, 0),
            how.schedule(),
            config);
    Identity identity =
        Identity.of(
            "%s, encoder %s, images %s, weights %s, seed %d, %s"
                .formatted(
                    how,
                    BagMaker.sha256(file),
                    images.fingerprint(),
                    Arrays.toString(weights),
                    seed,
                    precision));
    try (RunDirectory run = new RunDirectory(folder)) {
      Trainer trainer = new Trainer(setup, run, identity, new ConsoleListener(console) {});
      console.newTraining("fine-tuning");
      try (StopRequests.Listening listening = stops.listen(trainer::requestStop)) {
        if (trainer.train() == Trainer.Outcome.STOPPED) {
          return Optional.empty();
        }
      }
    }
    encoder.net().train(false);
    Folders.delete(folder);
    return Optional.of(method.classifier());
  }
}
