package dev.bingo.weights;

import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import net.razorvine.pickle.IObjectConstructor;
import net.razorvine.pickle.PickleException;

/**
 * The names that a checkpoint's pickle may use, each with what it means here. Exact names: {@code
 * torch.} alone opens nothing.
 */
final class PickleNames {
  /** The end of the sentence that refuses a name. */
  static final String WHY =
      "is not one of the few that tensors need; refused, nothing was run. Where you trust the file, keep"
          + " its tensors alone, in Python: torch.save(torch.load(FILE)['state_dict'], 'clean.pth')";

  private static final Set<String> DTYPES =
      Set.of(
          "float64",
          "float32",
          "float16",
          "bfloat16",
          "int64",
          "int32",
          "int16",
          "int8",
          "uint8",
          "bool");
  private static final int LONGEST_INTEGER_BITS = 63;

  private PickleNames() {}

  /** {@code argparse.Namespace}: a record of options. */
  record Namespace(Map<Object, Object> fields) {}

  /** {@code numpy.dtype}, of a single number; it is little-endian unless BUILD says otherwise. */
  record NumpyType(String name) {}

  /** {@code torch.float16} for one. */
  record TorchType(String name) {}

  /** {@code torch.device}. */
  record TorchDevice(String name) {}

  /** What a name stands for, or null where it is not allowed. */
  static Object find(String name, PickleReader reader) {
    int dot = name.lastIndexOf('.');
    if (name.startsWith("torch.") && dot == 5) {
      StorageType storage = StorageType.BY_CLASS.get(name.substring(6));
      if (storage != null) {
        return storage;
      }
      if (DTYPES.contains(name.substring(6))) {
        return new TorchType(name);
      }
    }
    return function(name, reader);
  }

  private static IObjectConstructor function(String name, PickleReader reader) {
    return switch (name) {
      case "torch._utils._rebuild_tensor_v2", "torch._utils._rebuild_tensor" -> PickleNames::tensor;
      case "torch._utils._rebuild_parameter" -> arguments -> (StoredTensor) arguments[0];
      case "torch.Size" -> arguments -> (Object[]) arguments[0];
      case "torch.device" -> arguments -> new TorchDevice((String) arguments[0]);
      // The last four are what Lightning keeps hyper-parameters in: a dict.
      case "collections.OrderedDict",
          "pytorch_lightning.utilities.parsing.AttributeDict",
          "lightning.pytorch.utilities.parsing.AttributeDict",
          "lightning_fabric.utilities.data.AttributeDict",
          "lightning.fabric.utilities.data.AttributeDict" ->
          arguments -> ordered(arguments, reader);
      case "__builtin__.set", "builtins.set" -> arguments -> set(arguments, reader);
      case "argparse.Namespace" -> arguments -> new Namespace(new LinkedHashMap<>());
      case "_codecs.encode" -> PickleNames::encode;
      case "numpy.dtype" -> arguments -> new NumpyType((String) arguments[0]);
      case "numpy.core.multiarray.scalar", "numpy._core.multiarray.scalar" -> PickleNames::number;
      default -> null;
    };
  }

  /** Gives an object its state; what an OrderedDict has beside its items is of no use. */
  static void build(Object target, Object state, PickleReader reader) {
    if (target instanceof Namespace namespace && state instanceof Map<?, ?> fields) {
      reader.count(fields.size());
      namespace.fields.clear();
      fields.forEach((k, v) -> namespace.fields.put(k, v));
    } else if (target instanceof NumpyType && state instanceof Object[] described) {
      if (described.length < 2 || ">".equals(described[1])) {
        throw new PickleException("a NumPy number is big-endian, which is not read");
      }
    } else if (!(target instanceof LinkedHashMap<?, ?> && state instanceof Map<?, ?>)) {
      throw new PickleException("the pickle gives a state to what takes none; refused");
    }
  }

  /** (storage, offset, sizes, strides, ...). */
  private static StoredTensor tensor(Object[] arguments) {
    if (!(arguments[0] instanceof View view)) {
      throw new PickleException("a tensor has no storage");
    }
    long offset = integer(arguments[1]);
    StoredTensor tensor =
        new StoredTensor(
            view.storage, view.check(offset), integers(arguments[2]), integers(arguments[3]));
    return view.within(tensor);
  }

