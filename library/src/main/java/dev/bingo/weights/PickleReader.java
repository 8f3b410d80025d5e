package dev.bingo.weights;

import java.io.IOException;
import java.util.BitSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.IntStream;
import net.razorvine.pickle.IObjectConstructor;
import net.razorvine.pickle.Opcodes;
import net.razorvine.pickle.PickleException;
import net.razorvine.pickle.Unpickler;

/**
 * Reads pickles of plain values and tensors, and nothing else: opcodes and names that are not
 * listed here or in {@link PickleNames} are refused, so that nothing in a file can call anything.
 *
 * <p>Bounded: lengths are compared with what is left before anything is allocated; opcodes, and
 * copies that opcodes make, are counted; only small plain values may be keys, whose hashes are
 * cheap and need no descent. Nothing descends into what was read, so depth and cycles do no harm.
 *
 * <p>Tuples become arrays, lists, sets and dicts their counterparts in Java in the file's order,
 * tensors {@link StoredTensor}s.
 */
final class PickleReader extends Unpickler {
  /** Longest pickle that is read. Those of large checkpoints have a few hundred KiB. */
  static final int MOST_BYTES = 16 << 20;

  private static final int MOST_OPERATIONS = 2_000_000;
  private static final int LONGEST_NAME = 200;
  private static final int LONGEST_KEY = 1000;
  private static final BitSet ALLOWED = allowed();

  /** Finds the storage that a persistent id names. */
  @FunctionalInterface
  interface Storages {
    /**
     * A storage, or a view of one.
     *
     * @throws PickleException where the id is not understood, or the file has no such storage
     */
    Object find(Object[] id);
  }

  private final Storages storages;
  private PickleInput bytes;
  private int left = MOST_OPERATIONS;

  PickleReader(Storages storages) {
    this.storages = storages;
  }

  /**
   * Reads the pickle that begins at the input's position; afterwards that is behind it.
   *
   * @throws IOException where it is damaged or anything in it is not allowed
   */
  Object read(PickleInput from) throws IOException {
    bytes = from;
    memo.clear();
    try {
      return load(from);
    } catch (PickleException e) {
      throw new IOException(e.getMessage(), e);
    } catch (ClassCastException
        | IndexOutOfBoundsException
        | IllegalArgumentException
        | NegativeArraySizeException
        | NullPointerException e) {
      // What the library throws where opcodes don't fit together.
      String why = e instanceof IllegalArgumentException ? e.getMessage() : "opcodes do not fit";
      throw new IOException("damaged pickle at byte " + from.position() + ": " + why, e);
    }
  }

  @Override
  protected Object dispatch(short key) throws IOException {
    if (!ALLOWED.get(key)) {
      throw new IOException(
          "the pickle has the opcode 0x%02x (%s), which no tensor needs; refused"
              .formatted(key, printable(key)));
    }
    count(1);
    switch (key) {
      case Opcodes.BINUNICODE, Opcodes.BINBYTES, Opcodes.BINSTRING, Opcodes.LONG4 ->
          bytes.checkLength(4);
      case Opcodes.BINUNICODE8, Opcodes.BINBYTES8 -> bytes.checkLength(8);
      case Opcodes.SHORT_BINUNICODE,
          Opcodes.SHORT_BINBYTES,
          Opcodes.SHORT_BINSTRING,
          Opcodes.LONG1 ->
          bytes.checkLength(1);
      default -> {}
    }
    return own(key) ? NO_RETURN_VALUE : super.dispatch(key);
  }

  /**
   * Does what the library would do otherwise: by names, by hashes, or by copying again and again.
   */
  private boolean own(short key) throws IOException {
    switch (key) {
      case Opcodes.GLOBAL -> stack.add(named(bytes.line(LONGEST_NAME), bytes.line(LONGEST_NAME)));
      case Opcodes.STACK_GLOBAL -> {
        String name = (String) stack.pop();
        stack.add(named((String) stack.pop(), name));
      }
      case Opcodes.REDUCE, Opcodes.NEWOBJ -> {
        Object[] arguments = (Object[]) stack.pop();
        Object called = stack.pop();
        if (!(called instanceof IObjectConstructor function)) {
          throw new IOException("the pickle calls what is no function; refused");
        }
        stack.add(function.construct(arguments));
      }
      case Opcodes.BUILD -> {
        Object state = stack.pop();
        PickleNames.build(stack.peek(), state, this);
      }
      case Opcodes.EMPTY_DICT -> stack.add(new LinkedHashMap<>());
      case Opcodes.EMPTY_SET -> stack.add(new LinkedHashSet<>());
      case Opcodes.DICT -> {
        List<Object> items = stack.pop_all_since_marker();
        Map<Object, Object> dict = new LinkedHashMap<>();
        put(dict, items);
        stack.add(dict);
      }
      case Opcodes.SETITEM -> {
        Object value = stack.pop();
        Object name = stack.pop();
        dict(stack.peek()).put(key(name), value);
      }
      case Opcodes.SETITEMS -> {
        List<Object> items = stack.pop_all_since_marker();
        put(dict(stack.peek()), items);
      }
      case Opcodes.APPENDS -> {
        List<Object> items = stack.pop_all_since_marker();
        list(stack.peek()).addAll(items);
      }
      case Opcodes.FROZENSET -> stack.add(set(stack.pop_all_since_marker()));
      case Opcodes.ADDITEMS -> {
        Set<Object> more = set(stack.pop_all_since_marker());
        @SuppressWarnings("unchecked")
        Set<Object> all = (Set<Object>) stack.peek();
        all.addAll(more);
      }
      default -> {
        return false;
      }
    }
    return true;
  }

