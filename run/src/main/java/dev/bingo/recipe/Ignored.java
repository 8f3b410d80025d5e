package dev.bingo.recipe;

import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.Map;

/** Settings that were given, and that the run has no use for. */
final class Ignored {
  private final Recipe r;

  private Ignored(Recipe r) {
    this.r = r;
  }

  /** The keys of these that nothing reads, and why. */
  static Map<String, String> of(Recipe recipe, Collection<String> given) {
    Ignored ignored = new Ignored(recipe);
    Map<String, String> all = new LinkedHashMap<>();
    for (String key : given) {
      String why = ignored.why(key);
      if (!why.isEmpty()) {
        all.put(key, why);
      }
    }
    return all;
  }

  private String why(String key) {
    int dot = key.indexOf('.');
    String group = dot < 0 ? "" : key.substring(0, dot);
    String name = key.substring(dot + 1);
    if (Methods.sections().contains(group) && !group.equals(Methods.section(r.method()))) {
      return "the method is " + r.method();
    }
    return switch (group) {
      case "teacher" -> teacher(name);
      case "bags" -> bags(name);
      case "schedule" -> schedule(name);
      case "optimiser" -> optimiser(name);
      case "data" -> validation(name);
      case "evaluate" -> r.data().val().isEmpty() ? "there is no data.val" : "";
      default -> r.own().unread().getOrDefault(key, "");
    };
  }

  private String teacher(String name) {
    if (!Methods.hasTeacher(r)) {
      return r.method() + " has no teacher";
    }
    boolean caching = name.equals("cache") && r.teacher().cachedViews() == 0;
    return when(caching, "teacher.cached_views=0");
  }

  private String bags(String name) {
    if (!Methods.usesBags(r)) {
      return r.method() + " has no bags";
    }
    boolean given = !r.bags().file().isEmpty();
    return switch (name) {
      case "kind" -> when(given, "bags.file says which");
      case "clusters" -> when(given || !r.bags().kind().equals("kmeans"), "no clusters are made");
      case "search" -> when(given || !r.bags().kind().equals("knn"), "no neighbours are searched");
      case "listing" -> when(!given, "there is no bags.file");
      default -> "";
    };
  }

  private String schedule(String name) {
    String kind = r.schedule().kind();
    return switch (name) {
      case "milestones", "gamma" -> when(!kind.equals("step"), "schedule.kind=" + kind);
      case "end" -> when(!kind.equals("cosine"), "schedule.kind=" + kind);
      case "warmup_start", "warmup_inclusive" ->
          when(r.schedule().warmupEpochs() == 0, "schedule.warmup_epochs=0");
      default -> "";
    };
  }

  private String optimiser(String name) {
    String kind = r.optimiser().name();
    return switch (name) {
      case "nesterov" -> when(kind.equals("adamw"), "optimiser.name=adamw");
      case "trust" -> when(!kind.startsWith("lar"), "optimiser.name=" + kind);
      default -> "";
    };
  }

  private String validation(String name) {
    boolean of = name.equals("val_prefix") || name.equals("val_limit");
    return when(of && r.data().val().isEmpty(), "there is no data.val");
  }

  private static String when(boolean ignored, String why) {
    return ignored ? why : "";
  }
}