  /**
   * What a persistent id names: a storage, or in old legacy files a part of one.
   *
   * @param start of the part, in numbers
   * @param numel of the part
   */
  record View(Storage storage, long start, long numel) {
    View {
      if (start < 0 || numel < 0 || start > storage.numel() - numel) {
        throw new PickleException("a view does not lie within its storage");
      }
    }

    private long check(long offset) {
      if (offset < 0 || offset > numel) {
        throw new PickleException(
            "a tensor has the offset " + offset + " in " + numel + " numbers");
      }
      return start + offset;
    }

    private StoredTensor within(StoredTensor tensor) {
      long last = tensor.offset();
      for (int d = 0; d < tensor.shape().length; d++) {
        last += Math.max(0, tensor.shape()[d] - 1) * tensor.strides()[d];
      }
      if (tensor.numel() > 0 && last >= start + numel) {
        throw new PickleException("a tensor does not lie within its view of a storage");
      }
      return tensor;
    }
  }

  private static Map<Object, Object> ordered(Object[] arguments, PickleReader reader) {
    Map<Object, Object> dict = new LinkedHashMap<>();
    if (arguments.length == 0) {
      return dict;
    }
    List<?> pairs = (List<?>) arguments[0];
    reader.count(pairs.size());
    for (Object pair : pairs) {
      boolean two = pair instanceof List<?> list ? list.size() == 2 : ((Object[]) pair).length == 2;
      if (!two) {
        throw new PickleException("an OrderedDict has an item that is no pair");
      }
      Object[] both = pair instanceof List<?> list ? list.toArray() : (Object[]) pair;
      dict.put(PickleReader.key(both[0]), both[1]);
    }
    return dict;
  }

  private static Set<Object> set(Object[] arguments, PickleReader reader) {
    List<?> items = arguments.length == 0 ? new ArrayList<>() : (List<?>) arguments[0];
    reader.count(items.size());
    Set<Object> set = new LinkedHashSet<>();
    items.forEach(item -> set.add(PickleReader.key(item)));
    return set;
  }

  /** How protocol 2 writes bytes. */
  private static byte[] encode(Object[] arguments) {
    String text = (String) arguments[0];
    if (arguments.length != 2 || !"latin1".equals(arguments[1]) || text.length() > 1024) {
      throw new PickleException("_codecs.encode is read for short bytes as latin1 alone");
    }
    return text.getBytes(StandardCharsets.ISO_8859_1);
  }

  /** A NumPy scalar: (dtype, bytes). */
  private static Object number(Object[] arguments) {
    String type = ((NumpyType) arguments[0]).name;
    ByteBuffer bytes = ByteBuffer.wrap((byte[]) arguments[1]).order(ByteOrder.LITTLE_ENDIAN);
    if (bytes.remaining() < 1 || bytes.remaining() != type.charAt(1) - '0') {
      throw new PickleException("a NumPy number of type " + type + " has the wrong length");
    }
    return switch (type) {
      case "f8" -> bytes.getDouble();
      case "f4" -> (double) bytes.getFloat();
      case "i8" -> bytes.getLong();
      case "i4" -> bytes.getInt();
      case "i2" -> (int) bytes.getShort();
      case "i1" -> (int) bytes.get();
      case "u1" -> Byte.toUnsignedInt(bytes.get());
      case "b1" -> bytes.get() != 0;
      default -> throw new PickleException("a NumPy number of type " + type + " is not read");
    };
  }

  private static long[] integers(Object tuple) {
    Object[] values = (Object[]) tuple;
    if (values.length > StoredTensor.MOST_DIMENSIONS) {
      throw new PickleException("a tensor has " + values.length + " dimensions");
    }
    long[] result = new long[values.length];
    for (int i = 0; i < result.length; i++) {
      result[i] = integer(values[i]);
    }
    return result;
  }

  static long integer(Object value) {
    if (value instanceof Integer || value instanceof Long) {
      return ((Number) value).longValue();
    }
    if (value instanceof BigInteger big && big.bitLength() <= LONGEST_INTEGER_BITS) {
      return big.longValue();
    }
    throw new PickleException("a tensor's size, stride or offset is no 64-bit integer");
  }
}
