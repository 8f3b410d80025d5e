package dev.bingo.app.command;

import com.fasterxml.jackson.core.json.JsonWriteFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.bingo.app.terminal.TerminalConsole;
import dev.bingo.image.BadImages;
import dev.bingo.image.ImageSource;
import dev.bingo.image.Subset;
import dev.bingo.image.Tolerant;
import dev.bingo.look.Clusters;
import dev.bingo.look.Copies;
import dev.bingo.look.LabelSuspects;
import dev.bingo.look.Outliers;
import dev.bingo.look.Survey;
import dev.bingo.recipe.RecipeException;
import dev.bingo.run.Console;
import dev.bingo.run.EncoderPath;
import dev.bingo.similar.Identity;
import dev.bingo.similar.IndexUpdate.Embedder;
import dev.bingo.similar.SimilarIndex;
import dev.bingo.similar.SimilarIndex.Neighbours;
import dev.bingo.similar.SimilarIndex.Pair;
import dev.bingo.similar.SimilarIndex.Pairs;
import java.io.IOException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.stream.IntStream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(
    name = "look",
    description = {
      "Says what is in a set of images: numbers, sizes, bad files, copies.",
      "With an encoder also near duplicates, outliers, clusters and, where there are labels, those"
          + " to look at again. Vectors are kept in an index, as 'bingo similar' does."
    },
    footerHeading = "%nExamples:%n",
    footer = {
      "  bingo look photos",
      "  bingo look photos --encoder runs/student --html look.html",
      "  bingo look photos --encoder runs/student --json > look.json"
    })
public final class LookCommand implements Callable<Integer> {
  private static final int NEIGHBOURS = 20;
  private static final int OUTLIERS = 24;
  private static final int EXAMPLES = 8;
  private static final int TRIED = 64;
  private static final ObjectMapper JSON =
      JsonMapper.builder()
          .enable(JsonWriteFeature.ESCAPE_NON_ASCII)
          .enable(SerializationFeature.INDENT_OUTPUT)
          .build();

  @Parameters(paramLabel = "DATA", description = "The images.")
  private Path data;

  @Option(
      names = "--encoder",
      paramLabel = "ENCODER",
      description = "A run's directory, its encoder.safetensors, or anybody's file.")
  private Path encoder;

  @Mixin private EncoderOptions how;
  @Mixin private ImageArguments images;
  @Mixin private IndexArguments index;

  @Option(
      names = "--alike",
      paramLabel = "COSINE",
      description =
          "From when on two images are near duplicates (default: measured on altered copies).")
  private Double alike;

  @Option(
      names = "--html",
      paramLabel = "FILE.html",
      description = "Also write a page with the pictures, in one file.")
  private Path html;

  @Option(names = "--json", description = "Print JSON, with all that was found.")
  private boolean json;

  @Mixin private OverwriteArgument overwrite;

  @Override
  public Integer call() throws IOException {
    if (alike != null && !(alike > 0 && alike <= 1)) {
      throw new RecipeException("--alike: expected a cosine above 0, up to 1, got " + alike);
    }
    if (html != null) {
      overwrite.check(html);
    }
    Console console = TerminalConsole.standard();
    try (ImageSource source = images.some(data)) {
      console.say("images: " + source.describe());
      EncoderArguments.Ready ready = null;
      Identity identity = null;
      if (encoder != null) {
        Path file = EncoderPath.of(encoder);
        ready = how.load(file);
        identity = IndexArguments.identity(file, how.wish(), ready, images);
        index.check(data, identity);
      }
      console.begin("reading");
      int n = source.size();
      Survey survey = Survey.of(source, done -> console.progress(done, n));
      Looked.ByVectors byVectors =
          ready == null || survey.readable() < 2
              ? null
              : byVectors(source, survey, ready, identity, console);
      Looked looked = Looked.of(source, survey, byVectors);
      if (json) {
        System.out.println(JSON.writeValueAsString(new LookJson(looked).root()));
      } else {
        System.out.print(new LookText(looked).console());
      }
      System.out.flush();
      warn(survey, console);
      if (html != null) {
        new LookPage(looked).page("A look at " + data).write(html);
        console.say("page: " + html);
      }
    }
    return 0;
  }

  private void warn(Survey survey, Console console) {
    int n = survey.widths().length;
    if (survey.bad().size() > images.badImages * n) {
      console.say(
          "warning: other commands put up with a share of "
              + images.badImages
              + " of bad images: mend or remove them, or give those --bad-images "
              + Math.min(1, Math.ceil(100.0 * survey.bad().size() / n) / 100));
    }
  }

  private Looked.ByVectors byVectors(
      ImageSource source,
      Survey survey,
      EncoderArguments.Ready ready,
      Identity identity,
      Console console)
      throws IOException {
    ImageSource tolerant = new Tolerant(source, new BadImages(1, null));
    SimilarIndex open = index.update(data, identity, tolerant, ready, console);
    console.begin("neighbours");
    Neighbours near = open.neighbours(NEIGHBOURS, done -> console.progress(done, open.size()));
    int[] labels = labels(source, open);
    double threshold = alike != null ? alike : measured(source, survey, ready);
    long classes = IntStream.of(labels).filter(label -> label >= 0).distinct().count();
    return new Looked.ByVectors(
        open,
        labels,
        threshold,
        alike == null,
        unequal(SimilarIndex.pairs(near, threshold), open),
        Outliers.of(near, OUTLIERS),
        Clusters.of(open, Clusters.count(open.size()), EXAMPLES, 0),
        classes < 2 ? null : LabelSuspects.of(near, labels, row -> open.entry(row).digest()));
  }

  /** Without copies byte by byte, which are known without an encoder. */
  private static Pairs unequal(Pairs pairs, SimilarIndex open) {
    List<Pair> others =
        pairs.pairs().stream()
            .filter(p -> !open.entry(p.a()).digest().equals(open.entry(p.b()).digest()))
            .toList();
    return new Pairs(others, pairs.recall(), pairs.crowded());
  }

  private static int[] labels(ImageSource source, SimilarIndex open) {
    Map<String, Integer> byId = new HashMap<>();
    for (int i = 0; i < source.size(); i++) {
      byId.putIfAbsent(source.id(i), source.label(i));
    }
    return IntStream.range(0, open.size())
        .map(row -> byId.getOrDefault(open.entry(row).id(), ImageSource.UNLABELLED))
        .toArray();
  }

  /** By some images that can be read, spread over the set. */
  private static double measured(ImageSource source, Survey survey, EncoderArguments.Ready ready) {
    int[] good =
        IntStream.range(0, source.size()).filter(i -> !survey.bad().containsKey(i)).toArray();
    int count = Math.min(TRIED, good.length);
    int[] some =
        IntStream.range(0, count).map(i -> good[(int) ((long) i * good.length / count)]).toArray();
    return Copies.cosine(
        Subset.of(source, some), Embedder.of(ready.encoder().backbone(), ready.options()));
  }
}
