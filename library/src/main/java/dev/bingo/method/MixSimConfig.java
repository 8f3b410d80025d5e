package dev.bingo.method;

import dev.bingo.method.part.Check;
import dev.bingo.view.Augmentation;
import dev.bingo.view.View;
import dev.bingo.view.View.SeenBy;
import dev.bingo.view.View.Source;
import java.util.List;
import java.util.Map;

/**
 * What MixSim can be told.
 *
 * @param temperature τ of both distributions over the queue. Public code: 0.07
 * @param queue K, teacher features to compare with, the batch's own among them; fewer than there
 *     are images. Public code: 8192 from 20,000 images on, half as many as images and fewer below
 * @param mix whether images are mixed by twos before both networks see them. Public code: yes
 * @param tokens whether the places of an image are to be as alike to each other as in the teacher's
 *     map. Public code: yes since its third version, no in its first
 * @param tokenTemperature τ of the likeness of places. Public code: 0.07
 * @param tokenWeight of that loss. Public code: 1
 * @param augmentation of the view that both see. Public code: {@link Augmentation#SWAV}
 * @param size of the view, pixels
 */
public record MixSimConfig(
    double temperature,
    int queue,
    boolean mix,
    boolean tokens,
    double tokenTemperature,
    double tokenWeight,
    Augmentation augmentation,
    int size)
    implements MethodConfig {

  /** The public code's first version, at 224 pixels. */
  public static final MixSimConfig FIRST =
      new MixSimConfig(0.07, 8192, true, false, 0.07, 1, Augmentation.SWAV, 224);

  /** Its third. */
  public static final MixSimConfig THIRD =
      new MixSimConfig(0.07, 8192, true, true, 0.07, 1, Augmentation.SWAV, 224);

  public MixSimConfig {
    Check.positive("mixsim.temperature", temperature);
    Check.atLeast("mixsim.queue", queue, 1);
    if (tokens) {
      Check.positive("mixsim.token_temperature", tokenTemperature);
      Check.range("mixsim.token_weight", tokenWeight, 0, 1e6);
    }
  }

  /** The one that student and teacher see. */
  public List<View> views() {
    return List.of(new View("image", Source.ANCHOR, augmentation, size).seenBy(SeenBy.BOTH));
  }

  @Override
  public Demand demand() {
    return Demand.NONE.queue("mixsim.queue", queue);
  }

  @Override
  public String liveTeacher() {
    return tokens ? "mixsim.tokens=true" : mix ? "mixsim.mix=true" : "";
  }

  @Override
  public Map<String, String> unread() {
    return tokens
        ? Map.of()
        : Map.of(
            "mixsim.token_temperature", "mixsim.tokens=false",
            "mixsim.token_weight", "mixsim.tokens=false");
  }

  /** At this temperature τ. */
  public MixSimConfig withTemperature(double other) {
    return new MixSimConfig(
        other, queue, mix, tokens, tokenTemperature, tokenWeight, augmentation, size);
  }

  /** With so many teacher features to compare with. */
  public MixSimConfig withQueue(int other) {
    return new MixSimConfig(
        temperature, other, mix, tokens, tokenTemperature, tokenWeight, augmentation, size);
  }

  /** With images mixed, or as they are. */
  public MixSimConfig withMix(boolean other) {
    return new MixSimConfig(
        temperature, queue, other, tokens, tokenTemperature, tokenWeight, augmentation, size);
  }

  /** With a loss of places at this temperature and weight. */
  public MixSimConfig withTokens(double otherTemperature, double otherWeight) {
    return new MixSimConfig(
        temperature, queue, mix, true, otherTemperature, otherWeight, augmentation, size);
  }

  /** With these changes of the view. */
  public MixSimConfig withAugmentation(Augmentation other) {
    return new MixSimConfig(
        temperature, queue, mix, tokens, tokenTemperature, tokenWeight, other, size);
  }

  /** With views of this side, pixels. */
  public MixSimConfig withSize(int other) {
    return new MixSimConfig(
        temperature, queue, mix, tokens, tokenTemperature, tokenWeight, augmentation, other);
  }
}
