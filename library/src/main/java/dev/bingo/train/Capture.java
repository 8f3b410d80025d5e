package dev.bingo.train;

import com.fasterxml.jackson.core.JacksonException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.bingo.file.PlainFolder;
import dev.bingo.weights.WholeFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Locale;

/**
 * A step whose loss was not finite, kept so that it can be run again: where it is, and the newest
 * checkpoint before it. A run is exact, so the steps from there lead to the very weights before it;
 * without a checkpoint, those from the start do.
 *
 * @param folder that it is kept in
 * @param step optimiser steps taken before it
 * @param loss not finite
 * @param indices of the batch's anchors in the data set
 */
public record Capture(Path folder, long step, double loss, long[] indices) {
  private static final ObjectMapper JSON = new ObjectMapper();
  static final String FOLDER = "captures";

  private static final int LONGEST = 64 << 20;
  private static final String DESCRIPTION = "capture.json";
  private static final String BEFORE = "before.safetensors";

  /** Writes it below the run directory. */
  static Capture write(
      RunDirectory run, long step, int epoch, long seed, double rate, double loss, long[] indices)
      throws IOException {
    String name = FOLDER + String.format(Locale.ROOT, "/step-%09d", step);
    Path folder = run.folder().makeFolder(name);
    var checkpoints = run.checkpoints();
    Files.deleteIfExists(folder.resolve(BEFORE));
    if (!checkpoints.isEmpty()) {
      link(checkpoints.get(0), folder.resolve(BEFORE));
    }
    ObjectNode json = JSON.createObjectNode();
    json.put("step", step).put("epoch", epoch).put("seed", seed).put("learning_rate", rate);
    json.put("loss", Double.toString(loss));
    json.set("indices", JSON.valueToTree(indices));
    WholeFile.write(folder.resolve(DESCRIPTION), json.toPrettyString() + "\n");
    return new Capture(folder, step, loss, indices);
  }

  /** The checkpoint must outlive those that are deleted as new ones come. */
  private static void link(Path checkpoint, Path to) throws IOException {
    try {
      Files.createLink(to, checkpoint);
    } catch (UnsupportedOperationException | IOException e) {
      Files.copy(checkpoint, to); // another disk, or a file system without links
    }
  }

  /**
   * Reads one.
   *
   * @throws IOException where the folder holds none
   */
  public static Capture read(Path folder) throws IOException {
    PlainFolder plain = new PlainFolder(folder);
    plain.file(BEFORE);
    Path file = plain.file(DESCRIPTION);
    if (!Files.exists(file)) {
      throw new IOException(
          folder + ": holds no " + DESCRIPTION + "; captures lie in RUN/captures/step-…");
    }
    if (Files.size(file) > LONGEST) {
      throw new IOException(file + ": too large for a capture");
    }
    JsonNode json = parse(file);
    if (!json.path("step").isIntegralNumber() || !json.path("indices").isArray()) {
      throw new IOException(file + ": is no capture: it has no step and indices");
    }
    try {
      return new Capture(
          folder,
          json.get("step").asLong(),
          Double.parseDouble(json.path("loss").asText("NaN")),
          JSON.convertValue(json.get("indices"), long[].class));
    } catch (IllegalArgumentException e) {
      throw new IOException(file + ": is no capture: " + e.getMessage(), e);
    }
  }

  private static JsonNode parse(Path file) throws IOException {
    try {
      return JSON.readTree(file.toFile());
    } catch (JacksonException e) {
      throw new IOException(file + ": is no JSON: " + e.getOriginalMessage(), e);
    }
  }

  /** The checkpoint to start from, or null to start from the beginning. */
  Path before() {
    Path file = folder.resolve(BEFORE);
    return Files.exists(file) ? file : null;
  }

  @Override
  public boolean equals(Object o) {
    return o instanceof Capture c
        && folder.equals(c.folder)
        && step == c.step
        && Double.compare(loss, c.loss) == 0
        && Arrays.equals(indices, c.indices);
  }

  @Override
  public int hashCode() {
    return folder.hashCode() * 31 + Long.hashCode(step);
  }
}
