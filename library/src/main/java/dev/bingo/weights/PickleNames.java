package dev.bingo.weights;

import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import net.razorvine.pickle.IObjectConstructor;
import net.razorvine.pickle.PickleException;

/**
 * The names of a checkpoint's pickle that have a meaning here. Exact names: {@code torch.} alone
 * opens nothing. No name is ever looked up in this program, so none can run anything.
 */
final class PickleNames {
  /**
   * What no checkpoint needs, and attacks on Python's pickle call. They would be as inert as any
   * other name; but a file that has one was made to harm somebody, and that is worth saying.
   */
  private static final Pattern HARMFUL =
      Pattern.compile(
          "(os|posix|nt)\\.(system|popen|exec|spawn|posix_spawn|startfile|fork|remove|unlink|rmdir)\\w*"
              + "|(subprocess|runpy|importlib|ctypes|pty|pdb|bdb|shutil|socket|commands|pip)\\..*"
              + "|(builtins|__builtin__)\\.(eval|exec|execfile|compile|open|__import__|breakpoint|input)"
              + "|(_?pickle|cPickle|marshal)\\._?loads?"
              + "|torch\\.(load|jit\\.load|hub\\..*|package\\..*|utils\\.cpp_extension\\..*)");

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
  private static final int LONGEST_BYTES = 1024;

  private PickleNames() {}

  /** {@code argparse.Namespace}: a record of options. */
  record Namespace(Map<Object, Object> fields) {}

  /** {@code numpy.dtype}; it is little-endian unless BUILD says otherwise. */
  static final class NumpyType {
    private final String name;
    private boolean bigEndian;

    NumpyType(String name) {
      this.name = name;
    }
  }

  /** {@code torch.float16} for one. */
  record TorchType(String name) {}

  /** {@code torch.device}. */
  record TorchDevice(String name) {}

