package dev.bingo.app.command;

import dev.bingo.app.report.PicturePage;
import dev.bingo.app.report.PicturePage.Group;
import dev.bingo.app.report.PicturePage.Picture;
import dev.bingo.app.report.PicturePage.Section;
import dev.bingo.app.terminal.TerminalConsole;
import dev.bingo.evaluate.Features;
import dev.bingo.image.BadImageException;
import dev.bingo.image.ImageSource;
import dev.bingo.image.ImageSources;
import dev.bingo.image.Reduction;
import dev.bingo.image.SourceOptions;
import dev.bingo.recipe.RecipeException;
import dev.bingo.run.Console;
import dev.bingo.similar.Hit;
import dev.bingo.similar.Identity;
import dev.bingo.similar.SimilarIndex;
import dev.bingo.similar.SimilarIndex.Pairs;
import dev.bingo.torch.Tensors;
import dev.bingo.vectors.VectorFile;
import dev.bingo.vectors.VectorFormat;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import org.bytedeco.javacpp.PointerScope;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(
    name = "similar",
    description = {
      "Finds the images that resemble others most, by the cosine of their features.",
      "Vectors are kept in an index: made at the first call, then only images that are new or"
          + " altered are embedded. Without a query it is brought up to date and described."
    },
    footerHeading = "%nExamples:%n",
    footer = {
      "  bingo similar runs/student photos beach.jpg",
      "  bingo similar runs/student photos beach.jpg dog.jpg --k 24 \\",
      "      --gallery found.html",
      "  bingo similar runs/student photos beach.jpg --json",
      "  bingo similar runs/student photos --pairs 0.95 --csv > pairs.csv"
    })
public final class SimilarCommand implements Callable<Integer> {
  @Mixin private EncoderArguments encoder;

  @Parameters(index = "1", paramLabel = "DATA", description = "The images to search.")
  private Path data;

  @Parameters(
      index = "2..*",
      arity = "0..*",
      paramLabel = "QUERY",
      description = "Images to find others to.")
  private List<Path> queries = List.of();

  @Mixin private ImageArguments images;
  @Mixin private IndexArguments index;

  @Option(names = "--k", description = "Images to find for each (default: ${DEFAULT-VALUE}).")
  private int k = 10;

  @Option(
      names = "--pairs",
      paramLabel = "COSINE",
      description =
          "Also list pairs of images in DATA that are at least this alike, such as 0.95: what near"
              + " duplicates have depends on the encoder.")
  private Double pairs;

  @Option(names = "--json", description = "Print JSON, with names to the letter.")
  private boolean json;

  @Option(names = "--csv", description = "Print comma-separated values.")
  private boolean csv;

  @Option(
      names = "--gallery",
      paramLabel = "FILE.html",
      description = "Also write a page with the pictures, in one file.")
  private Path gallery;

  @Option(
      names = "--vectors",
      paramLabel = "FILE",
      description =
          "Also write all vectors, of length 1: .csv, .jsonl, .ndjson for OpenSearch, .copy for"
              + " pgvector.")
  private Path vectors;

  @Mixin private OverwriteArgument overwrite;

  /** An image to find others to. */
  private record Query(Path path, ImageSource image, String digest) {}

  @Override
  public Integer call() throws IOException {
    check();
    List<Query> asked = open();
    Console console = TerminalConsole.standard();
    Path folder = index.folder(data);
    try (GivenImages given = images.open(data, folder.resolve("bad-images.tsv"), console)) {
      ImageSource source = given.source();
      if (source.size() < 2) {
        throw new RecipeException(
            data + ": holds one image, which resembles itself alone; give a folder with more");
      }
      EncoderArguments.Ready ready = encoder.load();
      Identity identity = IndexArguments.identity(encoder.file(), encoder.wish(), ready, images);
      index.check(data, identity);
      List<float[]> wanted = asked.stream().map(query -> embed(query, ready)).toList();
      SimilarIndex open = index.update(data, identity, source, ready, console);
      given.tell();
      SimilarResults results = new SimilarResults(open, new Paths(data, images.prefix), k);
      for (int i = 0; i < asked.size(); i++) {
        Query query = asked.get(i);
        results.add(query.path.toString(), query.digest, open.search(wanted.get(i), k));
      }
      if (pairs != null) {
        results.pairs(pairs(open, console), pairs);
      }
      System.out.print(json ? results.json() : csv ? results.csv() : results.text());
      System.out.flush();
      if (vectors != null) {
        write(open, source);
        console.say("vectors: " + vectors);
      }
      if (gallery != null) {
        page(results, asked, source).write(gallery);
        console.say("gallery: " + gallery);
      }
    }
    return 0;
  }

