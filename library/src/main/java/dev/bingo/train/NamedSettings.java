package dev.bingo.train;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.bingo.file.Printable;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;

/** A run known by its settings, each of which must be the same for a checkpoint to be its own. */
final class NamedSettings implements Identity {
  private static final ObjectMapper JSON = new ObjectMapper();

  private final Map<String, String> settings;

  NamedSettings(Map<String, String> settings) {
    this.settings = new TreeMap<>(settings);
  }

  @Override
  public String text() {
    try {
      return JSON.writeValueAsString(settings);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException(e); // strings alone
    }
  }

  @Override
  public String difference(String kept, int epoch) {
    Map<String, String> before;
    try {
      before = JSON.readValue(kept, new TypeReference<TreeMap<String, String>>() {});
    } catch (JsonProcessingException e) {
      return "its checkpoint does not say what it is of";
    }
    TreeSet<String> names = new TreeSet<>(before.keySet());
    names.addAll(settings.keySet());
    List<String> different = new ArrayList<>();
    for (String name : names) {
      String old = before.getOrDefault(name, "not said");
      String now = settings.getOrDefault(name, "not said");
      if (!old.equals(now)) {
        different.add(name + ": " + old + " then, " + now + " now");
      }
    }
    return Printable.line(String.join("; ", different));
  }
}
