package dev.bingo.fewshot;

/**
 * Settings of {@link Mrn}; those that the abstract leaves open are switches.
 *
 * @param context where an image finds what is like it; {@link Context#NONE} is the ancestor, the
 *     Relation Network
 * @param k how many of those it takes; 0 for none
 * @param temperature τ of their weights
 * @param choice the most alike, or any
 * @param uniform all of them weigh the same
 * @param slots what the memory holds
 * @param masked a class of the episode is not found in memory; off, training queries find their own
 *     class, which test queries never can
 * @param transductive queries, and unlabelled images, belong to the context
 * @param rounds of propagation, 1 or 2; the second starts from what the first gave
 * @param loss of the relations
 */
public record MrnConfig(
    Context context,
    int k,
    double temperature,
    Choice choice,
    boolean uniform,
    Slots slots,
    boolean masked,
    boolean transductive,
    int rounds,
    Loss loss) {
  /** Where propagation takes place from. */
  public enum Context {
    NONE,
    EPISODE,
    MEMORY,
    BOTH
  }

  /** Which images of the context are taken. */
  public enum Choice {
    NEAREST,
    RANDOM
  }

  /** What the memory's slots are. */
  public enum Slots {
    /** Means of classes of episodes past. */
    WRITTEN,
    /** Parameters. */
    LEARNT
  }

  /** What the relations are trained by. */
  public enum Loss {
    /** Cross-entropy over the classes. */
    CE,
    /** The ancestor's: squared error of the sigmoid to 1 for the own class, 0 for others. */
    MSE
  }

  /** As the specification has it. */
  public static final MrnConfig DEFAULT =
      new MrnConfig(
          Context.BOTH, 5, .1, Choice.NEAREST, false, Slots.WRITTEN, true, false, 1, Loss.CE);

  /** The Relation Network, trained by cross-entropy. */
  public static final MrnConfig ANCESTOR = DEFAULT.withContext(Context.NONE);

  public MrnConfig {
    if (k < 0 || !(temperature > 0) || rounds < 1 || rounds > 2) {
      throw new IllegalArgumentException(
          "mrn: expected k of at least 0, a temperature above 0 and 1 or 2 rounds, got "
              + k
              + ", "
              + temperature
              + " and "
              + rounds);
    }
  }

  /** The same with another context. */
  public MrnConfig withContext(Context other) {
    return new MrnConfig(
        other, k, temperature, choice, uniform, slots, masked, transductive, rounds, loss);
  }

  /** The same with or without queries in the context. */
  public MrnConfig withTransductive(boolean on) {
    return new MrnConfig(context, k, temperature, choice, uniform, slots, masked, on, rounds, loss);
  }

  boolean propagates() {
    return context != Context.NONE && k > 0;
  }

  boolean ofEpisode() {
    return context == Context.EPISODE || context == Context.BOTH;
  }

  boolean ofMemory() {
    return context == Context.MEMORY || context == Context.BOTH;
  }
}
