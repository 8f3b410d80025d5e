package dev.bingo.image;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * The binary versions of CIFAR-10 and CIFAR-100: records of one label byte (CIFAR-100: coarse, then
 * fine) and 3 × 1024 bytes, the red, green and blue planes of 32 × 32 pixels.
 */
final class Cifar {
  private static final int SIDE = 32;
  private static final int PLANE = SIDE * SIDE;
  private static final long MAX_FILE_BYTES = 1L << 30;
  private static final List<String> NAMES_10 =
      List.of(
          "airplane", "automobile", "bird", "cat", "deer", "dog", "frog", "horse", "ship", "truck");

  private Cifar() {}

  /** Whether the folder, or the one that the archive unpacks to in it, holds CIFAR-10. */
  static boolean is10(Path path) {
    return Files.exists(home(path, "cifar-10-batches-bin").resolve("data_batch_1.bin"))
        || Files.exists(home(path, "cifar-10-batches-bin").resolve("test_batch.bin"));
  }

  static boolean is100(Path path) {
    Path home = home(path, "cifar-100-binary");
    return Files.exists(home.resolve("train.bin")) || Files.exists(home.resolve("test.bin"));
  }

  /** Whether these are the Python pickles, which hold the same in a form that we don't read. */
  static boolean isPickled(Path path) {
    return Files.exists(home(path, "cifar-10-batches-py").resolve("data_batch_1"))
        || (Files.exists(home(path, "cifar-100-python").resolve("train"))
            && Files.exists(home(path, "cifar-100-python").resolve("meta")));
  }

  static ImageSource open10(Path path, SourceOptions options) throws IOException {
    Path home = home(path, "cifar-10-batches-bin");
    boolean train = options.split() == SourceOptions.Split.TRAIN;
    List<Path> files =
        Listing.files(home).stream()
            .filter(
                f -> {
                  String name = f.getFileName().toString();
                  return train
                      ? name.matches("data_batch_\\d+\\.bin")
                      : name.equals("test_batch.bin");
                })
            .toList();
    String wanted = train ? "data_batch_1.bin … data_batch_5.bin" : "test_batch.bin";
    checkFound(home, files, wanted, "CIFAR-10");
    List<String> names = names(home.resolve("batches.meta.txt"), NAMES_10);
    return read("CIFAR-10 " + options.split() + " in " + home, files, 1, 0, names);
  }

  static ImageSource open100(Path path, SourceOptions options) throws IOException {
    Path home = home(path, "cifar-100-binary");
    Path file = home.resolve(options.split() + ".bin");
    checkFound(
        home,
        Files.isRegularFile(file) ? List.of(file) : List.of(),
        options.split() + ".bin",
        "CIFAR-100");
    boolean coarse = options.coarse();
    List<String> names =
        names(
            home.resolve(coarse ? "coarse_label_names.txt" : "fine_label_names.txt"),
            Labels.digits(coarse ? 20 : 100));
    return read(
        "CIFAR-100 " + options.split() + " in " + home, List.of(file), 2, coarse ? 0 : 1, names);
  }

  private static Path home(Path path, String unpacked) {
    Path inside = path.resolve(unpacked);
    return Files.isDirectory(inside) ? inside : path;
  }

  private static void checkFound(Path home, List<Path> files, String wanted, String set) {
    if (files.isEmpty()) {
      throw new ImageSetException(
          "No "
              + set
              + " in "
              + home
              + ": expected "
              + wanted
              + " of its binary version, found "
              + Listing.of(home)
              + ".");
    }
  }

  private static List<String> names(Path file, List<String> otherwise) throws IOException {
    return Files.isRegularFile(file) && Files.size(file) < 1 << 20
        ? Files.readAllLines(file).stream().map(String::strip).filter(s -> !s.isEmpty()).toList()
        : otherwise;
  }

  private static ImageSource read(
      String description, List<Path> files, int labelBytes, int labelAt, List<String> names)
      throws IOException {
    int recordBytes = labelBytes + 3 * PLANE;
    List<String> ids = new ArrayList<>();
    List<Pixels> images = new ArrayList<>();
    List<Integer> labels = new ArrayList<>();
    for (Path file : files) {
      long size = Files.size(file);
      if (size == 0 || size % recordBytes != 0 || size > MAX_FILE_BYTES) {
        throw new ImageSetException(
            file
                + ": expected a multiple of "
                + recordBytes
                + " bytes (1 GiB at most), found "
                + size
                + ". Is it cut off? Download it again.");
      }
      byte[] bytes = Files.readAllBytes(file);
      for (int record = 0; record < bytes.length / recordBytes; record++) {
        int at = record * recordBytes;
        int label = bytes[at + labelAt] & 0xFF;
        if (label >= names.size()) {
          throw new ImageSetException(
              file
                  + ", record "
                  + record
                  + ": label "
                  + label
                  + " of "
                  + names.size()
                  + " classes");
        }
        ids.add(file.getFileName() + "#" + record);
        labels.add(label);
        images.add(interleave(bytes, at + labelBytes));
      }
    }
    int[] of = labels.stream().mapToInt(Integer::intValue).toArray();
    return new MemorySource(
        description,
        ids.toArray(String[]::new),
        new Labels(of, names),
        images.toArray(Pixels[]::new));
  }

  private static Pixels interleave(byte[] planes, int from) {
    byte[] rgb = new byte[3 * PLANE];
    for (int p = 0; p < PLANE; p++) {
      rgb[3 * p] = planes[from + p];
      rgb[3 * p + 1] = planes[from + PLANE + p];
      rgb[3 * p + 2] = planes[from + 2 * PLANE + p];
    }
    return new Pixels(SIDE, SIDE, rgb);
  }
}
