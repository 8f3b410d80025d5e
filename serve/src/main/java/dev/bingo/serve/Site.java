package dev.bingo.serve;

import dev.bingo.embed.Classifier;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;

/**
 * What a server serves. Only encoders that bingo exported are needed; each page works where what it
 * is about is there, and says so where it is not.
 *
 * @param spaces encoders, the first of which pages go by
 * @param classifier or null
 * @param images that the indices are of, or null
 * @param labelling or null: nothing can be labelled
 * @param runs or null
 * @param bags or null
 */
public record Site(
    List<Space> spaces,
    Classifier classifier,
    Images images,
    Labelling labelling,
    Runs runs,
    Bags bags) {
  public Site {
    spaces = List.copyOf(spaces);
  }

  /** Encoders alone. */
  public static Site of(List<Space> spaces, Images images) {
    return new Site(spaces, null, images, null, null, null);
  }

  /** The index that pages go by, or null. */
  VectorIndex index() {
    return spaces.isEmpty() ? null : spaces.get(0).index();
  }

  /** Its routes; what must be closed with the server is added to {@code parts}. */
  List<Route> routes(Meters meters, Consumer<String> faults, List<AutoCloseable> parts)
      throws IOException {
    List<Route> routes = new ArrayList<>(new EmbedRoutes(spaces, images, meters).routes());
    spaces.forEach(space -> parts.add(space.embedder()));
    if (classifier != null) {
      routes.addAll(new ClassifyRoutes(classifier).routes());
      parts.add(classifier);
    }
    VectorIndex index = index();
    UnaryOperator<String> label = id -> images == null ? null : images.label(id);
    if (index != null && labelling != null) {
      LabelRoutes labels = labels(index, faults, parts);
      routes.addAll(labels.routes());
      label = labels::label;
    }
    if (index != null) {
      routes.addAll(new MapRoutes(index, label, faults).routes());
    }
    if (index != null && bags != null) {
      routes.addAll(new BagRoutes(index, bags, label).routes());
    }
    if (runs != null) {
      routes.addAll(new RunRoutes(runs).routes());
    }
    return routes;
  }

  private LabelRoutes labels(VectorIndex index, Consumer<String> faults, List<AutoCloseable> parts)
      throws IOException {
    LabelLog log = LabelLog.open(labelling.folder());
    parts.add(log);
    if (log.cutOff() > 0) {
      faults.accept(
          "labels: the last "
              + log.cutOff()
              + " bytes of the log were an unfinished line, which was cut off; nobody had been told"
              + " that it was saved");
    }
    Labels labels = new Labels(index, log, labelling.classes());
    LabelQueue queue =
        new LabelQueue(index, labels, labelling.chooser(), labelling.budget(), faults);
    parts.add(queue);
    return new LabelRoutes(index, images, labels, queue, labelling.chooser());
  }
}
