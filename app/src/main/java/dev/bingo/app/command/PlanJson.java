package dev.bingo.app.command;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.json.JsonWriteFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.bingo.recipe.Recipes;
import dev.bingo.run.DataFacts;
import dev.bingo.run.Plan;
import java.util.LinkedHashMap;
import java.util.Map;

/** A plan for programs. */
final class PlanJson {
  private static final ObjectMapper JSON =
      JsonMapper.builder()
          .enable(JsonWriteFeature.ESCAPE_NON_ASCII)
          .enable(SerializationFeature.INDENT_OUTPUT)
          .build();

  private PlanJson() {}

  static String of(Plan plan) throws JsonProcessingException {
    Map<String, Object> all = new LinkedHashMap<>();
    all.put("images", images(plan.facts()));
    all.put("choices", plan.choices());
    Map<String, Object> estimate = new LinkedHashMap<>();
    estimate.put("seconds", plan.estimate().seconds());
    estimate.put("parts", plan.estimate().parts());
    estimate.put("epochs", plan.estimate().epochs());
    estimate.put("steps_per_epoch", plan.estimate().stepsPerEpoch());
    estimate.put("seconds_per_step", plan.estimate().step());
    estimate.put("steps_timed", plan.estimate().timed());
    estimate.put("memory_bytes", plan.estimate().memory());
    estimate.put("machine_bytes", plan.estimate().available());
    all.put("estimate", estimate);
    all.put("budget_seconds", plan.budget() > 0 ? plan.budget() : null);
    all.put("worth", plan.worth());
    all.put("warnings", plan.warnings());
    all.put("recipe", Recipes.settings(plan.recipe()));
    return JSON.writeValueAsString(all);
  }

  private static Map<String, Object> images(DataFacts facts) {
    Map<String, Object> images = new LinkedHashMap<>();
    images.put("count", facts.images());
    images.put("looked_at", facts.looked());
    images.put("classes", facts.classes());
    images.put("class_sizes", facts.classSizes());
    images.put("shortest_side", facts.sides()[0]);
    images.put("median_side", facts.medianSide());
    images.put("grey", facts.grey());
    images.put("copies", facts.copies());
    images.put("bad", facts.bad());
    return images;
  }
}
