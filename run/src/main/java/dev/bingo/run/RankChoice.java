package dev.bingo.run;

import dev.bingo.method.Method;
import dev.bingo.train.Setup;
import dev.bingo.train.Trial;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.IntStream;
import org.bytedeco.pytorch.global.torch;

/** By how many ranks a training is fastest here, by a short measurement. */
final class RankChoice {
  /** Ranks that win less are not worth their memory. */
  private static final double LEAST_GAIN = 1.05;

  /** Steps are timed for so long, two at least. */
  private static final Duration PATIENCE = Duration.ofSeconds(2);

  private final Console console;

  /** Makes the training that is to be measured, anew each time. */
  interface Maker {
    Setup of(int ranks) throws IOException;
  }

  RankChoice(Console console) {
    this.console = console;
  }

  /** One, and numbers up to LibTorch's threads that can share the method's batches. */
  static List<Integer> possible(Method method, int batch, boolean onGpu) {
    int threads = torch.get_num_threads();
    return IntStream.rangeClosed(1, threads)
        .filter(ranks -> threads % ranks == 0)
        .filter(ranks -> ranks == 1 || shares(method, ranks, batch, onGpu))
        .boxed()
        .toList();
  }

  private static boolean shares(Method method, int ranks, int batch, boolean onGpu) {
    try {
      Setup.checkRanks(method, ranks, batch, onGpu);
      return true;
    } catch (IllegalArgumentException e) {
      return false;
    }
  }

  /** Measures where there is a choice, and says what came of it. */
  int fastest(List<Integer> possible, Maker maker) throws IOException {
    if (possible.size() == 1) {
      console.say("train.ranks=auto: 1, as nothing else can share these batches on these threads");
      return 1;
    }
    int best = 1;
    double alone = 0;
    double least = 0;
    List<String> times = new ArrayList<>();
    for (int ranks : possible) {
      double seconds = Trial.of(maker.of(ranks), 0, PATIENCE).seconds();
      times.add(String.format(Locale.ROOT, "%d %.0f ms", ranks, 1e3 * seconds));
      if (ranks == 1) {
        alone = seconds;
        least = seconds;
      } else if (seconds < least && seconds * LEAST_GAIN < alone) {
        best = ranks;
        least = seconds;
      }
    }
    console.say(
        "train.ranks=auto: "
            + best
            + ", by a few steps of each ("
            + String.join(", ", times)
            + "); the run keeps to it");
    return best;
  }
}
