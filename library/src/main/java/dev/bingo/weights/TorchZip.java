package dev.bingo.weights;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.bingo.torch.Tensors;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.zip.CRC32;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;
import net.razorvine.pickle.PickleException;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.pytorch.Tensor;

/**
 * PyTorch's zip: {@code NAME/data.pkl} and {@code NAME/data/KEY}, all stored and none compressed.
 * The checksum of each entry that is read is compared, which PyTorch does not.
 */
final class TorchZip extends TorchFile {
  private static final String PICKLE = "data.pkl";
  private static final int PART = 1 << 20;
  private static final int MOST_ABOUT = 1 << 20;

  private final ZipFile zip;
  private final String prefix;

  private TorchZip(Path file, ZipFile zip, String prefix) {
    super(file);
    this.zip = zip;
    this.prefix = prefix;
  }

  static TorchZip openZip(Path file) throws IOException {
    ZipFile zip;
    try {
      zip = new ZipFile(file.toFile());
    } catch (IllegalArgumentException e) {
      throw new IOException(file + ": a damaged zip: " + e.getMessage(), e);
    }
    try {
      TorchZip opened = new TorchZip(file, zip, prefix(zip));
      opened.checkEntries();
      opened.load();
      return opened;
    } catch (IOException | RuntimeException e) {
      zip.close();
      throw new IOException(file + ": " + e.getMessage(), e);
    }
  }

  private static String prefix(ZipFile zip) throws IOException {
    List<String> pickles =
        zip.stream().map(ZipEntry::getName).filter(n -> n.endsWith("/" + PICKLE)).toList();
    if (pickles.size() != 1) {
      throw new IOException("has " + pickles.size() + " entries named data.pkl, not one");
    }
    String name = pickles.get(0);
    return name.substring(0, name.length() - PICKLE.length());
  }

  /** Nothing may be there twice, be compressed, or have lost its header. */
  private void checkEntries() throws IOException {
    Set<String> names = new HashSet<>();
    long claimed = 0;
    for (ZipEntry entry : new ArrayList<ZipEntry>(zip.stream().toList())) {
      String name = PickleReader.printable(entry.getName());
      if (!names.add(entry.getName())) {
        throw new IOException("has two entries '" + name + "'; refused");
      }
      if (entry.getMethod() != ZipEntry.STORED || entry.getCompressedSize() != entry.getSize()) {
        throw new IOException("entry '" + name + "' is compressed; PyTorch stores; refused");
      }
      claimed += entry.getSize();
      if (entry.getSize() < 0 || claimed > Files.size(file)) {
        throw new IOException("entry '" + name + "' claims more bytes than the file has");
      }
      try (InputStream in = zip.getInputStream(entry)) {
        if (entry.getSize() > 0 && in.read() < 0) {
          throw new IOException("entry '" + name + "' is cut short");
        }
      }
    }
  }

  private void load() throws IOException {
    ZipEntry order = zip.getEntry(prefix + "byteorder");
    if (order != null
        && !new String(small(order, 16), StandardCharsets.US_ASCII).equals("little")) {
      throw new IOException("was written on a big-endian machine, which is not read");
    }
    byte[] pickle = small(zip.getEntry(prefix + PICKLE), PickleReader.MOST_BYTES);
    long bytes = Files.size(file);
    readRoot(new PickleReader(id -> find(id, bytes)), new PickleInput(pickle));
  }

  /** Beside the plain values of the pickle: what bingo's own exports say of themselves. */
  @Override
  public Map<String, String> metadata() {
    Map<String, String> all = super.metadata();
    ZipEntry about = zip.getEntry(prefix + "extra/bingo.json");
    if (about != null) {
      try {
        new ObjectMapper()
            .readTree(small(about, MOST_ABOUT))
            .properties()
            .forEach(e -> all.putIfAbsent(e.getKey(), e.getValue().asText()));
      } catch (IOException e) {
        all.put("about", "damaged: " + e.getMessage());
      }
    }
    return all;
  }

  private Object find(Object[] id, long fileBytes) {
    StandIn foreign = foreign(id);
    if (foreign != null) {
      return foreign;
    }
    Storage storage = storage(id, fileBytes);
    ZipEntry entry = zip.getEntry(prefix + "data/" + storage.key());
    if (entry == null) {
      throw new PickleException("storage '" + storage.key() + "' is not in the file");
    }
    if (entry.getSize() != storage.numel() * storage.type().bytes()) {
      throw new PickleException(
          "storage '%s' claims %d numbers of %d bytes; the file has %d bytes of it"
              .formatted(storage.key(), storage.numel(), storage.type().bytes(), entry.getSize()));
    }
    return new PickleNames.View(storage, 0, storage.numel());
  }

  @Override
  Tensor readStorage(Storage storage) throws IOException {
    Tensor tensor = Tensors.empty(storage.type().scalar(), storage.numel());
    ZipEntry entry = zip.getEntry(prefix + "data/" + storage.key());
    try (InputStream in = zip.getInputStream(entry)) {
      BytePointer memory = new BytePointer(tensor.data_ptr());
      CRC32 crc = new CRC32();
      byte[] part = new byte[(int) Math.min(PART, entry.getSize())];
      for (long at = 0; at < entry.getSize(); ) {
        int n = in.readNBytes(part, 0, (int) Math.min(part.length, entry.getSize() - at));
        if (n == 0) {
          throw new IOException("entry 'data/" + storage.key() + "' is cut short");
        }
        crc.update(part, 0, n);
        memory.position(at).put(part, 0, n);
        at += n;
      }
      check(entry, crc);
    } catch (java.util.zip.ZipException e) {
      throw new IOException(file + ": " + e.getMessage(), e);
    }
    return tensor;
  }

  private byte[] small(ZipEntry entry, int most) throws IOException {
    if (entry.getSize() > most) {
      throw new IOException(
          "entry '" + entry.getName() + "' has " + entry.getSize() + " bytes, above " + most);
    }
    try (InputStream in = zip.getInputStream(entry)) {
      byte[] bytes = in.readNBytes((int) entry.getSize());
      CRC32 crc = new CRC32();
      crc.update(bytes);
      check(entry, crc);
      return bytes;
    }
  }

  private void check(ZipEntry entry, CRC32 crc) throws IOException {
    if (crc.getValue() != entry.getCrc()) {
      throw new IOException(
          file
              + ": entry '"
              + PickleReader.printable(entry.getName())
              + "' is damaged: its checksum (CRC-32) differs; get the file again");
    }
  }

  @Override
  public Format format() {
    return Format.TORCH_ZIP;
  }

  @Override
  public void close() throws IOException {
    super.close();
    zip.close();
  }
}