  private void check() {
    if (k < 1 || k > 10_000) {
      throw new RecipeException("--k: expected 1 to 10000, got " + k);
    }
    if (pairs != null && !(pairs > 0 && pairs <= 1)) {
      throw new RecipeException("--pairs: expected a cosine above 0, up to 1, got " + pairs);
    }
    if (json && csv) {
      throw new RecipeException("--json and --csv: choose one");
    }
    if (csv && pairs != null && !queries.isEmpty()) {
      throw new RecipeException("--csv: pairs and queries are two tables; ask for one at a time");
    }
    if (vectors != null) {
      VectorFormat.of(vectors);
      overwrite.check(vectors);
    }
    if (gallery != null) {
      overwrite.check(gallery);
      if (queries.isEmpty() && pairs == null) {
        throw new RecipeException("--gallery: name images to find others to, or --pairs COSINE");
      }
    }
  }

  /** Before anything is worked on: a query that is no image makes all of it vain. */
  private List<Query> open() throws IOException {
    List<Query> asked = new ArrayList<>();
    for (Path path : queries) {
      if (Files.isDirectory(path)) {
        throw new RecipeException(path + ": is a folder; a query is one image");
      }
      ImageSource image =
          ImageSources.open(
              path,
              SourceOptions.DEFAULT.withKind(SourceOptions.Kind.FOLDER).withExif(images.exif));
      try {
        image.read(0, Reduction.NONE);
        asked.add(new Query(path, image, image.digest(0)));
      } catch (BadImageException e) {
        throw new RecipeException("query " + path + ": can't be read: " + e.reason());
      }
    }
    return asked;
  }

  private static float[] embed(Query query, EncoderArguments.Ready ready) {
    try (PointerScope scope = new PointerScope()) {
      Features features = ready.encoder().embed(query.image);
      return Tensors.toFloats(features.values());
    }
  }

  private Pairs pairs(SimilarIndex open, Console console) {
    console.begin("pairs");
    return open.pairs(pairs, done -> console.progress(done, open.size()));
  }

  private void write(SimilarIndex open, ImageSource source) throws IOException {
    Map<String, Integer> labels = new HashMap<>();
    for (int i = 0; i < source.size(); i++) {
      labels.put(source.id(i), source.label(i));
    }
    VectorFile.write(
        vectors,
        VectorFormat.of(vectors),
        open.rows(),
        row -> open.entry(row).id(),
        row -> {
          int label = labels.getOrDefault(open.entry(row).id(), ImageSource.UNLABELLED);
          return label < 0 ? null : source.classes().get(label);
        });
  }

  private PicturePage page(SimilarResults results, List<Query> asked, ImageSource source) {
    Thumbnails thumbnails = new Thumbnails(source, results.shown());
    List<Section> sections = new ArrayList<>();
    List<Group> found = new ArrayList<>();
    for (int i = 0; i < asked.size(); i++) {
      List<Picture> others = new ArrayList<>();
      for (Hit hit : results.hits(i)) {
        others.add(
            thumbnails.picture(
                hit.entry().id(),
                String.format(Locale.ROOT, "%.4f", hit.cosine())
                    + (results.same(i, hit) ? " the same bytes" : "")));
      }
      Query query = asked.get(i);
      Picture first = Thumbnails.picture(query.image, 0, "", "query");
      found.add(new Group(query.path.toString(), first, others));
    }
    if (!found.isEmpty()) {
      sections.add(new Section("Found", List.of(), List.of(), found));
    }
    if (pairs != null) {
      List<Group> two =
          results.shownPairs().stream()
              .map(
                  pair ->
                      thumbnails.pair(results.id(pair.a()), results.id(pair.b()), pair.cosine()))
              .toList();
      sections.add(new Section("Pairs", List.of(results.pairWords()), List.of(), two));
    }
    return new PicturePage(
        "Similar images",
        data.toString(),
        List.of("The number is the cosine: 1 is the same direction, 0 is no resemblance."),
        sections);
  }
}
