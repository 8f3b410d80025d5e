package dev.bingo.method;

import dev.bingo.method.part.Check;
import dev.bingo.view.Augmentation;
import dev.bingo.view.View;
import dev.bingo.view.View.SeenBy;
import dev.bingo.view.View.Source;
import java.util.List;
import java.util.Map;

/**
 * What CompRess can be told.
 *
 * @param temperature T, of both networks' similarities. Paper: 0.04
 * @param queue K, features to compare with; fewer than there are images. Paper: 128000
 * @param queues 2: the student is compared with features of its own ("Ours-2q"); 1: with the
 *     teacher's, through a linear layer that is dropped afterwards ("Ours-1q")
 * @param momentum m of the copy of the student that fills its queue; 0: there is no copy, and the
 *     student itself fills it. Of no meaning with one queue. Paper: 0.999
 * @param augmentation of the view. Paper: crop and flip
 * @param size of the view, pixels
 */
public record CompressConfig(
    double temperature, int queue, int queues, double momentum, Augmentation augmentation, int size)
    implements MethodConfig {

  public CompressConfig {
    Check.positive("compress.temperature", temperature);
    Check.atLeast("compress.queue", queue, 1);
    Check.range("compress.queues", queues, 1, 2);
    Check.range("compress.momentum", momentum, 0, 1);
  }

  /** One, which student and teacher see. */
  public List<View> views() {
    return List.of(new View("image", Source.ANCHOR, augmentation, size).seenBy(SeenBy.BOTH));
  }

  @Override
  public Map<String, String> unread() {
    return queues == 1 ? Map.of("compress.momentum", "compress.queues=1") : Map.of();
  }

  @Override
  public Demand demand() {
    return Demand.NONE.queue("compress.queue", queue);
  }

  /** The paper's with two queues, at 224 pixels. */
  public static final CompressConfig TWO_QUEUES =
      new CompressConfig(0.04, 128000, 2, 0.999, Augmentation.CROP_FLIP, 224);

  /** The paper's with one queue, at 224 pixels. */
  public static final CompressConfig ONE_QUEUE =
      new CompressConfig(0.04, 128000, 1, 0, Augmentation.CROP_FLIP, 224);

  boolean hasMomentumStudent() {
    return queues == 2 && momentum > 0;
  }

  /** At this temperature τ. */
  public CompressConfig withTemperature(double other) {
    return new CompressConfig(other, queue, queues, momentum, augmentation, size);
  }

  /** With so many keys to compare with. */
  public CompressConfig withQueue(int other) {
    return new CompressConfig(temperature, other, queues, momentum, augmentation, size);
  }

  /** With these changes of all views. */
  public CompressConfig withAugmentation(Augmentation other) {
    return new CompressConfig(temperature, queue, queues, momentum, other, size);
  }

  /** With views of this side, pixels. */
  public CompressConfig withSize(int other) {
    return new CompressConfig(temperature, queue, queues, momentum, augmentation, other);
  }
}
