package dev.bingo.weights;

import java.io.IOException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import net.razorvine.pickle.PickleException;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.LongOptional;
import org.bytedeco.pytorch.Tensor;

/** What PyTorch's two layouts share: storages, and tensors as views of them. */
abstract class TorchFile extends WeightFile {
  private static final int LONGEST_VALUE = 200;
  private static final int MOST_VALUES = 1000;

  private Object root;
  private Map<String, Integer> foreign = Map.of();
  private final Map<Storage, Tensor> read = new HashMap<>();

  TorchFile(Path file) {
    super(file);
  }

  /** Reads all numbers of a storage into a tensor of one dimension; its size has been checked. */
  abstract Tensor readStorage(Storage storage) throws IOException;

  /** Reads the pickle of what the file holds. */
  final void readRoot(PickleReader reader, PickleInput input) throws IOException {
    root = reader.read(input);
    foreign = reader.foreign();
  }

  @Override
  public final Map<String, Integer> foreign() {
    return foreign;
  }

  @Override
  public final String advice() {
    return CheckpointAdvice.of(file.getFileName().toString(), root, foreign);
  }

  @Override
  final Object root() {
    return root;
  }

  @Override
  public Map<String, String> metadata() {
    Map<String, String> plain = new LinkedHashMap<>();
    if (root instanceof Map<?, ?> dict) {
      for (Map.Entry<?, ?> entry : dict.entrySet()) {
        Object value = entry.getValue();
        boolean said =
            value instanceof Number
                || value instanceof Boolean
                || (value instanceof String text && text.length() <= LONGEST_VALUE);
        if (said && entry.getKey() instanceof String name) {
          plain.put(PickleReader.printable(name), PickleReader.printable(value.toString()));
        }
        if (plain.size() == MOST_VALUES) {
          break;
        }
      }
    }
    return plain;
  }

  @Override
  public final Tensor read(TensorInfo info) throws IOException {
    StoredTensor stored = (StoredTensor) info;
    Tensor all = read.get(stored.storage());
    if (all == null) {
      try (PointerScope scope = new PointerScope()) {
        all = readStorage(stored.storage());
        all.retainReference();
      }
      read.put(stored.storage(), all);
    }
    return all.as_strided(stored.shape(), stored.strides(), new LongOptional(stored.offset()))
        .contiguous();
  }

  @Override
  public void close() throws IOException {
    read.values().forEach(Tensor::releaseReference);
    read.clear();
  }

  /**
   * What a persistent id names that is no storage of a known type, or null: the class of a whole
   * network in the legacy layout, {@code ('module', class, file, source)}; a foreign storage.
   */
  static StandIn foreign(Object[] id) {
    return id.length > 1 && id[1] instanceof StandIn named ? named : null;
  }

  /** The parts of {@code ('storage', type, key, location, numel, ...)}. */
  static Storage storage(Object[] id, long fileBytes) {
    if (id.length < 5 || !"storage".equals(id[0]) || !(id[1] instanceof StorageType)) {
      throw new PickleException("a persistent id is no storage; refused");
    }
    StorageType type = (StorageType) id[1];
    if (!(id[2] instanceof String key) || !key.matches("[0-9A-Za-z_]{1,64}")) {
      throw new PickleException("a storage has a key that is none; refused");
    }
    long numel = PickleNames.integer(id[4]);
    if (numel < 0 || numel > fileBytes / type.bytes()) {
      throw new PickleException(
          "storage '"
              + key
              + "' claims "
              + numel
              + " numbers; the file has "
              + fileBytes
              + " bytes");
    }
    return new Storage(key, type, numel);
  }
}
