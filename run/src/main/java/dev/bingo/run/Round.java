package dev.bingo.run;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.core.JacksonException;
import com.fasterxml.jackson.core.json.JsonWriteFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.PropertyNamingStrategies;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.bingo.Version;
import dev.bingo.recipe.RecipeException;
import dev.bingo.select.StoppingRule;
import dev.bingo.weights.WholeFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/**
 * All that a round of labelling was chosen by: with the same images, encoder and labels, the same
 * command chooses the same again.
 *
 * @param bingo its version
 * @param round from 1
 * @param parent SHA-256 of the file of the round before; empty for the first
 * @param images fingerprint of the set
 * @param encoder SHA-256 of the file
 * @param features SHA-256 of all rows, float32
 * @param labels SHA-256 of the labels that were known, in the set's order
 * @param labelled how many they were
 * @param classes their names
 * @param strategy as people write it
 * @param distance cosine or euclidean
 * @param budget that was asked for
 * @param audited how many were drawn for the audit
 * @param apart least distance
 * @param shortlist times the budget
 * @param seed of all draws
 * @param audits of the rounds before, from the first: what their models had told right
 * @param picks the choice
 */
public record Round(
    String bingo,
    int round,
    String parent,
    String images,
    String encoder,
    String features,
    String labels,
    int labelled,
    List<String> classes,
    String strategy,
    String distance,
    int budget,
    int audited,
    double apart,
    int shortlist,
    long seed,
    List<StoppingRule.Round> audits,
    List<Chosen> picks) {
  /** The file's name. */
  public static final String FILE = "round.json";

  private static final long LARGEST = 256L << 20;
  private static final JsonMapper JSON =
      JsonMapper.builder()
          .propertyNamingStrategy(PropertyNamingStrategies.SNAKE_CASE)
          .enable(JsonWriteFeature.ESCAPE_NON_ASCII)
          .enable(SerializationFeature.INDENT_OUTPUT)
          .enable(DeserializationFeature.FAIL_ON_NULL_FOR_PRIMITIVES)
          .disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
          .serializationInclusion(JsonInclude.Include.NON_NULL)
          .build();

  /**
   * An image that was chosen.
   *
   * @param image its id
   * @param audit whether it was drawn to judge by
   * @param predicted the likeliest class, or null
   * @param probability of that class, or null
   * @param score by which it was chosen, or null
   * @param nearest id of the nearest labelled image, or null
   * @param nearestLabel of that, or null
   * @param distance to it, or null
   * @param cluster that it stands for, or null
   */
  public record Chosen(
      String image,
      boolean audit,
      String predicted,
      Double probability,
      Double score,
      String nearest,
      String nearestLabel,
      Double distance,
      Integer cluster) {}

  /** What {@code bingo} is for a round that this version makes. */
  static String version() {
    return Version.CURRENT;
  }

  /** Writes it, whole or not at all. */
  public void write(Path file) throws IOException {
    WholeFile.write(file, JSON.writeValueAsString(this) + "\n");
  }

  /**
   * Reads one.
   *
   * @throws RecipeException where the file is no round's
   */
  public static Round read(Path file) throws IOException {
    if (Files.size(file) > LARGEST) {
      throw new RecipeException(file + ": is too large for a round's " + FILE);
    }
    try {
      Round round = JSON.readValue(file.toFile(), Round.class);
      if (round.round < 1
          || round.images == null
          || round.encoder == null
          || round.audits == null
          || round.picks == null
          || round.audits.stream().anyMatch(a -> a == null || a.right() < 0 || a.right() > a.of())
          || round.picks.stream().anyMatch(p -> p == null || p.image == null)) {
        throw new RecipeException(file + ": is no whole " + FILE + " of a round of labelling");
      }
      return round;
    } catch (JacksonException e) {
      throw new RecipeException(
          file + ": is no " + FILE + " of a round of labelling: " + e.getOriginalMessage());
    }
  }

  /**
   * How its model did on its audit, now that labels are known.
   *
   * @param labels by id, what is known
   */
  StoppingRule.Round audit(Map<String, String> labels) {
    int right = 0;
    int of = 0;
    for (Chosen pick : picks) {
      String label = labels.get(pick.image);
      if (pick.audit && pick.predicted != null && label != null) {
        of++;
        right += pick.predicted.equals(label) ? 1 : 0;
      }
    }
    return new StoppingRule.Round(right, of);
  }

  /** How many were drawn to be judged by. */
  int toJudge() {
    return (int) picks.stream().filter(p -> p.audit && p.predicted != null).count();
  }
}
