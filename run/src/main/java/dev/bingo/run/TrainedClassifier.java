package dev.bingo.run;

import dev.bingo.classify.Rejection;
import dev.bingo.classify.Unseen;
import dev.bingo.evaluate.ConfidentLearning.Suspect;
import dev.bingo.export.ClassifierHead;
import dev.bingo.image.ImageSource;
import java.util.List;
import java.util.Map;

/**
 * A classifier, and what is to be expected of it.
 *
 * @param head that was trained, which knows when to reject
 * @param how it was trained and judged, in a sentence
 * @param source the labelled images
 * @param positions in it, of the images that {@code unseen} judges
 * @param unseen what it says of images that it has not learnt from
 * @param temperature in its weights
 * @param rejection what its threshold brings
 * @param suspects labels to look at again; rows are those of {@code positions}
 * @param about what the model's metadata are to say of it
 */
public record TrainedClassifier(
    ClassifierHead head,
    String how,
    ImageSource source,
    int[] positions,
    Unseen unseen,
    double temperature,
    Rejection rejection,
    List<Suspect> suspects,
    Map<String, String> about) {

  /** The id of a judged image. */
  public String id(int row) {
    return source.id(positions[row]);
  }

  /** A class's name. */
  public String name(int label) {
    return head.classes().get(label);
  }
}
