package dev.bingo.app.command;

import dev.bingo.app.terminal.TerminalConsole;
import dev.bingo.evaluate.Embeddings;
import dev.bingo.evaluate.Features;
import dev.bingo.file.FolderLock;
import dev.bingo.file.PlainFolder;
import dev.bingo.image.ImageSource;
import dev.bingo.image.ImageSources;
import dev.bingo.neighbour.Rows;
import dev.bingo.recipe.RecipeException;
import dev.bingo.run.BagMaker;
import dev.bingo.run.Console;
import dev.bingo.vectors.VectorFile;
import dev.bingo.vectors.VectorFormat;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.stream.IntStream;
import org.bytedeco.pytorch.global.torch.ScalarType;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(
    name = "embed",
    description = "Writes the features of images: features.npy, labels.npy and index.json.",
    footerHeading = "%nExamples:%n",
    footer = {
      "  bingo embed runs/student/encoder.safetensors photos --out embedded --half",
      "  bingo embed runs/student photos --out embedded --also jsonl,pgvector --unit",
      "  bingo embed runs/student shards --out embedded --shard 3/16     (the fourth of 16 machines)"
    })
public final class EmbedCommand implements Callable<Integer> {
  @Mixin private EncoderArguments encoder;

  @Parameters(index = "1", paramLabel = "DATA", description = "The images.")
  private Path data;

  @Mixin private ImageArguments images;

  @Option(names = "--out", required = true, paramLabel = "DIR", description = "Where to write.")
  private Path out;

  @Option(names = "--half", description = "float16 in place of float32.")
  private boolean half;

  @Option(
      names = "--also",
      split = ",",
      paramLabel = "FORMAT",
      description =
          "Also write features.FORMAT: ${COMPLETION-CANDIDATES}; several with commas between"
              + " (docs/search.md).")
  private Set<VectorFormat> also = Set.of();

  @Option(names = "--unit", description = "Make each vector of length 1, for dot products.")
  private boolean unit;

  @Option(
      names = "--shard",
      paramLabel = "i/n",
      converter = Shard.Reader.class,
      description =
          "Of n processes this is the i-th, from 0: it embeds every n-th tar shard (or image, where"
              + " DATA is no folder of tar shards), each shard to a folder of its own in --out, and"
              + " keeps those that are there and whole (docs/scale.md).")
  private Shard shard;

  @Mixin private OverwriteArgument overwrite;

  /** Loaded at the first output that isn't there yet. */
  private EncoderArguments.Ready ready;

  /** Opens the images of one output. */
  private interface Opener {
    GivenImages open(Path list, Console console) throws IOException;
  }

  @Override
  public Integer call() throws IOException {
    Console console = TerminalConsole.standard();
    if (shard == null) {
      overwrite.check(files(out).toArray(Path[]::new));
      ready = encoder.load();
      try (GivenImages given = images.open(data, badIn(out), console)) {
        embed(given, out, "", console);
      }
      return 0;
    }
    if (images.limit > 0) {
      throw new RecipeException("--limit: can't be had with --shard; leave one out");
    }
    List<Path> tars = ImageSources.shards(data, images.kind);
    if (tars.isEmpty()) {
      part(console);
    } else {
      tars(tars, console);
    }
    return 0;
  }

  private void part(Console console) throws IOException {
    int size;
    try (ImageSource all = images.some(data)) {
      size = all.size();
    }
    int[] positions = shard.positions(size);
    if (positions.length == 0) {
      console.say("shard " + shard + ": nothing to do, there are " + size + " images");
      return;
    }
    missing(
        out.resolve(shard.folder()),
        "",
        (list, to) -> images.open(data, positions, list, to),
        console);
  }

  private void tars(List<Path> tars, Console console) throws IOException {
    int[] positions = shard.positions(tars.size());
    int made = 0;
    for (int position : positions) {
      Path tar = tars.get(position);
      String name = tar.getFileName().toString();
      boolean missed =
          missing(out.resolve(name), name + "#", (list, to) -> images.open(tar, list, to), console);
      made += missed ? 1 : 0;
    }
    console.say(
        "shard %s: %d of %d tar shards are its own; %d made, %d kept"
            .formatted(shard, positions.length, tars.size(), made, positions.length - made));
  }

  /** Makes an output where it isn't there whole; says whether it did. */
  private boolean missing(Path folder, String prefix, Opener opener, Console console)
      throws IOException {
    try (GivenImages given = opener.open(badIn(folder), console)) {
      boolean whole = files(folder).stream().allMatch(Files::isRegularFile);
      if (whole && Features.index(folder).about().equals(about(given.source()))) {
        console.say("kept " + folder + ", which is whole");
        return false;
      }
      if (Files.exists(folder.resolve("index.json"))) { // of something else: not ours to replace
        overwrite.check(files(folder).toArray(Path[]::new));
      }
      if (ready == null) {
        ready = encoder.load();
      }
      embed(given, folder, prefix, console);
      return true;
    }
  }

  private void embed(GivenImages given, Path folder, String prefix, Console console)
      throws IOException {
    try (FolderLock lock = lock(folder)) {
      ImageSource source = given.source();
      console.begin("embedding");
      Features raw =
          Embeddings.extract(
              ready.encoder().backbone(), source, ready.options(), console::progress);
      Features features = unit ? raw.unit() : raw;
      given.tell();
      if (given.bad().isEmpty()) {
        Files.deleteIfExists(badIn(folder)); // of rows that are overwritten
      }
      also(features, source, folder, prefix);
      features.save(
          folder,
          half ? ScalarType.Half : ScalarType.Float,
          IntStream.of(features.positions()).mapToObj(i -> prefix + source.id(i)).toList(),
          given.bad(),
          about(source));
      console.say("wrote " + features.size() + " x " + features.width() + " to " + folder);
    }
  }

  /** What must be the same for an output to be kept. */
  private Map<String, String> about(ImageSource source) throws IOException {
    return Map.of(
        "data",
        source.fingerprint(),
        "encoder",
        BagMaker.sha256(encoder.file()),
        "precision",
        half ? "float16" : "float32",
        "unit",
        Boolean.toString(unit));
  }

  private static Path badIn(Path folder) {
    return folder.resolve("bad-images.tsv");
  }

  private List<Path> files(Path folder) {
    List<Path> files = new ArrayList<>(Features.files(folder));
    also.forEach(format -> files.add(file(folder, format)));
    return files;
  }

  private static Path file(Path folder, VectorFormat format) {
    return folder.resolve("features." + format.ending());
  }

  /** Before the index is, which says that all is there. */
  private void also(Features features, ImageSource source, Path folder, String prefix)
      throws IOException {
    if (!also.isEmpty()) {
      Features.unsave(folder);
    }
    for (VectorFormat format : also) {
      VectorFile.write(
          file(folder, format),
          format,
          Rows.of(features.values()),
          row -> prefix + source.id(features.positions()[row]),
          row -> {
            int label = source.label(features.positions()[row]);
            return label < 0 ? null : source.classes().get(label);
          });
    }
  }

  /** Rows of one and labels of another would look whole. */
  private static FolderLock lock(Path out) throws IOException {
    PlainFolder folder = new PlainFolder(out);
    folder.makeFolder("");
    return FolderLock.take(
        folder, "another process is writing here; wait for it, or choose another --out");
  }
}
