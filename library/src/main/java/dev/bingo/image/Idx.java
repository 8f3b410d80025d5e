package dev.bingo.image;

import dev.bingo.format.ImageLimits;
import java.io.BufferedInputStream;
import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.zip.GZIPInputStream;
import java.util.zip.ZipException;

/**
 * IDX files, the form of MNIST and Fashion-MNIST, plain or gzipped: grey images of one size, and a
 * byte a label. Grey is replicated to RGB.
 */
final class Idx {
  private static final List<String> FASHION =
      List.of(
          "T-shirt/top",
          "Trouser",
          "Pullover",
          "Dress",
          "Coat",
          "Sandal",
          "Shirt",
          "Sneaker",
          "Bag",
          "Ankle boot");
  private static final long MAX_BYTES = 4L << 30;

  /** What an image takes beside its pixels: the objects, and its id. */
  private static final long OBJECTS = 150;

  /** Real images shrink to a fifth; beyond this the file is to be looked at first. */
  private static final long MOST_TIMES = 100;

  private static final long HARMLESS = 64 << 20;

  private Idx() {}

  /** Whether there are IDX images in the folder. */
  static boolean is(Path folder) throws IOException {
    return Listing.files(folder).stream().anyMatch(f -> isImages(Names.lower(f)));
  }

  static boolean isImages(String lowerName) {
    return lowerName.matches(".*-images[-.]idx3-ubyte(\\.gz)?");
  }

  static ImageSource open(Path folder, SourceOptions options) throws IOException {
    String stem = options.split() == SourceOptions.Split.TRAIN ? "train" : "t10k";
    Path imageFile = find(folder, stem, "images", "idx3");
    if (imageFile == null) {
      throw new ImageSetException(
          "No IDX images in "
              + folder
              + ": expected "
              + stem
              + "-images-idx3-ubyte, or the same with .gz, found "
              + Listing.of(folder)
              + ".");
    }
    Pixels[] images = images(imageFile, options.limits());
    Path labelFile = find(folder, stem, "labels", "idx1");
    Labels labels =
        labelFile == null
            ? new Labels(Labels.unlabelled(images.length), List.of())
            : labels(labelFile, images.length, names(folder, options));
    String base = imageFile.getFileName().toString().replaceFirst("\\.gz$", "");
    String[] ids = new String[images.length];
    for (int i = 0; i < ids.length; i++) {
      ids[i] = base + "#" + i;
    }
    return new MemorySource("IDX " + options.split() + " in " + folder, ids, labels, images);
  }

  private static Path find(Path folder, String stem, String what, String idx) throws IOException {
    String pattern = stem + "-" + what + "[-.]" + idx + "-ubyte(\\.gz)?";
    return Listing.files(folder).stream()
        .filter(f -> Names.lower(f).matches(pattern))
        .findFirst() // the unpacked one sorts before its .gz
        .orElse(null);
  }

  private static List<String> names(Path folder, SourceOptions options) {
    if (!options.classNames().isEmpty()) {
      return options.classNames();
    }
    String where = folder.toAbsolutePath().normalize().toString().toLowerCase(Locale.ROOT);
    return where.contains("fashion") ? FASHION : List.of();
  }

  private static Pixels[] images(Path file, ImageLimits limits) throws IOException {
    try (DataInputStream in = open(file)) {
      checkMagic(file, in.readInt(), 0x803, "images");
      int n = in.readInt();
      int height = in.readInt();
      int width = in.readInt();
      long each = (long) width * height;
      if (n < 1
          || width < 1
          || height < 1
          || width > limits.maxSide()
          || height > limits.maxSide()
          || each > limits.maxPixels()
          || each * n > MAX_BYTES) {
        throw new ImageSetException(
            file + ": its header says " + n + " images of " + width + "x" + height + " pixels");
      }
      checkMemory(file, n, each);
      // Grows with what is read: a header may claim a billion images.
      List<Pixels> images = new ArrayList<>();
      byte[] grey = new byte[(int) each];
      for (int i = 0; i < n; i++) {
        in.readFully(grey);
        byte[] rgb = new byte[3 * grey.length];
        for (int p = 0; p < grey.length; p++) {
          rgb[3 * p] = grey[p];
          rgb[3 * p + 1] = grey[p];
          rgb[3 * p + 2] = grey[p];
        }
        images.add(new Pixels(width, height, rgb));
      }
      return images.toArray(Pixels[]::new);
    } catch (EOFException | ZipException e) {
      throw cutOff(file, e);
    }
  }

  /** Few bytes must not become more than there is memory for. */
  private static void checkMemory(Path file, long n, long each) throws IOException {
    long size = Files.size(file);
    boolean gzipped = Names.lower(file).endsWith(".gz");
    if (!gzipped && size < n * each) {
      throw cutOff(file, null);
    }
    if (gzipped && n * each > Math.max(HARMLESS, MOST_TIMES * size)) {
      throw new ImageSetException(
          String.format(
              Locale.ROOT,
              "%s: %,d images of %,d pixels in a file of %,d bytes, which is more than images"
                  + " shrink by. If that is right, unpack it (gunzip) and give the folder again.",
              file,
              n,
              each,
              size));
    }
    long needed = n * (3 * each + OBJECTS);
    long most = Math.min(4 * MAX_BYTES, Runtime.getRuntime().maxMemory() / 4 * 3);
    if (needed > most) {
      throw new ImageSetException(
          String.format(
              Locale.ROOT,
              "%s: %,d images take %,d MiB of memory, and the Java heap has %,d for them; give it"
                  + " more (JAVA_OPTS=-Xmx%dg), or take a part of the set.",
              file,
              n,
              needed >> 20,
              most >> 20,
              ((needed * 3 / 2) >> 30) + 1));
    }
  }

  private static Labels labels(Path file, int images, List<String> given) throws IOException {
    byte[] bytes;
    try (DataInputStream in = open(file)) {
      checkMagic(file, in.readInt(), 0x801, "labels");
      int n = in.readInt();
      if (n != images) {
        throw new ImageSetException(file + " has " + n + " labels for " + images + " images");
      }
      bytes = new byte[n];
      in.readFully(bytes);
    } catch (EOFException | ZipException e) {
      throw cutOff(file, e);
    }
    int[] of = new int[images];
    int most = 0;
    for (int i = 0; i < images; i++) {
      of[i] = bytes[i] & 0xFF;
      most = Math.max(most, of[i]);
    }
    if (!given.isEmpty() && most >= given.size()) {
      throw new ImageSetException(
          file + ": found label " + most + ", but there are " + given.size() + " class names");
    }
    return new Labels(of, given.isEmpty() ? Labels.digits(most + 1) : given);
  }

  private static DataInputStream open(Path file) throws IOException {
    InputStream in = new BufferedInputStream(Files.newInputStream(file), 1 << 16);
    if (!Names.lower(file).endsWith(".gz")) {
      return new DataInputStream(in);
    }
    try {
      return new DataInputStream(
          new BufferedInputStream(new GZIPInputStream(in, 1 << 16), 1 << 16));
    } catch (IOException e) {
      in.close();
      throw e;
    }
  }

  private static void checkMagic(Path file, int found, int expected, String what) {
    if (found != expected) {
      throw new ImageSetException(
          String.format(
              Locale.ROOT,
              "%s: expected IDX %s (begins with %08x), found %08x",
              file,
              what,
              expected,
              found));
    }
  }

  private static ImageSetException cutOff(Path file, IOException e) {
    return new ImageSetException(file + " is cut off or corrupt. Download it again.", e);
  }
}
