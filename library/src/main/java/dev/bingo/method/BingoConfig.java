package dev.bingo.method;

import com.fasterxml.jackson.annotation.JsonProperty;
import dev.bingo.method.part.Check;
import dev.bingo.view.Augmentation;
import dev.bingo.view.View;
import dev.bingo.view.View.SeenBy;
import dev.bingo.view.View.Source;
import java.util.List;
import java.util.stream.Stream;

/**
 * What BINGO can be told. The paper and the public code differ in places; each difference is a
 * switch here, and {@link #PUBLIC_CODE} is how the code stands.
 *
 * @param temperature τ. Code: 0.2 for ResNets, 0.12 for EfficientNet-B0
 * @param queue K, teacher keys to compare with; fewer than there are images. Code: 65536
 * @param hidden width of the student head's hidden layer; 0 is the backbone's width, −1 is no
 *     hidden layer. Code: 2048 for every student
 * @param loss which terms there are
 * @param intraWeight α after the warm-up: student and teacher see the same image. Code: 0.5
 * @param interWeight β after the warm-up: they see two images of one bag. Code: 0.5
 * @param warmupEpochs first epochs in which (α, β) = (1, 0). Code: 11 (epoch ≤ 10, from 0); the
 *     paper does not speak of it
 * @param cutMix a third query, the anchor with a box of its mate, from epoch 0 on
 * @param enqueueMate the mate's key enters the queue too. Code: no, though it is computed
 * @param maskOwn an anchor's own older keys, and those that its mates left under its name with
 *     {@code enqueueMate}, are no negatives. Code: no
 * @param augmentation of all views
 * @param size of all views, pixels
 */
public record BingoConfig(
    double temperature,
    int queue,
    int hidden,
    LossForm loss,
    double intraWeight,
    double interWeight,
    int warmupEpochs,
    @JsonProperty("cutmix") boolean cutMix,
    boolean enqueueMate,
    boolean maskOwn,
    Augmentation augmentation,
    int size)
    implements MethodConfig {

  /** Which pairs of views the loss compares. */
  public enum LossForm {
    /** Anchor and mate each against both keys, and CutMix; divided by the number of queries. */
    PUBLIC_CODE,
    /** L_intra + L_inter: anchor and mate against the anchor's key; three views, no division. */
    PAPER
  }

  public BingoConfig {
    Check.positive("bingo.temperature", temperature);
    Check.atLeast("bingo.queue", queue, 1);
    Check.atLeast("bingo.hidden", hidden, -1);
    Check.range("bingo.intra_weight", intraWeight, 0, 1e6);
    Check.range("bingo.inter_weight", interWeight, 0, 1e6);
    Check.atLeast("bingo.warmup_epochs", warmupEpochs, 0);
    if (intraWeight + interWeight == 0 && !cutMix) {
      throw new IllegalArgumentException(
          "bingo.intra_weight and bingo.inter_weight are both 0 and bingo.cutmix is false: after the"
              + " warm-up nothing would be learnt");
    }
    if (loss == LossForm.PAPER && (cutMix || enqueueMate)) {
      throw new IllegalArgumentException(
          "bingo.loss: the paper's form has neither CutMix nor a key of the mate; set bingo.cutmix and"
              + " bingo.enqueue_mate to false");
    }
  }

  @Override
  public Demand demand() {
    return Demand.NONE.queue("bingo.queue", queue).twoKeys("bingo.enqueue_mate", enqueueMate);
  }

  /**
   * Of an anchor a and its mate p: a1, which the student sees, a2 the teacher, p1 the student, p2
   * the teacher; without p2 in the paper's form.
   */
  public List<View> views() {
    View a2 = view("a2", Source.ANCHOR).seenBy(SeenBy.TEACHER);
    View p2 = view("p2", Source.MATE).seenBy(SeenBy.TEACHER);
    List<View> three = List.of(view("a1", Source.ANCHOR), a2, view("p1", Source.MATE));
    return loss == LossForm.PAPER ? three : Stream.concat(three.stream(), Stream.of(p2)).toList();
  }

  private View view(String name, Source source) {
    return new View(name, source, augmentation, size);
  }

  /** The public code, at 224 pixels. */
  public static final BingoConfig PUBLIC_CODE =
      new BingoConfig(
          0.2,
          65536,
          2048,
          LossForm.PUBLIC_CODE,
          0.5,
          0.5,
          11,
          true,
          false,
          false,
          Augmentation.MOCO2,
          224);

  /** The paper's formula, at 224 pixels. */
  public static final BingoConfig PAPER =
      new BingoConfig(
          0.2, 65536, 2048, LossForm.PAPER, 1, 1, 0, false, false, false, Augmentation.MOCO2, 224);

  /** At this temperature τ. */
  public BingoConfig withTemperature(double other) {
    return new BingoConfig(
        other,
        queue,
        hidden,
        loss,
        intraWeight,
        interWeight,
        warmupEpochs,
        cutMix,
        enqueueMate,
        maskOwn,
        augmentation,
        size);
  }

  /** With so many keys to compare with. */
  public BingoConfig withQueue(int other) {
    return new BingoConfig(
        temperature,
        other,
        hidden,
        loss,
        intraWeight,
        interWeight,
        warmupEpochs,
        cutMix,
        enqueueMate,
        maskOwn,
        augmentation,
        size);
  }

  /** With these changes of all views. */
  public BingoConfig withAugmentation(Augmentation other) {
    return new BingoConfig(
        temperature,
        queue,
        hidden,
        loss,
        intraWeight,
        interWeight,
        warmupEpochs,
        cutMix,
        enqueueMate,
        maskOwn,
        other,
        size);
  }

  /** With views of this side, pixels. */
  public BingoConfig withSize(int other) {
    return new BingoConfig(
        temperature,
        queue,
        hidden,
        loss,
        intraWeight,
        interWeight,
        warmupEpochs,
        cutMix,
        enqueueMate,
        maskOwn,
        augmentation,
        other);
  }
}
