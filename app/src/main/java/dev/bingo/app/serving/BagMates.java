package dev.bingo.app.serving;

import dev.bingo.image.ImageSource;
import dev.bingo.serve.Bags;
import java.util.Arrays;
import java.util.List;
import java.util.Map;

/** Bags of a file, by the names of images. */
public final class BagMates implements Bags {
  private final dev.bingo.bag.Bags bags;
  private final ImageSource images;
  private final Map<String, Integer> positions;

  /** Of bags that fit these images. */
  public BagMates(dev.bingo.bag.Bags bags, ImageSource images) {
    this.bags = bags;
    this.images = images;
    positions = images.positions();
  }

  @Override
  public int k() {
    return bags.k();
  }

  @Override
  public List<String> mates(String id) {
    Integer at = positions.get(id);
    return at == null ? List.of() : Arrays.stream(bags.of(at)).mapToObj(images::id).toList();
  }
}
