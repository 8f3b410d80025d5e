package dev.bingo.torch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import dev.bingo.torch.NativeCache.Owners;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class NativeCacheTest {
  @TempDir Path folder;
  private Path cache;
  private Path library;
  private final Owners me = Owners.ofThisProcess();

  @BeforeEach
  void cache() throws IOException {
    assumeThat(me).as("this is Linux").isNotNull();
    cache = Files.createDirectories(folder.resolve("above").resolve("cache"));
    library = Files.createFile(cache.resolve("libtorch.so"));
    Files.createSymbolicLink(cache.resolve("libtorch.so.2"), library);
    mode(folder, "rwxr-xr-x");
    mode(cache.getParent(), "rwxr-xr-x");
    mode(cache, "rwxr-xr-x");
    mode(library, "rw-r--r--");
  }

  @Test
  void aFolderOfOnesOwnIsTaken() {
    assertThat(NativeCache.fault(cache, me)).isEmpty();
  }

  @Test
  void whatAnybodyCanWriteIsRefused() throws Exception {
    mode(library, "rw-r--rw-");
    assertThat(NativeCache.fault(cache, me)).contains("anybody can write", library.toString());
    mode(library, "rw-r--r--");
    mode(cache, "rwxrwxrwx");
    assertThat(NativeCache.fault(cache, me)).contains("anybody can write", cache.toString());
    mode(cache, "rwxr-xr-x");
    mode(cache.getParent(), "rwxrwxrwx");
    assertThat(NativeCache.fault(cache, me)).endsWith("anybody can write " + cache.getParent());
  }

  @Test
  void whatIsInAClosedFolderNobodyReaches() throws Exception {
    mode(library, "rw-rw-rw-");
    mode(cache, "rwx------");
    assertThat(NativeCache.fault(cache, me)).isEmpty();
  }

  @Test
  void aStickyFolderAboveIsTakenAndAStickyCacheIsNot() throws Exception {
    Files.setAttribute(cache.getParent(), "unix:mode", 01777);
    assertThat(NativeCache.fault(cache, me)).isEmpty();
    Files.setAttribute(cache, "unix:mode", 01777);
    assertThat(NativeCache.fault(cache, me)).contains("anybody can write");
  }

  @Test
  void whatBelongsToAnotherIsRefused() throws Exception {
    assumeRoot();
    Files.setAttribute(library, "unix:uid", 12345);
    assertThat(NativeCache.fault(cache, me)).isEqualTo(library + " belongs to 12345");
    Files.setAttribute(library, "unix:uid", 0);
    Files.setAttribute(cache.getParent(), "unix:uid", 12345);
    assertThat(NativeCache.fault(cache, me)).isEqualTo(cache.getParent() + " belongs to 12345");
  }

  @Test
  void aLinkInAFolderOfAnothersIsRefusedWhereverItLeads() throws Exception {
    assumeRoot();
    Path others = Files.createDirectory(folder.resolve("others"));
    Path link = Files.createSymbolicLink(others.resolve("link"), cache);
    Files.setAttribute(others, "unix:uid", 12345);
    assertThat(NativeCache.fault(link, me)).contains("belongs to 12345");
    assertThat(NativeCache.fault(cache, me)).isEmpty();
  }

  @Test
  void aGroupMayWriteWhereItIsTheOwnersAlone() throws Exception {
    mode(cache, "rwxrwxr-x");
    assumeRoot();
    assertThat(NativeCache.fault(cache, me)).as("root's group").isEmpty();
    Files.setAttribute(cache, "unix:gid", 12345);
    assertThat(NativeCache.fault(cache, me)).contains("the group 12345 can write " + cache);
  }

  @Test
  void theRootOfASandboxMayBeSomebodyWhomItDoesNotKnow() throws Exception {
    assumeRoot();
    Files.setAttribute(cache.getParent(), "unix:uid", 65534);
    assertThat(NativeCache.fault(cache, new Owners(0, 65534))).isEmpty();
    assertThat(NativeCache.fault(cache, me)).contains("belongs to");
    Files.setAttribute(cache, "unix:uid", 65534);
    assertThat(NativeCache.fault(cache, new Owners(0, 65534))).contains("belongs to");
  }

  private void assumeRoot() {
    assumeThat(me.self()).as("root alone gives files away").isZero();
  }

  private static void mode(Path path, String permissions) throws IOException {
    Files.setPosixFilePermissions(path, PosixFilePermissions.fromString(permissions));
  }
}
