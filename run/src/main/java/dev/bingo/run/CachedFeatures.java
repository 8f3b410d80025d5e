package dev.bingo.run;

import dev.bingo.Encoder;
import dev.bingo.evaluate.Embeddings;
import dev.bingo.evaluate.Features;
import dev.bingo.image.ImageSource;
import dev.bingo.recipe.RecipeException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.bytedeco.pytorch.global.torch.ScalarType;

/** Features that are extracted once, and kept in a folder where the user names one. */
final class CachedFeatures {
  private static final String ENCODER = "encoder";
  private static final String DATA = "data";
  private static final String HOW = "how";

  private CachedFeatures() {}

  /**
   * The features of a labelled set; the caller's scope's.
   *
   * @param folder to take them from, or to write them to where it has none; null for neither
   * @param file of the encoder
   * @throws RecipeException where the folder has those of another encoder or other images
   */
  static Features of(
      Path folder,
      Path file,
      Encoder encoder,
      Embeddings.Options options,
      ImageSource images,
      Console console)
      throws IOException {
    if (folder == null) {
      return embed(encoder, options, images, console);
    }
    Map<String, String> about =
        Map.of(
            ENCODER,
            BagMaker.sha256(file),
            DATA,
            images.fingerprint(),
            HOW,
            options.transform() + ", " + options.normalisation() + ", " + options.precision());
    if (Files.exists(folder.resolve("index.json"))) {
      console.say("features: of " + folder);
      return read(folder, about, images);
    }
    Features features = embed(encoder, options, images, console);
    List<String> ids = Arrays.stream(features.positions()).mapToObj(images::id).toList();
    features.save(folder, ScalarType.Float, ids, Map.of(), about);
    return features;
  }

  private static Features embed(
      Encoder encoder, Embeddings.Options options, ImageSource images, Console console) {
    console.begin("embedding");
    return Embeddings.extract(encoder.backbone(), images, options, console::progress);
  }

  private static Features read(Path folder, Map<String, String> about, ImageSource images)
      throws IOException {
    Features.Saved saved = Features.load(folder);
    for (String key : List.of(ENCODER, DATA, HOW)) {
      if (!about.get(key).equals(saved.about().get(key))) {
        throw new RecipeException(
            folder
                + ": has features of another "
                + (key.equals(ENCODER) ? "encoder" : key.equals(DATA) ? "set of images" : "setting")
                + "; name another folder, or leave --features out");
      }
    }
    Map<String, Integer> at = images.positions();
    int[] positions = saved.ids().stream().mapToInt(id -> at.getOrDefault(id, -1)).toArray();
    if (Arrays.stream(positions).anyMatch(p -> p < 0)) {
      throw new RecipeException(folder + ": its index does not fit the images");
    }
    Features plain = saved.features();
    return new Features(
        plain.values(), plain.labels(), plain.classes(), positions, plain.imageSize());
  }
}
