package dev.bingo.view;

/**
 * Epochs that a training repeats because a frozen teacher's keys were computed for them alone.
 *
 * @param epochs V that are recorded: epoch e repeats the recorded one e mod V; 0: no epoch repeats
 *     another
 * @param sameBatches whether images stay together in their recorded batches, which then come in
 *     another order: a key that a batch's statistics are part of holds beside that batch alone
 */
public record Recording(int epochs, boolean sameBatches) {
  /** Every epoch is drawn anew. */
  public static final Recording NONE = new Recording(0, false);

  public Recording {
    if (epochs < 0) {
      throw new IllegalArgumentException("expected 0 recorded epochs or more, got " + epochs);
    }
  }

  /** The recorded epoch that an epoch repeats; itself where it is one, or nothing is recorded. */
  public int of(int epoch) {
    return epochs == 0 ? epoch : epoch % epochs;
  }
}
