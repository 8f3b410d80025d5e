package dev.bingo.weights;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.zip.CRC32;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;

/** Pickles written opcode by opcode, and checkpoints of them whose one storage has four floats. */
final class Pickles {
  private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();

  Pickles() {
    raw(0x80, 2);
  }

  Pickles raw(int... values) {
    for (int value : values) {
      bytes.write(value);
    }
    return this;
  }

  /** Opcodes that are letters. */
  Pickles codes(String letters) {
    bytes.writeBytes(letters.getBytes(StandardCharsets.ISO_8859_1));
    return this;
  }

  Pickles name(String module, String name) {
    return codes("c" + module + "\n" + name + "\n");
  }

  Pickles text(String text) {
    byte[] utf8 = text.getBytes(StandardCharsets.UTF_8);
    codes("X");
    bytes.writeBytes(little(4).putInt(utf8.length).array());
    bytes.writeBytes(utf8);
    return this;
  }

  Pickles integer(long value) {
    raw(0x8a, 8);
    bytes.writeBytes(little(8).putLong(value).array());
    return this;
  }

  Pickles number(double value) {
    codes("G");
    bytes.writeBytes(ByteBuffer.allocate(8).putDouble(value).array());
    return this;
  }

  /** A float tensor of four, made by this function. */
  Pickles tensor(String maker) {
    name("torch._utils", maker).codes("((").text("storage").name("torch", "FloatStorage");
    text("0").text("cpu").codes("K").raw(4).codes("tQK").raw(0).codes("K").raw(4).codes("\u0085");
    return codes("K")
        .raw(1)
        .codes("\u0085")
        .raw(0x89)
        .name("collections", "OrderedDict")
        .codes(")RtR");
  }

  Pickles tensor() {
    return tensor("_rebuild_tensor_v2");
  }

  int size() {
    return bytes.size();
  }

  byte[] stop() {
    return codes(".").bytes.toByteArray();
  }

  /** A zip as torch.save writes it. */
  static Path zip(Path file, byte[] pickle) throws IOException {
    byte[] floats = little(16).putFloat(1).putFloat(2).putFloat(3).putFloat(4).array();
    return zip(file, pickle, List.of(floats));
  }

  static Path zip(Path file, byte[] pickle, List<byte[]> storages) throws IOException {
    try (ZipOutputStream out = new ZipOutputStream(Files.newOutputStream(file))) {
      store(out, "archive/data.pkl", pickle);
      for (int i = 0; i < storages.size(); i++) {
        store(out, "archive/data/" + i, storages.get(i));
      }
      store(out, "archive/version", "3\n".getBytes(StandardCharsets.US_ASCII));
    }
    return file;
  }

  private static void store(ZipOutputStream out, String name, byte[] content) throws IOException {
    CRC32 crc = new CRC32();
    crc.update(content);
    ZipEntry entry = new ZipEntry(name);
    entry.setMethod(ZipEntry.STORED);
    entry.setSize(content.length);
    entry.setCrc(crc.getValue());
    out.putNextEntry(entry);
    out.write(content);
    out.closeEntry();
  }

  private static ByteBuffer little(int bytes) {
    return ByteBuffer.allocate(bytes).order(ByteOrder.LITTLE_ENDIAN);
  }
}
