package dev.bingo.torch;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;
import java.util.Optional;

/**
 * What Linux' control groups, of version 1 or 2, allow this process: containers are limited by
 * them. A limit of any group above the process' own holds too.
 */
final class ControlGroups {
  private final Path root;

  /**
   * Reads below a folder that holds {@code proc} and {@code sys}.
   *
   * @param root {@code /}, but in tests
   */
  ControlGroups(Path root) {
    this.root = root;
  }

  /** The time of how many processors it may use; infinite where there is no quota. */
  double quota() {
    double least = Double.POSITIVE_INFINITY;
    for (String group : lines(root.resolve("proc/self/cgroup"))) {
      String[] parts = group.split(":", 3);
      boolean second = parts.length == 3 && parts[1].isEmpty();
      if (second || (parts.length == 3 && names(parts[1], "cpu"))) {
        Optional<Mount> mount = mount(second ? "cgroup2" : "cgroup", second ? "" : "cpu");
        if (mount.isPresent()) {
          least = Math.min(least, least(mount.get(), parts[2]));
        }
      }
    }
    return least;
  }

  /** How many processors its {@code cpuset} holds; 0 where none is known. */
  int cpuset() {
    for (String group : lines(root.resolve("proc/self/cgroup"))) {
      String[] parts = group.split(":", 3);
      boolean second = parts.length == 3 && parts[1].isEmpty();
      if (second || (parts.length == 3 && names(parts[1], "cpuset"))) {
        Optional<Mount> mount = mount(second ? "cgroup2" : "cgroup", second ? "" : "cpuset");
        int count =
            mount
                .map(m -> m.folder(parts[2]))
                .map(f -> f.resolve(second ? "cpuset.cpus.effective" : "cpuset.effective_cpus"))
                .map(f -> count(first(f)))
                .orElse(0);
        if (count > 0) {
          return count;
        }
      }
    }
    return 0;
  }

  /** How many a list such as {@code 0-3,8} names. */
  static int count(String list) {
    return members(list).cardinality();
  }

  /** Those that such a list names; none where it is no list. */
  static BitSet members(String list) {
    BitSet members = new BitSet();
    for (String range : list.strip().split(",", -1)) {
      String[] ends = range.split("-", 2);
      try {
        members.set(Integer.parseInt(ends[0]), Integer.parseInt(ends[ends.length - 1]) + 1);
      } catch (NumberFormatException | IndexOutOfBoundsException e) {
        return new BitSet();
      }
    }
    return members;
  }

  private record Mount(Path point, String top) {
    /** Of a group's path, as the process sees it; a container may see only what is mounted. */
    Path folder(String path) {
      String below = path.startsWith(top) ? path.substring(top.length()) : "";
      Path folder = point.resolve(below.replaceFirst("^/+", "")).normalize();
      return folder.startsWith(point) ? folder : point;
    }
  }

  private Optional<Mount> mount(String type, String controller) {
    for (String line : lines(root.resolve("proc/self/mountinfo"))) {
      int dash = line.indexOf(" - ");
      if (dash < 0) {
        continue;
      }
      String[] fields = line.substring(0, dash).split(" ", -1);
      String[] system = line.substring(dash + 3).split(" ", -1);
      if (fields.length >= 5
          && system.length >= 3
          && system[0].equals(type)
          && (controller.isEmpty() || names(system[2], controller))) {
        String top = fields[3].equals("/") ? "" : fields[3];
        return Optional.of(new Mount(root.resolve(fields[4].replaceFirst("^/", "")), top));
      }
    }
    return Optional.empty();
  }

  private static double least(Mount mount, String path) {
    double least = Double.POSITIVE_INFINITY;
    Path folder = mount.folder(path);
    for (; folder != null && folder.startsWith(mount.point); folder = folder.getParent()) {
      String max = first(folder.resolve("cpu.max"));
      if (max.isEmpty()) {
        max =
            first(folder.resolve("cpu.cfs_quota_us"))
                + " "
                + first(folder.resolve("cpu.cfs_period_us"));
      }
      least = Math.min(least, processors(max));
    }
    return least;
  }

  /** Of {@code QUOTA PERIOD}; a quota of {@code max} or -1 is none. */
  private static double processors(String max) {
    String[] parts = max.strip().split(" ", 2);
    try {
      double quota = Long.parseLong(parts[0]);
      long period = Long.parseLong(parts.length > 1 ? parts[1] : "");
      return quota > 0 && period > 0 ? quota / period : Double.POSITIVE_INFINITY;
    } catch (NumberFormatException e) {
      return Double.POSITIVE_INFINITY;
    }
  }

  private static boolean names(String list, String name) {
    return Arrays.asList(list.split(",", -1)).contains(name);
  }

  private static String first(Path file) {
    return lines(file).stream().findFirst().orElse("");
  }

  /** None where there is no such file, or not for us. */
  static List<String> lines(Path file) {
    try {
      return Files.readAllLines(file, StandardCharsets.ISO_8859_1);
    } catch (IOException e) {
      return List.of();
    }
  }
}
