package dev.bingo.weights;

import java.io.IOException;
import java.util.Arrays;
import java.util.BitSet;
import java.util.Collections;
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
 * Reads pickles of plain values and tensors, and nothing else. Nothing in a file can call anything:
 * a name means what {@link PickleNames} says, and any other becomes a {@link StandIn}, which
 * swallows what is done with it; opcodes that are not listed here are refused.
 *
 * <p>Bounded: lengths are compared with what is left before anything is allocated; opcodes, and
 * copies that opcodes make, are counted; integers are short; keys are small plain values, whose
 * hashes are cheap, need no descent and can't be made to collide with those of another class.
 * Nothing descends into what was read, so depth and cycles do no harm.
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
  private static final int LONGEST_INTEGER_BYTES = 255;
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
  private final Map<String, Integer> foreign = new LinkedHashMap<>();

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
      Object value = load(from);
      memo.clear();
      return value;
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

  /** The names that became stand-ins, each with how many objects were made of it. */
  Map<String, Integer> foreign() {
    return foreign;
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
      case Opcodes.BINUNICODE, Opcodes.BINBYTES, Opcodes.BINSTRING -> bytes.checkLength(4);
      case Opcodes.LONG4 -> {
        long length = bytes.checkLength(4);
        if (length > LONGEST_INTEGER_BYTES) {
          throw new IOException("the pickle has an integer of " + length + " bytes; refused");
        }
      }
      case Opcodes.BINUNICODE8, Opcodes.BINBYTES8, Opcodes.BYTEARRAY8 -> bytes.checkLength(8);
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
        stack.add(made(stack.pop(), arguments));
      }
      case Opcodes.NEWOBJ_EX -> {
        stack.pop();
        Object[] arguments = (Object[]) stack.pop();
        stack.add(made(stack.pop(), arguments));
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
        put(stack.peek(), Arrays.asList(name, value));
      }
      case Opcodes.SETITEMS -> {
        List<Object> items = stack.pop_all_since_marker();
        put(stack.peek(), items);
      }
      case Opcodes.APPEND -> {
        Object item = stack.pop();
        append(stack.peek(), Collections.singletonList(item));
      }
      case Opcodes.APPENDS -> {
        List<Object> items = stack.pop_all_since_marker();
        append(stack.peek(), items);
      }
      case Opcodes.FROZENSET -> stack.add(set(stack.pop_all_since_marker()));
      case Opcodes.ADDITEMS -> {
        Set<Object> more = set(stack.pop_all_since_marker());
        if (!(stack.peek() instanceof StandIn)) {
          PickleReader.<Set<Object>>cast(stack.peek()).addAll(more);
        }
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
    return known != null ? known : standIn(printable(module + "." + name), 0);
  }

  /** What a call gives: of a stand-in another, and what it was called with is dropped. */
  private Object made(Object called, Object[] arguments) throws IOException {
    if (called instanceof StandIn foreignClass) {
      return standIn(PickleNames.maker(foreignClass, arguments), 1);
    }
    if (!(called instanceof IObjectConstructor function)) {
      throw new IOException("the pickle calls what is no function; refused");
    }
    return function.construct(arguments);
  }

  /** A stand-in, counted as so many objects. */
  StandIn standIn(String name, int objects) {
    foreign.merge(name, objects, Integer::sum);
    return new StandIn(name);
  }

  /** Counts work, so that a small file can't ask for much of it. */
  void count(int operations) {
    left -= operations;
    if (left < 0) {
      throw new PickleException(
          "the pickle takes more than " + MOST_OPERATIONS + " operations; refused");
    }
  }

  private void put(Object target, List<Object> items) {
    if (items.size() % 2 != 0) {
      throw new PickleException("damaged pickle: a dict has a key without value");
    }
    if (target instanceof StandIn) {
      return;
    }
    Map<Object, Object> dict = cast(target);
    for (int i = 0; i < items.size(); i += 2) {
      dict.put(key(items.get(i)), items.get(i + 1));
    }
  }

  private static void append(Object target, List<Object> items) {
    if (!(target instanceof StandIn)) {
      PickleReader.<List<Object>>cast(target).addAll(items);
    }
  }

  private Set<Object> set(List<Object> items) {
    Set<Object> set = new LinkedHashSet<>();
    items.forEach(item -> set.add(key(item)));
    return set;
  }

  /** Only what is hashed quickly and without descent; all else counts as different each. */
  Object key(Object key) {
    if (key instanceof Number number) {
      return NumberKey.of(number);
    }
    boolean plain =
        key == null
            || key instanceof Boolean
            || key instanceof Object[]
            || key instanceof byte[]
            || key instanceof StandIn
            || (key instanceof String text && text.length() <= LONGEST_KEY);
    return plain ? key : standIn("a key that is no short text or number", 1);
  }

  // The caller has looked at what it is.
  @SuppressWarnings({"unchecked", "TypeParameterUnusedInFormals"})
  private static <T> T cast(Object target) {
    return (T) target;
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
            Opcodes.BYTEARRAY8,
            Opcodes.POP,
            Opcodes.POP_MARK,
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
            Opcodes.NEWOBJ_EX,
            Opcodes.BUILD,
            Opcodes.BINPERSID)
        .forEach(set::set);
    return set;
  }
}
