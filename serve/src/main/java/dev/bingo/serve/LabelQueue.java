package dev.bingo.serve;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/**
 * The images to label next. Where few are left, the next are chosen while people go on with those:
 * by what is labelled at that moment, so that nobody ever waits for a choice but the first.
 */
final class LabelQueue implements AutoCloseable {
  private static final long PATIENCE_SECONDS = 30;

  private final VectorIndex index;
  private final Labels labels;
  private final Chooser chooser;
  private final int budget;
  private final Consumer<String> faults;
  private final ExecutorService worker;

  // Guarded by this.
  private final Map<Integer, Item> items = new LinkedHashMap<>();
  private String strategy;
  private String chosenBy = "";
  private String trouble = "";
  private boolean choosing;
  private boolean stale;
  private int round;

  /** An image that was chosen, and in which round. */
  record Item(int round, Chooser.Pick pick) {}

  /**
   * How things stand.
   *
   * @param strategy that is asked for
   * @param chosenBy that the last choice was made by
   * @param trouble why nothing could be chosen; empty where it could
   * @param items still to be labelled, in their order
   */
  record State(
      int round,
      String strategy,
      String chosenBy,
      boolean choosing,
      String trouble,
      List<Item> items) {}

  LabelQueue(
      VectorIndex index, Labels labels, Chooser chooser, int budget, Consumer<String> faults) {
    this.index = index;
    this.labels = labels;
    this.chooser = chooser;
    this.budget = budget;
    this.faults = faults;
    strategy = chooser.strategies().get(0);
    round = labels.round();
    worker =
        Executors.newSingleThreadExecutor(
            work -> {
              Thread thread = new Thread(work, "bingo-chooser");
              thread.setDaemon(true);
              return thread;
            });
  }

  /** As it is now; begins to choose where few are left. */
  synchronized State state() {
    tidy();
    if (items.size() <= budget / 4 && trouble.isEmpty()) {
      choose();
    }
    return new State(round, strategy, chosenBy, choosing, trouble, List.copyOf(items.values()));
  }

  private void tidy() {
    items.keySet().removeIf(row -> labels.isTouched(index.id(row)));
  }

  /** What was chosen of an image, or null. */
  synchronized Item item(String image) {
    return items.get(index.row(image));
  }

  /** Something was labelled or undone: what could not be chosen before may be now. */
  synchronized void changed() {
    trouble = "";
  }

  /** Drops what was chosen and chooses anew, by this strategy. */
  synchronized void restart(String wanted) {
    strategy = wanted;
    trouble = "";
    items.clear();
    stale = choosing;
    choose();
  }

  private void choose() {
    if (choosing) {
      return;
    }
    choosing = true;
    String by = strategy;
    int next = round + 1;
    List<Integer> waiting = new ArrayList<>(items.keySet());
    worker.execute(() -> choose(by, next, waiting));
  }

  private void choose(String by, int next, List<Integer> waiting) {
    Chooser.Choice choice = null;
    String why = "";
    try {
      boolean[] left = labels.untouched();
      waiting.forEach(row -> left[row] = false);
      choice = chooser.choose(labels.byRow(), left, by, budget, next);
    } catch (IllegalArgumentException e) {
      why = e.getMessage();
    } catch (RuntimeException e) {
      why = "choosing failed; the server's log says how";
      faults.accept("choosing what to label: " + e);
    }
    chosen(choice, why, next);
  }

  private synchronized void chosen(Chooser.Choice choice, String why, int next) {
    choosing = false;
    if (stale) {
      // Another strategy was asked for meanwhile.
      stale = false;
      choose();
      return;
    }
    trouble = why;
    if (choice != null) {
      round = next;
      chosenBy = choice.strategy();
      choice.picks().forEach(pick -> items.putIfAbsent(pick.row(), new Item(next, pick)));
    }
  }

  /** Waits for a choice that is being made: native code would run on while the process ends. */
  @Override
  public void close() throws InterruptedException {
    worker.shutdownNow();
    worker.awaitTermination(PATIENCE_SECONDS, TimeUnit.SECONDS);
  }
}
