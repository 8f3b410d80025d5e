package dev.bingo.run;

import dev.bingo.Encoder;
import dev.bingo.evaluate.Embeddings;
import dev.bingo.file.Sha256;
import dev.bingo.image.ImageSource;
import dev.bingo.neighbour.Rows;
import dev.bingo.recipe.RecipeException;
import dev.bingo.select.Pick;
import dev.bingo.select.Selection;
import dev.bingo.select.StoppingRule;
import dev.bingo.select.Strategy;
import dev.bingo.select.Uncertainty;
import dev.bingo.torch.Names;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.bytedeco.javacpp.PointerScope;

/** One round of labelling: what is known, what follows of the rounds before, what to label next. */
public final class LabellingRound {
  /** Below so many labels a class a classifier is little to go by, and what is typical is more. */
  private static final int FEW = 10;

  private final Wish wish;
  private final ImageSource images;
  private final KnownLabels labels;
  private final Console console;
  private final Selection selection;
  private final Round parent;
  private final List<StoppingRule.Round> audits = new ArrayList<>();

  /**
   * What is wanted.
   *
   * @param strategy null: by how much is labelled
   * @param budget images
   * @param audit how many of them are drawn to judge by; −1: a tenth, where there is a classifier
   * @param apart as {@link Selection#apart}
   * @param shortlist as {@link Selection#shortlist}
   * @param seed of all draws
   * @param unit whether distances are between directions
   * @param parent the round before, or null
   */
  public record Wish(
      Strategy strategy,
      int budget,
      int audit,
      double apart,
      int shortlist,
      long seed,
      boolean unit,
      Path parent) {}

  /**
   * Says what is known, and refuses what can't work.
   *
   * @throws IllegalArgumentException or {@link RecipeException}, before anything takes time
   */
  public LabellingRound(Wish wish, ImageSource images, KnownLabels labels, Console console)
      throws IOException {
    this.wish = wish;
    this.images = images;
    this.labels = labels;
    this.console = console;
    int labelled = labels.count();
    int classes = labels.classes().size();
    console.say(labels.describe());
    for (String alike : labels.alike()) {
      console.say("warning: classes " + alike + ": are they one, spelt in two ways?");
    }
    Strategy strategy = wish.strategy == null ? byLabels(labelled, classes) : wish.strategy;
    int audit = wish.audit >= 0 ? wish.audit : classes < 2 ? 0 : wish.budget / 10;
    selection = new Selection(strategy, wish.budget, audit, wish.apart, wish.shortlist, wish.seed);
    if (labelled == images.size()) {
      throw new RecipeException(
          "every image has a label: there is nothing to choose. If not all of them are known, say"
              + " with --labels which are (a table of its header alone, image,label: none)");
    }
    selection.check(images.size() - labelled, labelled, classes);
    parent = wish.parent == null ? null : Round.read(wish.parent);
    if (parent != null) {
      judge();
    }
  }

  /** The strategy that suits so many labels. */
  public static Strategy suited(int labelled, int classes) {
    boolean few = classes < 2 || labelled < FEW * classes;
    return few ? Strategy.TYPICLUST : Strategy.MARGIN_CORE_SET;
  }

  private Strategy byLabels(int labelled, int classes) {
    Strategy strategy = suited(labelled, classes);
    boolean few = strategy == Strategy.TYPICLUST;
    console.say(
        "strategy: "
            + Names.spell(strategy)
            + (few ? ", as fewer than " : ", as at least ")
            + FEW
            + " images a class are labelled");
    return strategy;
  }

  /** What the audits say, now that the last one's labels are known. */
  private void judge() {
    Map<String, String> known = new HashMap<>();
    for (int i = 0; i < images.size(); i++) {
      if (labels.name(i) != null) {
        known.put(images.id(i), labels.name(i));
      }
    }
    long now = parent.picks().stream().filter(p -> known.containsKey(p.image())).count();
    if (now < parent.picks().size()) {
      console.say(
          String.format(
              Locale.ROOT,
              "round %d: %,d of its %,d images have a label now",
              parent.round(),
              now,
              parent.picks().size()));
    }
    StoppingRule.Round audit = parent.audit(known);
    if (audit.of() < parent.toJudge()) {
      console.say(
          "warning: "
              + (parent.toJudge() - audit.of())
              + " of the audit's images have no label: if they are the hard ones, the accuracy is too"
              + " high");
    }
    audits.addAll(parent.audits());
    audits.add(audit);
    StoppingRule.Verdict verdict = StoppingRule.DEFAULT.of(audits);
    console.say(verdict.seen());
    console.say(verdict.advice());
  }

