package dev.bingo.group;

/** Which group a thread is a rank of. */
final class Here {
  private static final ThreadLocal<Group> GROUP = ThreadLocal.withInitial(Alone::new);

  private Here() {}

  static Group get() {
    return GROUP.get();
  }

  static void set(Group group) {
    GROUP.set(group);
  }
}
