package dev.bingo.app.command;

import dev.bingo.evaluate.Embeddings;
import dev.bingo.image.ImageSource;
import dev.bingo.pretrained.Pretrained;
import dev.bingo.recipe.RecipeException;
import dev.bingo.run.BagMaker;
import dev.bingo.run.Console;
import dev.bingo.similar.Identity;
import dev.bingo.similar.IndexUpdate;
import dev.bingo.similar.SimilarIndex;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.StringJoiner;
import picocli.CommandLine.Option;

/** Where the index of a set of images is, and how it is brought up to date. */
final class IndexArguments {
  @Option(
      names = "--index",
      paramLabel = "DIR",
      description = "Where vectors are kept (default: .DATA.similar, beside the images).")
  private Path index;

  @Option(names = "--rebuild", description = "Make the index anew, whatever is there.")
  private boolean rebuild;

  /** The folder, for images at {@code data}. */
  Path folder(Path data) {
    if (index != null) {
      return index;
    }
    Path place = data.toAbsolutePath().normalize();
    if (place.getFileName() == null) {
      throw new RecipeException(data + ": say where to keep the index: --index DIR");
    }
    // Hidden, so that it is no class of images where the folder around is a set itself.
    return place.resolveSibling("." + place.getFileName() + ".similar");
  }

  /**
   * Refuses the index of another encoder, or of images prepared otherwise, and a place where none
   * can be made, before the work.
   */
  void check(Path data, Identity identity) throws IOException {
    Path folder = folder(data).toAbsolutePath();
    Path there = folder;
    while (there != null && !Files.exists(there)) {
      there = there.getParent();
    }
    if (there == null || !Files.isDirectory(there) || !Files.isWritable(there)) {
      throw new RecipeException(
          folder + ": the index can't be written there; choose another place: --index DIR");
    }
    if (!rebuild) {
      IndexUpdate.check(folder, identity);
    }
  }

  /** What the vectors of an encoder are of. */
  static Identity identity(
      Path encoder, Pretrained.Wish wish, EncoderArguments.Ready ready, ImageArguments images)
      throws IOException {
    Embeddings.Options options = ready.options();
    return new Identity(
        BagMaker.sha256(encoder),
        Map.of(
            "architecture", ready.encoder().info().architecture(),
            "stem", String.valueOf(ready.encoder().info().stem()).toLowerCase(Locale.ROOT),
            // A file may hold several networks, and a network several outputs.
            "dict", wish.dict(),
            "output", wish.output(),
            "image_size", Integer.toString(options.transform().size()),
            "normalisation", ready.encoder().info().normalisation(),
            "precision", options.precision().name().toLowerCase(Locale.ROOT),
            "exif", Boolean.toString(images.exif),
            "prefix", images.prefix,
            "limit", Integer.toString(images.limit)));
  }

  /** Where a second encoder's vectors are kept: a folder an encoder. */
  Path besides(Path data, Identity identity) {
    Path folder = folder(data);
    return folder.resolveSibling(folder.getFileName() + "-" + identity.encoder().substring(0, 12));
  }

  /** Brings the index up to date, and says what that was. */
  SimilarIndex update(
      Path data,
      Identity identity,
      ImageSource source,
      EncoderArguments.Ready ready,
      Console console)
      throws IOException {
    return update(folder(data), data, identity, source, ready, console);
  }

  /** The same in a folder. */
  SimilarIndex update(
      Path folder,
      Path data,
      Identity identity,
      ImageSource source,
      EncoderArguments.Ready ready,
      Console console)
      throws IOException {
    IndexUpdate.Done done =
        new IndexUpdate(
                folder,
                identity,
                data.toAbsolutePath().normalize().toString(),
                source,
                IndexUpdate.Embedder.of(ready.encoder().backbone(), ready.options()),
                new IndexUpdate.Listener() {
                  @Override
                  public void begin(String what) {
                    console.begin(what);
                  }

                  @Override
                  public void progress(long at, long total) {
                    console.progress(at, total);
                  }
                })
            .run(rebuild);
    console.say("index: " + folder + ": " + words(done));
    return SimilarIndex.open(folder);
  }

  private static String words(IndexUpdate.Done done) {
    StringJoiner words = new StringJoiner(", ");
    add(words, done.added(), "new");
    add(words, done.changed(), "changed");
    add(words, done.renamed(), "renamed or copied");
    add(words, done.removed(), "gone");
    add(words, done.kept(), "as before");
    return words.toString();
  }

  private static void add(StringJoiner words, int count, String what) {
    if (count > 0) {
      words.add(String.format(Locale.ROOT, "%,d %s", count, what));
    }
  }

  /** What there is to know of an index, a line each. */
  static List<String> about(SimilarIndex index) {
    String search =
        index.exact()
            ? "exact"
            : String.format(
                Locale.ROOT,
                "in cells; %.1f %% of the true ten nearest are found, by a sample",
                100 * index.recall());
    return List.of(
        String.format(
            Locale.ROOT,
            "images  %,d of %,d, %,d numbers each, %,.1f MB",
            index.size(),
            index.size() + index.leftOut().size(),
            index.width(),
            index.vectorBytes() / 1e6),
        "encoder SHA-256 " + index.identity().encoder(),
        "search  " + search);
  }
}
