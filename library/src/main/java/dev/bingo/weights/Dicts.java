package dev.bingo.weights;

import java.io.IOException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.Deque;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Finds the dicts of tensors in what a file holds. An object that is met twice is looked at once.
 */
final class Dicts {
  /** Checkpoints have state dicts at most five levels deep. */
  private static final int DEEPEST = 16;

  private static final int MOST_OBJECTS = 3_000_000;
  private static final int MOST_CHARACTERS = 8 << 20;

  /**
   * A dict that holds tensors.
   *
   * @param foreign names of what is there in place of a tensor, by the entry's name
   */
  record Dict(Map<String, TensorInfo> tensors, Map<String, String> foreign) {}

  /** Where something is; a path is written out only where something was found. */
  private record Place(Place above, Object step, int depth, Object value) {
    String path() {
      if (above == null) {
        return "";
      }
      String before = above.path();
      return before.isEmpty() ? String.valueOf(step) : before + "/" + step;
    }

    Place inner(Object to, Object inside) {
      return new Place(this, to, depth + 1, inside);
    }
  }

  private Dicts() {}

  /**
   * All of them, in the file's order, dicts before what they hold.
   *
   * @throws IOException where their paths are too long together
   */
  static Map<String, Dict> of(Object root) throws IOException {
    Map<String, Dict> found = new LinkedHashMap<>();
    Set<Object> seen = Collections.newSetFromMap(new IdentityHashMap<>());
    Deque<Place> todo = new ArrayDeque<>(List.of(new Place(null, "", 0, root)));
    int characters = 0;
    for (int objects = 0; !todo.isEmpty() && objects < MOST_OBJECTS; objects++) {
      Place place = todo.pop();
      if (!seen.add(place.value)) {
        continue;
      }
      Dict dict = new Dict(new LinkedHashMap<>(), new LinkedHashMap<>());
      List<Place> inner = new ArrayList<>();
      if (place.value instanceof Map<?, ?> map) {
        map.forEach((key, value) -> sort(place, key, value, dict, inner));
      } else {
        List<?> list = place.value instanceof List<?> all ? all : Arrays.asList(array(place.value));
        for (int i = 0; i < list.size(); i++) {
          if (holds(list.get(i))) {
            inner.add(place.inner(i, list.get(i)));
          }
        }
      }
      if (!dict.tensors.isEmpty()) {
        String path = place.path();
        characters += path.length();
        if (characters > MOST_CHARACTERS) {
          throw new IOException("names and nests its dicts beyond all measure; refused");
        }
        // A name may hold a slash: two places can be written alike.
        found.put(found.containsKey(path) ? path + " (" + found.size() + ")" : path, dict);
      }
      if (place.depth < DEEPEST) {
        for (int i = inner.size() - 1; i >= 0; i--) {
          todo.push(inner.get(i));
        }
      }
    }
    return found;
  }

  private static void sort(Place place, Object key, Object value, Dict dict, List<Place> inner) {
    if (holds(value)) {
      inner.add(place.inner(key, value));
    } else if (key instanceof String name) {
      if (value instanceof TensorInfo info) {
        dict.tensors.put(name, info);
      } else if (value instanceof StandIn foreign) {
        dict.foreign.put(name, foreign.name());
      }
    }
  }

  private static boolean holds(Object value) {
    return value instanceof Map || value instanceof List || value instanceof Object[];
  }

  private static Object[] array(Object value) {
    return value instanceof Object[] tuple ? tuple : new Object[0];
  }
}