  /**
   * What a name stands for, or null where it has no meaning here.
   *
   * @throws PickleException where only an attack would have it
   */
  static Object find(String name, PickleReader reader) {
    if (HARMFUL.matcher(name).matches()) {
      throw new PickleException(
          "the pickle names '"
              + PickleReader.printable(name)
              + "', which no checkpoint needs and which would run a program or open a file in"
              + " Python: the file was made to do harm; refused, nothing was run");
    }
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
      case "torch._utils._rebuild_tensor_v2", "torch._utils._rebuild_tensor" ->
          arguments -> tensor(arguments, reader);
      case "torch._utils._rebuild_parameter", "torch._utils._rebuild_parameter_with_state" ->
          arguments -> same(arguments[0]);
      case "torch.Size" -> arguments -> (Object[]) arguments[0];
      case "torch.device" -> arguments -> new TorchDevice((String) arguments[0]);
      case "collections.defaultdict" -> arguments -> ordered(tail(arguments), reader);
      // The last four are what Lightning keeps hyper-parameters in: a dict.
      case "collections.OrderedDict",
          "pytorch_lightning.utilities.parsing.AttributeDict",
          "lightning.pytorch.utilities.parsing.AttributeDict",
          "lightning_fabric.utilities.data.AttributeDict",
          "lightning.fabric.utilities.data.AttributeDict" ->
          arguments -> ordered(arguments, reader);
      case "__builtin__.set", "builtins.set" -> arguments -> set(arguments, reader);
      case "argparse.Namespace" -> arguments -> new Namespace(new LinkedHashMap<>());
      case "_codecs.encode" -> arguments -> encode(arguments, reader);
      case "numpy.dtype" ->
          arguments ->
              arguments[0] instanceof String type
                  ? new NumpyType(type)
                  : reader.standIn("numpy.dtype", 1);
      case "numpy.core.multiarray.scalar", "numpy._core.multiarray.scalar" ->
          arguments -> number(arguments, reader);
      default -> null;
    };
  }

  /** What an object made by a stand-in is called: the class, where a general maker is given it. */
  static String maker(StandIn called, Object[] arguments) {
    return called.name().startsWith("copyreg.")
            && arguments.length > 0
            && arguments[0] instanceof StandIn of
        ? of.name()
        : called.name();
  }

  /** Gives an object its state; what else has one than these needs it not. */
  static void build(Object target, Object state, PickleReader reader) {
    if (target instanceof Namespace namespace && state instanceof Map<?, ?> fields) {
      reader.count(fields.size());
      namespace.fields.clear();
      fields.forEach((k, v) -> namespace.fields.put(k, v));
    } else if (target instanceof NumpyType type && state instanceof Object[] described) {
      type.bigEndian = described.length < 2 || ">".equals(described[1]);
    } else if (target instanceof StandIn object
        && state instanceof Map<?, ?> fields
        && fields.containsKey("_parameters")
        && fields.containsKey("_modules")) {
      object.isNetwork();
    }
  }

  /** A tensor, or what stands in for one. */
  private static Object same(Object tensor) {
    if (tensor instanceof StoredTensor || tensor instanceof StandIn) {
      return tensor;
    }
    throw new PickleException("a parameter is no tensor");
  }

  /** (storage, offset, sizes, strides, ...). */
  private static Object tensor(Object[] arguments, PickleReader reader) {
    if (arguments[0] instanceof StandIn storage) {
      return reader.standIn(storage.name(), 1);
    }
    if (!(arguments[0] instanceof View view)) {
      throw new PickleException("a tensor has no storage");
    }
    if (view.storage.type().scalar() == null) {
      return reader.standIn("torch." + view.storage.type().name(), 1);
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
    if (arguments[0] instanceof Map<?, ?> other) {
      reader.count(other.size());
      dict.putAll(other);
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
      dict.put(reader.key(both[0]), both[1]);
    }
    return dict;
  }

  /** All but the first. */
  private static Object[] tail(Object[] arguments) {
    return arguments.length == 0 ? arguments : Arrays.copyOfRange(arguments, 1, arguments.length);
  }

  private static Set<Object> set(Object[] arguments, PickleReader reader) {
    List<?> items = arguments.length == 0 ? new ArrayList<>() : (List<?>) arguments[0];
    reader.count(items.size());
    Set<Object> set = new LinkedHashSet<>();
    items.forEach(item -> set.add(reader.key(item)));
    return set;
  }

  /** How protocol 2 writes bytes. Long ones are an array's, and not kept. */
  private static Object encode(Object[] arguments, PickleReader reader) {
    return arguments.length == 2
            && "latin1".equals(arguments[1])
            && arguments[0] instanceof String text
            && text.length() <= LONGEST_BYTES
        ? text.getBytes(StandardCharsets.ISO_8859_1)
        : reader.standIn("bytes", 0);
  }

  /** A NumPy scalar, (dtype, bytes); of a type that isn't read a stand-in. */
  private static Object number(Object[] arguments, PickleReader reader) {
    if (!(arguments[0] instanceof NumpyType type)
        || type.bigEndian
        || !(arguments[1] instanceof byte[] raw)
        || raw.length == 0) {
      return reader.standIn("numpy.number", 1);
    }
    ByteBuffer bytes = ByteBuffer.wrap(raw).order(ByteOrder.LITTLE_ENDIAN);
    if (type.name.matches("[fiub][1248]") && raw.length != type.name.charAt(1) - '0') {
      throw new PickleException("a NumPy number of type " + type.name + " has the wrong length");
    }
    return switch (type.name) {
      case "f8" -> bytes.getDouble();
      case "f4" -> (double) bytes.getFloat();
      case "i8" -> bytes.getLong();
      case "i4" -> bytes.getInt();
      case "i2" -> (int) bytes.getShort();
      case "i1" -> (int) bytes.get();
      case "u1" -> Byte.toUnsignedInt(bytes.get());
      case "b1" -> bytes.get() != 0;
      default -> reader.standIn("numpy.number", 1);
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
