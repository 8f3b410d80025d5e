package dev.bingo.method;

import dev.bingo.method.part.Check;
import dev.bingo.view.Augmentation;

/**
 * What MoBYv2AL can be told.
 *
 * @param temperature τ. Public code: 0.2
 * @param queue K of each of the two queues; fewer than there are images. Public code: 4096
 * @param momentum of the key's network at the start; a cosine takes it to 1. Public code: 0.99
 * @param contrastWeight β, of the contrast beside the classifier. Paper and public code: 0.5
 * @param classifierWeight α, of the cross-entropy. Paper: 1, with as many unlabelled images as
 *     labelled ones; where the share s of labelled images is smaller, 1 / 2s weighs a label as much
 * @param embedding D. Public code: 128
 * @param hidden width of the hidden layer of projector and predictor, with batch-norm and ReLU: the
 *     paper's one; 0 is as wide as what goes in. −1 is none: the released code's linear maps
 * @param trainClassifier whether the classifier learns. Public code: no, by a defect (its gradients
 *     are zeroed before its step), so that labels reach the encoder through a random linear map
 * @param augmentation of the strong view
 * @param weak of the weak view, which the classifier sees
 * @param size of both views, pixels
 */
public record MobyV2alConfig(
    double temperature,
    int queue,
    double momentum,
    double contrastWeight,
    double classifierWeight,
    int embedding,
    int hidden,
    boolean trainClassifier,
    Augmentation augmentation,
    Augmentation weak,
    int size)
    implements MethodConfig {

  /** A crop of nearly all of it, and a flip; the public code pads by 4 of 32 pixels and crops. */
  public static final Augmentation WEAK = Augmentation.CROP_FLIP.withCrop(.75, 1);

  /** The public code's strong view. */
  public static final Augmentation STRONG =
      new Augmentation(.2, 1, .5, .8, .4, .4, .2, .1, .2, .2, .2);

  public MobyV2alConfig {
    Check.positive("mobyv2al.temperature", temperature);
    Check.atLeast("mobyv2al.queue", queue, 1);
    Check.range("mobyv2al.momentum", momentum, 0, 1);
    Check.range("mobyv2al.contrast_weight", contrastWeight, 0, 1e6);
    Check.range("mobyv2al.classifier_weight", classifierWeight, 0, 1e6);
    Check.atLeast("mobyv2al.embedding", embedding, 1);
    Check.atLeast("mobyv2al.hidden", hidden, -1);
  }

  @Override
  public Demand demand() {
    return Demand.NONE.queue("mobyv2al.queue", queue);
  }

  /** The paper's for CIFAR-10. */
  public static final MobyV2alConfig PAPER =
      new MobyV2alConfig(0.2, 4096, 0.99, 0.5, 1, 128, 0, true, STRONG, WEAK, 32);
}
