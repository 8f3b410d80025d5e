package dev.bingo.app.serving;

import dev.bingo.neighbour.Rows;
import dev.bingo.run.LabellingRound;
import dev.bingo.run.RowChoice;
import dev.bingo.select.Selection;
import dev.bingo.select.StoppingRule;
import dev.bingo.select.Strategy;
import dev.bingo.select.Uncertainty;
import dev.bingo.select.Wilson;
import dev.bingo.serve.Chooser;
import dev.bingo.torch.Names;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.AutoGradMode;

/** Chooses what to label next as {@code bingo select} does, among the rows of an index. */
public final class LabelChooser implements Chooser {
  private static final String AUTO = "auto";
  private static final int SHORTLIST = 10;

  private final Rows rows;
  private final double apart;
  private final long seed;

  /**
   * @param rows of length 1
   * @param apart least distance from what is labelled or chosen
   */
  public LabelChooser(Rows rows, double apart, long seed) {
    this.rows = rows;
    this.apart = apart;
    this.seed = seed;
  }

  @Override
  public List<String> strategies() {
    return Stream.concat(Stream.of(AUTO), Stream.of(Strategy.values()).map(Names::spell)).toList();
  }

  @Override
  public Choice choose(String[] labels, boolean[] left, String wanted, int budget, int round) {
    List<String> classes =
        Arrays.stream(labels).filter(Objects::nonNull).distinct().sorted().toList();
    int[] classOf = Arrays.stream(labels).mapToInt(classes::indexOf).toArray();
    int labelled = (int) Arrays.stream(labels).filter(Objects::nonNull).count();
    int open =
        (int) IntStream.range(0, labels.length).filter(r -> left[r] && classOf[r] < 0).count();
    if (open == 0) {
      throw new IllegalArgumentException("every image has been labelled or skipped");
    }
    Strategy strategy =
        wanted.equals(AUTO)
            ? LabellingRound.suited(labelled, classes.size())
            : Strategy.valueOf(wanted.toUpperCase(Locale.ROOT).replace('-', '_'));
    int many = Math.min(budget, open);
    int audit = classes.size() < 2 ? 0 : many / 10;
    Selection selection = new Selection(strategy, many, audit, apart, SHORTLIST, seed + round);
    try (PointerScope scope = new PointerScope();
        AutoGradMode off = new AutoGradMode(false)) {
      RowChoice.Chosen chosen =
          new RowChoice(rows, classOf, classes.size(), seed).choose(selection, row -> left[row]);
      if (chosen.picks().isEmpty()) {
        throw new IllegalArgumentException(
            "no image is farther than " + apart + " from what is labelled; take another strategy");
      }
      List<Chooser.Pick> picks = new ArrayList<>();
      for (int i = 0; i < chosen.picks().size(); i++) {
        picks.add(pick(chosen.picks().get(i), chosen.said(), i, strategy, labels, classes));
      }
      return new Choice(Names.spell(strategy), picks);
    }
  }

  private static Chooser.Pick pick(
      dev.bingo.select.Pick pick,
      Uncertainty said,
      int i,
      Strategy strategy,
      String[] labels,
      List<String> classes) {
    String predicted = said == null ? null : classes.get(said.likeliest()[i]);
    String why;
    if (pick.audit()) {
      why = "drawn at random, to judge the classifier by";
    } else {
      why = reason(strategy);
      if (said != null) {
        why +=
            String.format(
                Locale.ROOT, "; %s, %.0f %% sure", predicted, 100 * said.probability()[i]);
      }
      if (pick.nearest() >= 0) {
        why +=
            String.format(
                Locale.ROOT,
                "; %.2f from the nearest, %s",
                pick.distance(),
                labels[pick.nearest()]);
      }
    }
    return new Chooser.Pick(pick.row(), pick.audit(), predicted, why);
  }

  private static String reason(Strategy strategy) {
    return switch (strategy) {
      case RANDOM -> "drawn at random";
      case CORE_SET -> "far from all that is labelled";
      case MARGIN -> "two classes are nearly as likely";
      case ENTROPY -> "many classes are likely";
      case TYPICLUST -> "typical of a group with few labels";
      case MARGIN_CORE_SET -> "unsure, and far from what is labelled";
    };
  }

  @Override
  public Verdict judge(List<Audit> audits) {
    List<StoppingRule.Round> rounds =
        audits.stream().map(a -> new StoppingRule.Round(a.right(), a.of())).toList();
    StoppingRule.Verdict verdict = StoppingRule.DEFAULT.of(rounds);
    List<StoppingRule.Round> last =
        rounds.subList(Math.max(0, rounds.size() - StoppingRule.ROUNDS), rounds.size());
    Wilson share =
        Wilson.of(
            last.stream().mapToInt(StoppingRule.Round::right).sum(),
            last.stream().mapToInt(StoppingRule.Round::of).sum());
    return new Verdict(
        verdict.enough(),
        verdict.seen(),
        verdict.advice(),
        share.share(),
        share.low(),
        share.high());
  }
}
