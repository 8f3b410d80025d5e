package dev.bingo.embed;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** Kinds of JPEG. */
final class OddJpegs {
  private OddJpegs() {}

  static List<Kind> all() throws IOException {
    List<Kind> kinds = new ArrayList<>();
    sampled(kinds);
    coloured(kinds);
    besides(kinds);
    damaged(kinds);
    foreign(kinds);
    return kinds;
  }

  private static void sampled(List<Kind> kinds) {
    int[][] sizes = {{61, 47}, {1, 1}, {3, 2}, {5, 64}, {48, 33}};
    for (int sampling : new int[] {411, 420, 422, 440, 444}) {
      for (boolean progressive : new boolean[] {false, true}) {
        for (int[] size : sizes) {
          String name =
              "JPEG %d %s %dx%d"
                  .formatted(sampling, progressive ? "progressive" : "restarts", size[0], size[1]);
          kinds.add(Kind.same(name, Jpegs.picture(size[0], size[1], sampling, progressive)));
        }
      }
    }
  }

  private static void coloured(List<Kind> kinds) throws IOException {
    byte[] grey = Jpegs.bands(1);
    kinds.add(Kind.same("JPEG grey", grey));
    kinds.add(Kind.same("JPEG grey of 2x2 blocks", Jpegs.patched(grey, 0xC0, 11, 0x22)));
    byte[] bare = Jpegs.bands(3);
    kinds.add(Kind.same("JPEG of three components without a marker", bare));
    kinds.add(Kind.same("JPEG of components RGB", ids(bare, 'R', 'G', 'B')));
    kinds.add(Kind.same("JPEG of components 0, 1, 2", ids(bare, 0, 1, 2)));
    kinds.add(Kind.same("JPEG of components 1, 2, 3", ids(bare, 1, 2, 3)));
    kinds.add(Kind.same("JPEG of components 5, 6, 7", ids(bare, 5, 6, 7)));
    byte[] inks = Jpegs.bands(4);
    kinds.add(Kind.same("JPEG CMYK without a marker", inks));
    for (int transform = 0; transform < 3; transform++) {
      byte[] adobe = Arrays.copyOf(Jpegs.ADOBE, 12);
      adobe[11] = (byte) transform;
      kinds.add(Kind.same("JPEG Adobe " + transform, Jpegs.with(bare, 0xEE, adobe)));
      kinds.add(Kind.same("JPEG Adobe CMYK " + transform, Jpegs.with(inks, 0xEE, adobe)));
    }
  }

  private static byte[] ids(byte[] jpeg, int... ids) {
    byte[] out = jpeg;
    for (int c = 0; c < 3; c++) {
      out = Jpegs.patched(out, 0xC0, 10 + 3 * c, ids[c]);
      out = Jpegs.patched(out, 0xDA, 5 + 2 * c, ids[c]);
    }
    return out;
  }

  private static void besides(List<Kind> kinds) {
    byte[] good = Jpegs.picture(40, 30, 420, false);
    byte[] orientation =
        new Bytes()
            .add("Exif\0\0MM\0*")
            .int32(8)
            .add(0, 1, 1, 0x12, 0, 3, 0, 0, 0, 1, 0, 6, 0, 0)
            .int32(0)
            .whole();
    kinds.add(Kind.same("JPEG with an orientation", Jpegs.with(good, 0xE1, orientation)));
    byte[] profile = new Bytes().add("ICC_PROFILE\0\1\1").add(new byte[600]).whole();
    kinds.add(Kind.same("JPEG with a broken profile", Jpegs.with(good, 0xE2, profile)));
    kinds.add(Kind.same("JPEG with a comment", Jpegs.with(good, 0xFE, new byte[3000])));
    byte[] thumbnail = new Bytes().add("JFXX\0\u0010").add(good, 0, good.length).whole();
    kinds.add(Kind.same("JPEG with a thumbnail", Jpegs.with(good, 0xE0, thumbnail)));
    kinds.add(Kind.same("JPEG with fill bytes", Jpegs.before(good, 0xDB, 0xFF, 0xFF, 0xFF)));
    kinds.add(Kind.same("JPEG with bytes after its end", Arrays.copyOf(good, good.length + 50)));
  }

  private static void damaged(List<Kind> kinds) {
    for (boolean progressive : new boolean[] {false, true}) {
      byte[] good = Jpegs.picture(120, 80, 420, progressive);
      String name = progressive ? "progressive JPEG" : "JPEG";
      for (int kept : new int[] {1, 2, 3, 9, 100, good.length / 2, good.length - 6}) {
        kinds.add(Kind.refused(name + " cut after " + kept, Arrays.copyOf(good, kept)));
      }
    }
    byte[] good = Jpegs.picture(40, 30, 444, false);
    kinds.add(Kind.refused("JPEG of no width", Jpegs.patched(good, 0xC0, 7, 0, 0)));
    kinds.add(Kind.refused("JPEG of no height", Jpegs.patched(good, 0xC0, 5, 0, 0)));
    kinds.add(Kind.refused("JPEG huge", Jpegs.patched(good, 0xC0, 5, 255, 255, 255, 255)));
    kinds.add(Kind.refused("JPEG with two starts", Jpegs.before(good, 0xDB, 0xFF, 0xD8)));
    kinds.add(Kind.refused("JPEG without a frame", Jpegs.without(good, 0xC0)));
    kinds.add(
        Kind.refused("JPEG without quantisers", Jpegs.without(Jpegs.without(good, 0xDB), 0xDB)));
    int end = good.length - 300;
    byte[] ended = new Bytes().add(good, 0, end).add(0xFF, 0xD9).whole();
    kinds.add(Kind.notRead("JPEG that is cut and ended", ended));
    int frame = Jpegs.find(good, 0xC0);
    byte[] twice = new Bytes().add(good, 0, frame + 19).add(good, frame, good.length).whole();
    kinds.add(Kind.refused("JPEG with two frames", twice));
    byte[] zeros = good.clone();
    Arrays.fill(zeros, 200, 300, (byte) 0);
    kinds.add(Kind.notRead("JPEG with a hole in its tables", zeros));
  }

  private static void foreign(List<Kind> kinds) throws IOException {
    byte[] good = Jpegs.picture(40, 30, 444, false);
    kinds.add(Kind.refused("JPEG of 12 bits", Jpegs.patched(good, 0xC0, 4, 12)));
    kinds.add(Kind.refused("JPEG hierarchical", Jpegs.patched(good, 0xC0, 1, 0xC5)));
    kinds.add(Kind.refused("JPEG of two components", Jpegs.bands(2)));
    byte[] progressive = Jpegs.picture(40, 30, 444, true);
    int last = Jpegs.last(progressive, 0xDA);
    byte[] unrefined = new Bytes().add(progressive, 0, last).add(0xFF, 0xD9).whole();
    kinds.add(Kind.notRead("JPEG without its last refinement", unrefined));
  }
}
