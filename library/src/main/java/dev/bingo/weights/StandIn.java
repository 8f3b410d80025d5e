package dev.bingo.weights;

/**
 * What stands in a pickle's tree for a class, a function or an object that no tensor needs. It has
 * a name and nothing else: nothing is looked up, called or kept, whatever the pickle does with it.
 */
final class StandIn {
  private final String name;
  private boolean network;

  StandIn(String name) {
    this.name = name;
  }

  /** What the pickle calls it; an object has the name of what made it. */
  String name() {
    return name;
  }

  /** That a state was thrown away which only a {@code torch.nn.Module} has. */
  void isNetwork() {
    network = true;
  }

  /** Whether it stands for a whole network. */
  boolean network() {
    return network;
  }

  @Override
  public String toString() {
    return name;
  }
}
