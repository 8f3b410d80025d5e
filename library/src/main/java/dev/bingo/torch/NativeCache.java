package dev.bingo.torch;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;

/**
 * The folder that JavaCPP extracts native libraries to and loads them from. What others can write
 * there would run as us, so such a folder is refused before anything is loaded.
 */
public final class NativeCache {
  private static final String PROPERTY = "org.bytedeco.javacpp.cachedir";
  private static final int STICKY = 01000;

  private NativeCache() {}

  /**
   * Chooses the folder, makes it where it isn't there, and looks at it: the one of the property
   * {@code org.bytedeco.javacpp.cachedir}, else {@code ~/.javacpp/cache}, else one in the folder of
   * temporary files. Only heard before JavaCPP loads its first library. Where there is no Linux the
   * choice is JavaCPP's, and unseen.
   *
   * @throws EngineException where others can write there, with what to do
   */
  public static synchronized void secure() {
    Owners owners = Owners.ofThisProcess();
    if (owners == null) {
      return;
    }
    String wish = System.getProperty(PROPERTY, System.getProperty("org.bytedeco.javacpp.cacheDir"));
    if (wish != null) {
      Path folder = Path.of(wish);
      if (made(folder)) {
        refuse(folder, fault(folder, owners));
      }
      return;
    }
    Path home = Path.of(System.getProperty("user.home"), ".javacpp", "cache");
    if (made(home) && fault(home, owners).isEmpty()) {
      System.setProperty(PROPERTY, home.toString());
      return;
    }
    Path temporary =
        Path.of(
            System.getProperty("java.io.tmpdir"),
            ".javacpp-" + System.getProperty("user.name"),
            "cache");
    if (made(temporary)) {
      refuse(temporary, fault(temporary, owners));
      System.setProperty(PROPERTY, temporary.toString());
    }
  }

  private static void refuse(Path folder, String fault) {
    if (!fault.isEmpty()) {
      throw new EngineException(
          "native libraries are not loaded from "
              + folder
              + ": "
              + fault
              + ". Remove it, or name a folder of your own: JAVA_OPTS=-D"
              + PROPERTY
              + "=DIR",
          null);
    }
  }

  /** Nobody else may write in what is made here, whatever the umask. */
  private static boolean made(Path folder) {
    try {
      Files.createDirectories(
          folder,
          PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
    } catch (IOException e) {
      return false; // JavaCPP looks for another, or says that there is none
    }
    File file = folder.toFile();
    return file.canRead() && file.canWrite() && file.canExecute();
  }

  /** Who besides us could change what is loaded from a folder, in words; empty: nobody. */
  static String fault(Path folder, Owners owners) {
    try {
      Path absolute = folder.toAbsolutePath();
      for (Path chain : List.of(absolute, absolute.toRealPath())) {
        for (Path above = chain.getParent(); above != null; above = above.getParent()) {
          String fault = fault(above, owners, true);
          if (!fault.isEmpty()) {
            return fault;
          }
        }
      }
      String itself = fault(absolute.toRealPath(), owners, false);
      // Nobody else reaches what is in a closed folder, whatever the umask was.
      return itself.isEmpty() && !closed(absolute.toRealPath())
          ? inside(absolute.toRealPath(), owners)
          : itself;
    } catch (IOException | IllegalStateException e) {
      return "it can't be looked through (" + e.getMessage() + ")";
    }
  }

  private static boolean closed(Path folder) throws IOException {
    Set<PosixFilePermission> may = Files.getPosixFilePermissions(folder);
    return !may.contains(PosixFilePermission.GROUP_EXECUTE)
        && !may.contains(PosixFilePermission.OTHERS_EXECUTE);
  }

  private static String inside(Path folder, Owners owners) throws IOException {
    try (Stream<Path> inside = Files.walk(folder)) {
      return inside
          .map(path -> unchecked(path, owners))
          .filter(fault -> !fault.isEmpty())
          .findFirst()
          .orElse("");
    }
  }

  private static String unchecked(Path path, Owners owners) {
    try {
      return fault(path, owners, false);
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
  }

  /** Of one folder, file or link. */
  private static String fault(Path path, Owners owners, boolean above) throws IOException {
    Map<String, Object> of =
        Files.readAttributes(path, "unix:uid,gid,mode,owner,group", LinkOption.NOFOLLOW_LINKS);
    int owner = (int) of.get("uid");
    if (owner != owners.self() && !(above ? owners.above(owner) : owner == 0)) {
      return path + " belongs to " + of.get("owner");
    }
    int mode = (int) of.get("mode");
    // Nobody renames or removes another's in a sticky folder, and a link has no mode of its own.
    boolean held = (above && (mode & STICKY) != 0) || Files.isSymbolicLink(path);
    Set<PosixFilePermission> may = Files.getPosixFilePermissions(path, LinkOption.NOFOLLOW_LINKS);
    if (!held && may.contains(PosixFilePermission.OTHERS_WRITE)) {
      return "anybody can write " + path;
    }
    // A group of the owner's name is the owner's alone, and root's group is root.
    boolean own =
        (int) of.get("gid") == 0 || of.get("group").toString().equals(of.get("owner").toString());
    if (!held && !own && may.contains(PosixFilePermission.GROUP_WRITE)) {
      return "the group " + of.get("group") + " can write " + path;
    }
    return "";
  }

  /**
   * Whose folders are trusted.
   *
   * @param self user id of this process
   * @param unmapped id that stands for users outside of this user namespace, root among them; -1:
   *     there are none
   */
  record Owners(int self, int unmapped) {
    /** Null where there is no Linux. */
    static Owners ofThisProcess() {
      int self = -1;
      for (String line : ControlGroups.lines(Path.of("/proc/self/status"))) {
        if (line.startsWith("Uid:")) {
          self = Integer.parseInt(line.split("\\s+", -1)[2]);
        }
      }
      List<String> map = ControlGroups.lines(Path.of("/proc/self/uid_map"));
      if (self < 0) {
        return null;
      }
      boolean whole = map.isEmpty() || map.get(0).strip().matches("0\\s+0\\s+4294967295");
      return new Owners(self, whole ? -1 : 65534);
    }

    boolean above(int owner) {
      return owner == 0 || owner == unmapped;
    }
  }
}
