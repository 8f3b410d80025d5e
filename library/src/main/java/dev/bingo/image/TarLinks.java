package dev.bingo.image;

import dev.bingo.image.TarIndex.Member;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Follows the links of an archive to its own files, and to nothing outside of it. */
final class TarLinks {
  private static final int MOST_HOPS = 40;

  private final List<Member> members;
  private final Map<Integer, Link> pending = new HashMap<>();

  private record Link(String name, String target) {}

  /**
   * @param members gets the archive's files, in its order
   */
  TarLinks(List<Member> members) {
    this.members = members;
  }

  void file(Member member) {
    members.add(member);
  }

  /**
   * Notes a link.
   *
   * @param target as stored: from the archive's root, or for a symbolic one from the link's folder
   */
  void link(String name, String target, boolean symbolic) {
    String folder = name.substring(0, name.lastIndexOf('/') + 1);
    String from = symbolic && !target.startsWith("/") ? folder + target : target;
    pending.put(members.size(), new Link(name, resolved(from)));
    members.add(null);
  }

  /**
   * Puts a file in the place of each link that leads to one.
   *
   * @return how many lead to none
   */
  int resolve() {
    if (pending.isEmpty()) {
      return 0;
    }
    Map<String, Integer> last = new HashMap<>();
    for (int i = 0; i < members.size(); i++) {
      last.put(pending.containsKey(i) ? pending.get(i).name : members.get(i).name(), i);
    }
    int lost = 0;
    List<Member> found = new ArrayList<>(members.size());
    for (int i = 0; i < members.size(); i++) {
      Member file = follow(i, last);
      if (file != null) {
        found.add(pending.containsKey(i) ? file.named(pending.get(i).name) : file);
      } else {
        lost++;
      }
    }
    members.clear();
    members.addAll(found);
    return lost;
  }

  private Member follow(int start, Map<String, Integer> last) {
    Integer at = start;
    for (int hop = 0; at != null && hop < MOST_HOPS; hop++) {
      Link link = pending.get(at);
      if (link == null) {
        return members.get(at);
      }
      at = link.target == null ? null : last.get(link.target);
    }
    return null;
  }

  /** A name without empty parts and {@code .}, as it would be when unpacked. */
  static String plain(String name) {
    boolean odd = name.startsWith("./") || name.contains("/./") || name.contains("//");
    return odd ? joined(name, false) : name;
  }

  /** The same without {@code ..}; null where that leads out of the archive. */
  private static String resolved(String target) {
    return target.startsWith("/") ? null : joined(target, true);
  }

  private static String joined(String name, boolean up) {
    Deque<String> parts = new ArrayDeque<>();
    for (String part : name.split("/", 0)) {
      if (part.equals("..") && up) {
        if (parts.pollLast() == null) {
          return null;
        }
      } else if (!part.isEmpty() && !part.equals(".")) {
        parts.addLast(part);
      }
    }
    String start = name.startsWith("/") ? "/" : "";
    String end = name.endsWith("/") && !parts.isEmpty() ? "/" : "";
    return start + String.join("/", parts) + end;
  }
}
