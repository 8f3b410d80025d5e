package dev.bingo.weights;

import dev.bingo.torch.Tensors;
import java.io.IOException;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import net.razorvine.pickle.PickleException;
import org.bytedeco.pytorch.Tensor;

/**
 * The layout before PyTorch 1.6: five pickles (a magic number, a version, the machine, the object,
 * the storages' keys), then each storage as its count and its numbers. It has no checksum: a bit
 * that flips in a number can't be seen.
 */
final class TorchLegacy extends TorchFile {
  private static final BigInteger MAGIC = new BigInteger("1950a86a20f9469cfc6c", 16);
  private static final long VERSION = 1001;

  private final FileChannel channel;
  private final Map<String, Storage> storages = new HashMap<>();
  private final Map<String, Long> places = new HashMap<>();

  private TorchLegacy(Path file, FileChannel channel) {
    super(file);
    this.channel = channel;
  }

  static TorchLegacy openLegacy(Path file) throws IOException {
    FileChannel channel = FileChannel.open(file, StandardOpenOption.READ);
    try {
      TorchLegacy opened = new TorchLegacy(file, channel);
      opened.load();
      return opened;
    } catch (IOException | RuntimeException e) {
      channel.close();
      throw new IOException(file + ": " + e.getMessage(), e);
    }
  }

  private void load() throws IOException {
    ByteBuffer front = ByteBuffer.allocate((int) Math.min(channel.size(), PickleReader.MOST_BYTES));
    readFully(front, 0);
    PickleInput input = new PickleInput(front.array());
    PickleReader plain =
        new PickleReader(
            id -> {
              throw new PickleException("a storage lies outside of the object; refused");
            });
    if (!MAGIC.equals(plain.read(input))) {
      throw new IOException(
          "is a pickle, but no PyTorch checkpoint: its magic number is another one");
    }
    if (!(plain.read(input) instanceof Number version) || version.longValue() != VERSION) {
      throw new IOException("is of an unknown version of the legacy layout");
    }
    if (!(plain.read(input) instanceof Map<?, ?> machine)
        || !Boolean.TRUE.equals(machine.get("little_endian"))) {
      throw new IOException("was written on a big-endian machine, which is not read");
    }
    long bytes = channel.size();
    readRoot(new PickleReader(id -> find(id, bytes)), input);
    if (!(plain.read(input) instanceof List<?> keys)) {
      throw new IOException("lacks the list of its storages");
    }
    place(keys, input.position());
  }

  private Object find(Object[] id, long fileBytes) {
    StandIn foreign = foreign(id);
    if (foreign != null) {
      return foreign;
    }
    Storage storage = storage(id, fileBytes);
    Storage known = storages.putIfAbsent(storage.key(), storage);
    if (known != null && !known.equals(storage)) {
      throw new PickleException(
          "storage '" + storage.key() + "' is claimed with two sizes or types");
    }
    if (id.length > 5 && id[5] instanceof Object[] view) {
      return new PickleNames.View(
          storage, PickleNames.integer(view[1]), PickleNames.integer(view[2]));
    }
    return new PickleNames.View(storage, 0, storage.numel());
  }

  /** Walks over the storages' counts; no number is read. */
  private void place(List<?> keys, long start) throws IOException {
    long at = start;
    ByteBuffer eight = ByteBuffer.allocate(8).order(ByteOrder.LITTLE_ENDIAN);
    for (Object key : keys) {
      if (!(key instanceof String name)) {
        throw new IOException("has a storage without name in its list");
      }
      Storage storage = storages.get(name);
      if (storage == null) {
        throw new IOException("has a storage that no tensor uses, of unknown type");
      }
      readFully(eight.clear(), at);
      long numel = eight.getLong(0);
      if (numel != storage.numel()) {
        throw new IOException(
            "storage '%s' has the count %d; its tensors claim %d"
                .formatted(name, numel, storage.numel()));
      }
      at += 8;
      if (places.put(name, at) != null) {
        throw new IOException("has the storage '" + name + "' twice");
      }
      at += numel * storage.type().bytes();
      if (at > channel.size()) {
        throw new IOException("is cut short: storage '" + name + "' does not end in it");
      }
    }
    if (places.size() != storages.size()) {
      throw new IOException("lacks " + (storages.size() - places.size()) + " of its storages");
    }
  }

  private void readFully(ByteBuffer buffer, long at) throws IOException {
    while (buffer.hasRemaining()) {
      if (channel.read(buffer, at + buffer.position()) < 0) {
        throw new IOException("is cut short");
      }
    }
  }

  @Override
  Tensor readStorage(Storage storage) throws IOException {
    Tensor tensor = Tensors.empty(storage.type().scalar(), storage.numel());
    TensorBytes.read(file, channel, places.get(storage.key()), tensor);
    return tensor;
  }

  @Override
  public Format format() {
    return Format.TORCH_LEGACY;
  }

  @Override
  public void close() throws IOException {
    super.close();
    channel.close();
  }
}
