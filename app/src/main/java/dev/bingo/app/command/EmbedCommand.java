package dev.bingo.app.command;

import dev.bingo.app.terminal.TerminalConsole;
import dev.bingo.evaluate.Embeddings;
import dev.bingo.evaluate.Features;
import dev.bingo.file.FolderLock;
import dev.bingo.file.PlainFolder;
import dev.bingo.image.ImageSource;
import dev.bingo.neighbour.Rows;
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
      "  bingo embed runs/student photos --out embedded --also jsonl,pgvector --unit"
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

  @Mixin private OverwriteArgument overwrite;

  @Override
  public Integer call() throws IOException {
    overwrite.check(files().toArray(Path[]::new));
    EncoderArguments.Ready ready = encoder.load();
    Console console = TerminalConsole.standard();
    Path list = out.resolve("bad-images.tsv");
    try (GivenImages given = images.open(data, list, console);
        FolderLock lock = lock()) {
      ImageSource source = given.source();
      console.begin("embedding");
      Features raw =
          Embeddings.extract(
              ready.encoder().backbone(), source, ready.options(), console::progress);
      Features features = unit ? raw.unit() : raw;
      given.tell();
      if (given.bad().isEmpty()) {
        Files.deleteIfExists(list); // of rows that are overwritten
      }
      also(features, source);
      features.save(
          out,
          half ? ScalarType.Half : ScalarType.Float,
          IntStream.of(features.positions()).mapToObj(source::id).toList(),
          given.bad(),
          Map.of(
              "data",
              source.fingerprint(),
              "encoder",
              BagMaker.sha256(encoder.file()),
              "unit",
              Boolean.toString(unit)));
      console.say("wrote " + features.size() + " x " + features.width() + " to " + out);
    }
    return 0;
  }

  private List<Path> files() {
    List<Path> files = new ArrayList<>(Features.files(out));
    also.forEach(format -> files.add(file(format)));
    return files;
  }

  private Path file(VectorFormat format) {
    return out.resolve("features." + format.ending());
  }

  /** Before the index is, which says that all is there. */
  private void also(Features features, ImageSource source) throws IOException {
    if (!also.isEmpty()) {
      Features.unsave(out);
    }
    for (VectorFormat format : also) {
      VectorFile.write(
          file(format),
          format,
          Rows.of(features.values()),
          row -> source.id(features.positions()[row]),
          row -> {
            int label = source.label(features.positions()[row]);
            return label < 0 ? null : source.classes().get(label);
          });
    }
  }

  /** Rows of one and labels of another would look whole. */
  private FolderLock lock() throws IOException {
    PlainFolder folder = new PlainFolder(out);
    folder.makeFolder("");
    return FolderLock.take(
        folder, "another process is writing here; wait for it, or choose another --out");
  }
}
