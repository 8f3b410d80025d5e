package dev.bingo.weights;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.zip.ZipFile;

/** What kind of file weights come in, told by its content and not by its name. */
public enum Format {
  /** A JSON header and raw data. */
  SAFETENSORS("safetensors"),
  /** A zip of a pickle and of raw data: what {@code torch.save} writes since PyTorch 1.6. */
  TORCH_ZIP("PyTorch checkpoint (zip)"),
  /** Pickles, then raw data: what {@code torch.save} wrote before. */
  TORCH_LEGACY("PyTorch checkpoint (legacy)"),
  /** A network with its code: what {@code torch.jit.save} writes. */
  TORCHSCRIPT("TorchScript module"),
  /** A network as a graph of operators. */
  ONNX("ONNX model");

  private static final int FRONT = 512;
  private final String words;

  Format(String words) {
    this.words = words;
  }

  /** For people. */
  public String words() {
    return words;
  }

  /**
   * Looks at a file.
   *
   * @throws IOException where it is none of these; the message says what it looks like
   */
  public static Format of(Path file) throws IOException {
    if (Files.isDirectory(file)) {
      throw new IOException(file + ": is a directory, no file of weights");
    }
    if (Files.exists(file) && !Files.isRegularFile(file)) {
      throw new IOException(file + ": is no regular file");
    }
    byte[] front;
    try (var in = Files.newInputStream(file)) {
      front = in.readNBytes(FRONT);
    }
    if (front.length == 0) {
      throw new IOException(file + ": is empty");
    }
    // First: its header's length may begin with the very bytes that mark the others.
    if (front.length > 8 && front[8] == '{' && front[7] == 0) {
      return SAFETENSORS;
    }
    if (front.length > 3 && front[0] == 'P' && front[1] == 'K') {
      return zip(file);
    }
    if ((front[0] & 0xff) == 0x80) {
      return TORCH_LEGACY;
    }
    // The first field of ONNX's message: its version as a number.
    if (front.length > 2 && front[0] == 8 && front[1] > 0 && front[1] < 64 && front[2] > 8) {
      return ONNX;
    }
    throw new IOException(file + ": " + looks(new String(front, StandardCharsets.ISO_8859_1)));
  }

  private static Format zip(Path file) throws IOException {
    try (ZipFile zip = new ZipFile(file.toFile())) {
      boolean pickle = zip.stream().anyMatch(e -> e.getName().endsWith("/data.pkl"));
      boolean code =
          zip.stream()
              .anyMatch(
                  e -> e.getName().endsWith("/constants.pkl") || e.getName().contains("/code/"));
      if (!pickle) {
        throw new IOException(
            file + ": a zip without data.pkl: no PyTorch checkpoint, but some other archive");
      }
      return code ? TORCHSCRIPT : TORCH_ZIP;
    } catch (java.util.zip.ZipException | IllegalArgumentException e) {
      throw new IOException(
          file + ": a damaged or truncated zip (" + e.getMessage() + "); get the file again", e);
    }
  }

  private static String looks(String front) {
    if (front.startsWith("ustar", 257)) {
      return front.matches("(?s)(\\./)?(sys_info|pickle|storages|tensors)\\x00.*")
          ? "is a checkpoint of PyTorch 0.1 (a tar), which isn't read. Where you trust it, in Python:"
              + " torch.save(torch.load(FILE, weights_only=False), 'clean.pth')"
          : "is a tar, no file of weights; unpack it (tar xf) and name what is in it";
    }
    if (front.startsWith("version https://git-lfs")) {
      return "is a Git LFS pointer, not the weights themselves; fetch them with 'git lfs pull'";
    }
    if (front.stripLeading().startsWith("<")) {
      return "is a web page, not weights; look at what the download answered";
    }
    return "is no file of weights that bingo knows (PyTorch, safetensors, TorchScript, ONNX)";
  }
}