  @Override
  protected Object persistentLoad(Object id) {
    return storages.find((Object[]) id);
  }

  private Object named(String module, String name) throws IOException {
    if (module.length() > LONGEST_NAME || name.length() > LONGEST_NAME) {
      throw new IOException("the pickle has a name without end");
    }
    Object known = PickleNames.find(module + "." + name, this);
    if (known == null) {
      throw new IOException(
          "the pickle names '" + printable(module + "." + name) + "', which " + PickleNames.WHY);
    }
    return known;
  }

  /** Counts work, so that a small file can't ask for much of it. */
  void count(int operations) {
    left -= operations;
    if (left < 0) {
      throw new PickleException(
          "the pickle takes more than " + MOST_OPERATIONS + " operations; refused");
    }
  }

  private static void put(Map<Object, Object> dict, List<Object> items) {
    if (items.size() % 2 != 0) {
      throw new PickleException("damaged pickle: a dict has a key without value");
    }
    for (int i = 0; i < items.size(); i += 2) {
      dict.put(key(items.get(i)), items.get(i + 1));
    }
  }

  private static Set<Object> set(List<Object> items) {
    Set<Object> set = new LinkedHashSet<>();
    items.forEach(item -> set.add(key(item)));
    return set;
  }

  /** Only what is hashed quickly and without descent; tuples count as different each. */
  static Object key(Object key) {
    boolean plain =
        key instanceof Integer
            || key instanceof Long
            || key instanceof Boolean
            || key instanceof Double
            || key instanceof Object[]
            || (key instanceof String text && text.length() <= LONGEST_KEY);
    if (!plain) {
      throw new PickleException(
          "the pickle has a dict key or set member that is no short string or number; refused");
    }
    return key;
  }

  @SuppressWarnings("unchecked")
  private static Map<Object, Object> dict(Object target) {
    return (Map<Object, Object>) target;
  }

  @SuppressWarnings("unchecked")
  private static List<Object> list(Object target) {
    return (List<Object>) target;
  }

  /** For a message: no control characters, not too long. */
  static String printable(String text) {
    String clean = text.replaceAll("[^\\x20-\\x7e]", "?");
    return clean.length() > LONGEST_NAME ? clean.substring(0, LONGEST_NAME) + "..." : clean;
  }

  private static String printable(short opcode) {
    return opcode > 0x20 && opcode < 0x7f ? "'" + (char) opcode + "'" : "not printable";
  }

  private static BitSet allowed() {
    BitSet set = new BitSet();
    IntStream.of(
            Opcodes.PROTO,
            Opcodes.FRAME,
            Opcodes.STOP,
            Opcodes.MARK,
            Opcodes.NONE,
            Opcodes.NEWTRUE,
            Opcodes.NEWFALSE,
            Opcodes.BININT,
            Opcodes.BININT1,
            Opcodes.BININT2,
            Opcodes.LONG1,
            Opcodes.LONG4,
            Opcodes.BINFLOAT,
            Opcodes.BINSTRING,
            Opcodes.SHORT_BINSTRING,
            Opcodes.BINUNICODE,
            Opcodes.SHORT_BINUNICODE,
            Opcodes.BINUNICODE8,
            Opcodes.BINBYTES,
            Opcodes.SHORT_BINBYTES,
            Opcodes.BINBYTES8,
            Opcodes.EMPTY_LIST,
            Opcodes.LIST,
            Opcodes.APPEND,
            Opcodes.APPENDS,
            Opcodes.EMPTY_TUPLE,
            Opcodes.TUPLE,
            Opcodes.TUPLE1,
            Opcodes.TUPLE2,
            Opcodes.TUPLE3,
            Opcodes.EMPTY_DICT,
            Opcodes.DICT,
            Opcodes.SETITEM,
            Opcodes.SETITEMS,
            Opcodes.EMPTY_SET,
            Opcodes.ADDITEMS,
            Opcodes.FROZENSET,
            Opcodes.BINGET,
            Opcodes.LONG_BINGET,
            Opcodes.BINPUT,
            Opcodes.LONG_BINPUT,
            Opcodes.MEMOIZE,
            Opcodes.GLOBAL,
            Opcodes.STACK_GLOBAL,
            Opcodes.REDUCE,
            Opcodes.NEWOBJ,
            Opcodes.BUILD,
            Opcodes.BINPERSID)
        .forEach(set::set);
    return set;
  }
}
