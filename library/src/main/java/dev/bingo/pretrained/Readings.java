package dev.bingo.pretrained;

import dev.bingo.encoder.Encoders;
import dev.bingo.encoder.Stem;
import dev.bingo.pretrained.Pretrained.Wish;
import dev.bingo.torch.Names;
import dev.bingo.weights.TensorInfo;
import dev.bingo.weights.WeightFile;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** Which of the known ways to read a file of weights fits it. */
final class Readings {
  /** The smallest network has more, even in a file without counters of batch-norm. */
  private static final int FEWEST_TENSORS = 60;

  private Readings() {}

  /**
   * The reading that is taken.
   *
   * @param also other dicts that fit as a whole, too
   */
  record Found(Match match, List<String> also) {}

  /**
   * The reading of a file that fits as a whole, else the nearest; empty where nothing is like an
   * encoder.
   */
  static Optional<Found> best(WeightFile opened, Wish wish) throws IOException {
    Predicate<String> allowed = allowed(wish.allowMissing());
    List<Candidate> candidates = candidates(wish);
    Set<String> known = new HashSet<>();
    candidates.forEach(c -> known.addAll(Encoders.shapes(c.architecture, c.stem).keySet()));
    Map<String, Map<String, String>> foreign = opened.foreignEntries();
    Match taken = null;
    Set<String> also = new LinkedHashSet<>();
    Match partial = null;
    int most = 0;
    Map<String, Map<String, TensorInfo>> dicts = chosen(opened, wish);
    for (NameMap map : NameMap.TABLE) {
      for (Map.Entry<String, Map<String, TensorInfo>> dict : dicts.entrySet()) {
        String place = dict.getKey();
        boolean looked = !wish.dict().isEmpty() || map.dict().matcher(place).matches();
        if (!looked || also.contains(place) || (taken != null && taken.dict().equals(place))) {
          continue;
        }
        for (String wrapper : NameMap.WRAPPERS) {
          int names = map.known(dict.getValue().keySet(), wrapper, known);
          // A file of names without end: no more than one before had is no whole network either.
          if (names <= most && names < FEWEST_TENSORS) {
            continue;
          }
          most = Math.max(most, Math.min(names, FEWEST_TENSORS));
          Match.Reading reading =
              Match.Reading.of(map, wrapper, place, dict.getValue(), foreign.get(place));
          if (map.toldByHead() && reading.sorted().projection().isEmpty()) {
            continue;
          }
          Match nearest = nearest(reading, candidates, allowed);
          if (nearest.full()) {
            if (taken == null) {
              taken = nearest;
            } else {
              also.add(place);
            }
            break;
          }
          if (nearest.matched() > 0
              && (partial == null || Match.byNearness().compare(nearest, partial) > 0)) {
            partial = nearest;
          }
        }
      }
    }
    Match best = taken != null ? taken : partial;
    return best == null ? Optional.empty() : Optional.of(new Found(best, List.copyOf(also)));
  }

  private static Match nearest(
      Match.Reading reading, List<Candidate> candidates, Predicate<String> allowed) {
    Candidate nearest =
        candidates.stream()
            .max(
                Comparator.comparingLong(
                    c -> reading.nearness(Encoders.shapes(c.architecture, c.stem))))
            .orElseThrow();
    return Match.of(reading, nearest.architecture, nearest.stem, allowed);
  }

  /** The dicts in which is looked: averages over a training after all others. */
  private static Map<String, Map<String, TensorInfo>> chosen(WeightFile opened, Wish wish)
      throws IOException {
    Map<String, Map<String, TensorInfo>> all = opened.stateDicts();
    if (!wish.dict().isEmpty()) {
      if (!all.containsKey(wish.dict())) {
        throw new IllegalArgumentException(
            "holds no state dict '"
                + wish.dict()
                + "'"
                + Names.didYouMean(wish.dict(), all.keySet()));
      }
      return Map.of(wish.dict(), all.get(wish.dict()));
    }
    Map<String, Map<String, TensorInfo>> ordered = new LinkedHashMap<>();
    for (boolean averaged : new boolean[] {false, true}) {
      all.forEach(
          (place, tensors) -> {
            if (NameMap.AVERAGED.matcher(place).matches() == averaged) {
              ordered.put(place, tensors);
            }
          });
    }
    return ordered;
  }

  private record Candidate(String architecture, Stem stem) {}

  private static List<Candidate> candidates(Wish wish) {
    List<Candidate> all = new ArrayList<>();
    for (String name : Encoders.names()) {
      if (!wish.architecture().isEmpty() && !wish.architecture().equals(name)) {
        continue;
      }
      if (wish.stem() != null) {
        all.add(new Candidate(name, wish.stem()));
      } else if (Encoders.hasStems(name)) {
        // The third has the same tensors as the second.
        all.add(new Candidate(name, Stem.IMAGENET));
        all.add(new Candidate(name, Stem.CIFAR));
      } else {
        all.add(new Candidate(name, name.startsWith("cifar_") ? Stem.CIFAR : Stem.IMAGENET));
      }
    }
    return all;
  }

  private static Predicate<String> allowed(List<String> patterns) {
    List<Pattern> compiled =
        patterns.stream()
            .map(
                p ->
                    Pattern.compile(
                        Arrays.stream(p.split("\\*", -1))
                            .map(Pattern::quote)
                            .collect(Collectors.joining(".*"))))
            .toList();
    return name -> compiled.stream().anyMatch(p -> p.matcher(name).matches());
  }

  /** What does not fit, for people. */
  static String unmatched(Path file, Match match) {
    int of = Encoders.shapes(match.architecture(), match.stem()).size();
    return "%s: does not fit any encoder as a whole. Nearest is %s by the names of %s (%s), %d of %d tensors:%n  %s"
        .formatted(
            file,
            match.architecture(),
            match.map().name(),
            match.prefix(),
            match.matched(),
            of,
            match.problems());
  }
}
