package dev.bingo.export;

import dev.bingo.weights.WholeFile;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Map;
import java.util.zip.CRC32;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.ScalarType;

/** PyTorch's checkpoint: a stored zip of a pickle and of each tensor's bytes. */
final class TorchWriter {
  private static final String ROOT = "archive/";

  private TorchWriter() {}

  /** What the pickle holds. */
  enum Layout {
    /** The state dict. */
    PLAIN,
    /** A dict with the state dict as {@code model}, as Detectron2 reads it. */
    DETECTRON2
  }

  /**
   * Writes whole or not at all.
   *
   * @param tensors float32 or int64, on any device
   * @param about goes into a zip entry of its own, which PyTorch passes over
   */
  static void write(Path file, Map<String, Tensor> tensors, Layout layout, String about)
      throws IOException {
    byte[] pickle = pickle(tensors, layout);
    WholeFile.write(
        file,
        channel -> {
          // Not closed: the channel is WholeFile's, which forces it to disk.
          ZipOutputStream zip = new ZipOutputStream(Channels.newOutputStream(channel));
          store(zip, "data.pkl", ByteBuffer.wrap(pickle));
          store(zip, "byteorder", text("little"));
          int key = 0;
          for (Tensor t : tensors.values()) {
            try (PointerScope scope = new PointerScope()) {
              Tensor flat = t.detach().cpu().contiguous();
              long bytes = flat.numel() * flat.element_size();
              store(
                  zip,
                  "data/" + key++,
                  new BytePointer(flat.data_ptr()).capacity(bytes).asByteBuffer());
            }
          }
          store(zip, "version", text("3\n"));
          store(zip, "extra/bingo.json", text(about));
          zip.finish();
        });
  }

  private static byte[] pickle(Map<String, Tensor> tensors, Layout layout) {
    PickleWriter pickle = new PickleWriter();
    if (layout == Layout.DETECTRON2) {
      pickle.dict().items().text("model");
    }
    pickle.orderedDict().items();
    int key = 0;
    for (Map.Entry<String, Tensor> e : tensors.entrySet()) {
      pickle
          .text(e.getKey())
          .tensor(e.getValue(), storage(e.getKey(), e.getValue()), Integer.toString(key++));
    }
    pickle.endItems();
    if (layout == Layout.DETECTRON2) {
      pickle.text("__author__").text("bingo").text("matching_heuristics").bool(true).endItems();
    }
    return pickle.finish();
  }

  private static String storage(String name, Tensor t) {
    ScalarType type = t.scalar_type().intern();
    return switch (type) {
      case Float -> "FloatStorage";
      case Long -> "LongStorage";
      default ->
          throw new IllegalArgumentException(
              "'" + name + "' is " + type + "; float32 and int64 are written");
    };
  }

  private static ByteBuffer text(String value) {
    return ByteBuffer.wrap(value.getBytes(StandardCharsets.UTF_8));
  }

  private static void store(ZipOutputStream zip, String name, ByteBuffer bytes) throws IOException {
    CRC32 crc = new CRC32();
    crc.update(bytes.duplicate());
    ZipEntry entry = new ZipEntry(ROOT + name);
    entry.setMethod(ZipEntry.STORED);
    entry.setSize(bytes.remaining());
    entry.setCrc(crc.getValue());
    entry.setTime(0);
    zip.putNextEntry(entry);
    pour(bytes, zip);
    zip.closeEntry();
  }

  private static void pour(ByteBuffer bytes, OutputStream out) throws IOException {
    byte[] part = new byte[1 << 16];
    while (bytes.hasRemaining()) {
      int n = Math.min(part.length, bytes.remaining());
      bytes.get(part, 0, n);
      out.write(part, 0, n);
    }
  }
}