  /**
   * Chooses.
   *
   * @param file the encoder's
   * @param features the folder that {@code bingo embed} wrote, or null
   * @param folder where the round is written to
   */
  public Round choose(
      Path file, Encoder encoder, Embeddings.Options options, Path features, Path folder)
      throws IOException {
    String model = BagMaker.sha256(file);
    if (parent != null && !parent.encoder().equals(model)) {
      console.say("warning: the round before was chosen by another encoder");
    }
    if (parent != null && !parent.images().equals(images.fingerprint())) {
      console.say("warning: the images are not those of the round before");
    }
    try (PoolFeatures pool =
            features == null
                ? PoolFeatures.embed(encoder, options, images, folder, console)
                : PoolFeatures.of(features, model, images, wish.unit);
        PointerScope scope = new PointerScope()) {
      return choose(pool, model);
    }
  }

  private Round choose(PoolFeatures pool, String model) throws IOException {
    int[] positions = pool.positions();
    Rows rows = wish.unit ? pool.rows().unit() : pool.rows();
    int[] classOf = Arrays.stream(positions).map(position -> labels.of()[position]).toArray();
    console.say("choosing by " + Names.spell(selection.strategy()) + " ...");
    RowChoice.Chosen choice =
        new RowChoice(rows, classOf, labels.classes().size(), wish.seed)
            .choose(selection, row -> true);
    List<Pick> picks = choice.picks();
    if (picks.isEmpty()) {
      throw new RecipeException(
          "no image is farther than "
              + selection.apart()
              + " from what is labelled; choose a smaller --apart. Where it is 0 the encoder makes the"
              + " same of all of them: look at it with bingo inspect");
    }
    if (picks.size() < selection.budget()) {
      console.say(
          String.format(
              Locale.ROOT,
              "warning: %,d of %,d: no others are farther than %s from what is labelled or chosen",
              picks.size(),
              selection.budget(),
              selection.apart()));
    }
    return round(pool, model, chosen(picks, choice.said(), positions));
  }

  private List<Round.Chosen> chosen(List<Pick> picks, Uncertainty said, int[] positions) {
    List<Round.Chosen> all = new ArrayList<>();
    for (int i = 0; i < picks.size(); i++) {
      Pick pick = picks.get(i);
      boolean near = pick.nearest() >= 0;
      int nearest = near ? positions[pick.nearest()] : -1;
      all.add(
          new Round.Chosen(
              images.id(positions[pick.row()]),
              pick.audit(),
              said == null ? null : labels.classes().get(said.likeliest()[i]),
              said == null ? null : (double) said.probability()[i],
              Double.isNaN(pick.score()) ? null : pick.score(),
              near ? images.id(nearest) : null,
              near ? labels.name(nearest) : null,
              near ? pick.distance() : null,
              pick.cluster() < 0 ? null : pick.cluster()));
    }
    return all;
  }

  private Round round(PoolFeatures pool, String model, List<Round.Chosen> picks)
      throws IOException {
    return new Round(
        Round.version(),
        parent == null ? 1 : parent.round() + 1,
        parent == null ? "" : BagMaker.sha256(wish.parent),
        images.fingerprint(),
        model,
        pool.sha256(),
        labelHash(),
        labels.count(),
        labels.classes(),
        Names.spell(selection.strategy()),
        wish.unit ? "cosine" : "euclidean",
        selection.budget(),
        selection.audit(),
        selection.apart(),
        selection.shortlist(),
        selection.seed(),
        List.copyOf(audits),
        picks);
  }

  private String labelHash() {
    MessageDigest digest = Sha256.digest();
    for (int i = 0; i < images.size(); i++) {
      if (labels.name(i) != null) {
        String line = images.id(i) + "\0" + labels.name(i) + "\0";
        digest.update(line.getBytes(StandardCharsets.UTF_8));
      }
    }
    return HexFormat.of().formatHex(digest.digest());
  }
}
