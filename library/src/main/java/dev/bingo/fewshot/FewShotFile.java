package dev.bingo.fewshot;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.bingo.encoder.Encoders;
import dev.bingo.encoder.Modules;
import dev.bingo.torch.Tensors;
import dev.bingo.weights.Format;
import dev.bingo.weights.SafeTensors;
import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;

/** A learner on disk: its state, and what one must know to use it. A safetensors file. */
public final class FewShotFile {
  /** What the metadata of such a file says under {@code kind}. */
  public static final String KIND = "few-shot";

  private static final String VERSION = "1";
  private static final int MOST_SIZE = 512;
  private static final ObjectMapper JSON = new ObjectMapper();

  private FewShotFile() {}

  /**
   * What one must know.
   *
   * @param method {@link ProtoNet#NAME}, {@link Mrn#NAME} or {@link Mrn#RELATION}
   * @param mrn settings; those of a prototypical network mean nothing
   * @param imageSize side of the images, pixels
   * @param channels 3, or 1 for grey
   * @param normalisation name of the pixel normalisation
   * @param classes it was trained with, in the order of their numbers
   * @param about anything else: seed, episodes, accuracy
   */
  public record Info(
      String method,
      MrnConfig mrn,
      int imageSize,
      int channels,
      String normalisation,
      List<String> classes,
      Map<String, String> about) {
    public Info {
      classes = List.copyOf(classes);
      about = Map.copyOf(about);
      if (imageSize < Conv4.LEAST_SIZE || imageSize > MOST_SIZE) {
        throw new IllegalArgumentException(
            "few-shot: expected an image size of "
                + Conv4.LEAST_SIZE
                + " to "
                + MOST_SIZE
                + " pixels, got "
                + imageSize);
      }
    }

    /**
     * A learner as this says, with fresh weights: a function of the seed and of each parameter's
     * name.
     */
    public Learner create(long seed) {
      Conv4 encoder = new Conv4(channels);
      Learner learner =
          switch (method) {
            case ProtoNet.NAME -> new ProtoNet(encoder);
            case Mrn.NAME, Mrn.RELATION -> new Mrn(mrn, encoder, Conv4.mapSize(imageSize), seed);
            default ->
                throw new IllegalArgumentException("unknown few-shot method '" + method + "'");
          };
      Encoders.initialise(learner, seed);
      return learner;
    }
  }

  /** A file's content; the learner is in evaluation mode. */
  public record Loaded(Learner learner, Info info) {}

  /** Writes whole or not at all. */
  public static void save(Path file, Learner learner, Info info) throws IOException {
    try (PointerScope scope = new PointerScope()) {
      Map<String, String> metadata = new LinkedHashMap<>(info.about);
      metadata.put("kind", KIND);
      metadata.put("version", VERSION);
      metadata.put("method", info.method);
      metadata.put("mrn", JSON.writeValueAsString(info.mrn));
      metadata.put("image_size", Integer.toString(info.imageSize));
      metadata.put("channels", Integer.toString(info.channels));
      metadata.put("normalisation", info.normalisation);
      metadata.put("classes", JSON.writeValueAsString(info.classes));
      SafeTensors.write(file, Tensors.named(learner), metadata);
    }
  }

  /**
   * Whether a file says that it is one.
   *
   * @throws IOException where it can't be read
   */
  public static boolean is(Path file) throws IOException {
    return Format.of(file) == Format.SAFETENSORS
        && KIND.equals(SafeTensors.metadata(file).get("kind"));
  }

  /**
   * Reads a learner; every tensor must be matched.
   *
   * @throws IOException where the file is damaged, of another kind, or does not fit its own claim
   */
  public static Loaded load(Path file) throws IOException {
    try (PointerScope scope = new PointerScope()) {
      SafeTensors.Content content = SafeTensors.read(file);
      Map<String, String> metadata = content.metadata();
      if (!KIND.equals(metadata.get("kind"))) {
        throw new IOException(file + ": is no network that was trained by episodes");
      }
      if (!VERSION.equals(metadata.get("version"))) {
        throw new IOException(
            file
                + ": few-shot version "
                + metadata.get("version")
                + ", this bingo reads version "
                + VERSION);
      }
      Info info = info(file, metadata);
      Learner learner = info.create(0);
      Map<String, Tensor> tensors = content.tensors();
      Modules.load(tensors, learner, file.toString());
      learner.train(false);
      return new Loaded(learner, info);
    } catch (IllegalArgumentException e) {
      throw new IOException(file + ": " + e.getMessage(), e);
    }
  }

  private static Info info(Path file, Map<String, String> metadata) throws IOException {
    try {
      return new Info(
          metadata.getOrDefault("method", ""),
          JSON.readValue(metadata.getOrDefault("mrn", ""), MrnConfig.class),
          Integer.parseInt(metadata.getOrDefault("image_size", "")),
          Integer.parseInt(metadata.getOrDefault("channels", "")),
          metadata.getOrDefault("normalisation", ""),
          JSON.readValue(
              metadata.getOrDefault("classes", ""), new TypeReference<List<String>>() {}),
          metadata);
    } catch (JsonProcessingException | IllegalArgumentException | NullPointerException e) {
      throw new IOException(file + ": damaged metadata: " + e.getMessage(), e);
    }
  }
}
