package dev.bingo.export;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import org.bytedeco.pytorch.Tensor;

/** The few words of Python's pickle (protocol 2) that a dictionary of tensors needs. */
final class PickleWriter {
  private static final int PROTO = 0x80;
  private static final int BININT = 'J';
  private static final int LONG1 = 0x8A;
  private static final int BINUNICODE = 'X';
  private static final int NEWTRUE = 0x88;
  private static final int NEWFALSE = 0x89;
  private static final int EMPTY_DICT = '}';
  private static final int EMPTY_TUPLE = ')';
  private static final int MARK = '(';
  private static final int TUPLE = 't';
  private static final int SETITEMS = 'u';
  private static final int GLOBAL = 'c';
  private static final int REDUCE = 'R';
  private static final int BINPERSID = 'Q';
  private static final int STOP = '.';

  private final ByteArrayOutputStream out = new ByteArrayOutputStream();

  PickleWriter() {
    out.write(PROTO);
    out.write(2);
  }

  /** The pickle; nothing may follow. */
  byte[] finish() {
    out.write(STOP);
    return out.toByteArray();
  }

  PickleWriter text(String value) {
    byte[] utf8 = value.getBytes(StandardCharsets.UTF_8);
    out.write(BINUNICODE);
    little(utf8.length);
    out.writeBytes(utf8);
    return this;
  }

  PickleWriter bool(boolean value) {
    out.write(value ? NEWTRUE : NEWFALSE);
    return this;
  }

  PickleWriter number(long value) {
    if (value == (int) value) {
      out.write(BININT);
      little((int) value);
    } else {
      out.write(LONG1);
      out.write(Long.BYTES);
      out.writeBytes(
          ByteBuffer.allocate(Long.BYTES).order(ByteOrder.LITTLE_ENDIAN).putLong(value).array());
    }
    return this;
  }

  /** An empty dict; its items follow between {@link #items} and {@link #endItems}. */
  PickleWriter dict() {
    out.write(EMPTY_DICT);
    return this;
  }

  /** The same, that remembers its order. */
  PickleWriter orderedDict() {
    global("collections", "OrderedDict");
    out.write(EMPTY_TUPLE);
    out.write(REDUCE);
    return this;
  }

  PickleWriter items() {
    out.write(MARK);
    return this;
  }

  PickleWriter endItems() {
    out.write(SETITEMS);
    return this;
  }

  /**
   * A contiguous tensor that is the whole of a storage.
   *
   * @param storage PyTorch's class of it
   * @param key of the zip entry that holds its bytes
   */
  PickleWriter tensor(Tensor t, String storage, String key) {
    long[] shape = t.sizes().vec().get();
    global("torch._utils", "_rebuild_tensor_v2");
    out.write(MARK);
    out.write(MARK);
    text("storage");
    global("torch", storage);
    text(key).text("cpu").number(t.numel());
    out.write(TUPLE);
    out.write(BINPERSID);
    number(0);
    tuple(shape);
    tuple(strides(shape));
    bool(false);
    orderedDict();
    out.write(TUPLE);
    out.write(REDUCE);
    return this;
  }

  private static long[] strides(long[] shape) {
    long[] strides = new long[shape.length];
    long step = 1;
    for (int d = shape.length - 1; d >= 0; d--) {
      strides[d] = step;
      step *= Math.max(1, shape[d]);
    }
    return strides;
  }

  private void tuple(long[] values) {
    out.write(MARK);
    for (long value : values) {
      number(value);
    }
    out.write(TUPLE);
  }

  private void global(String module, String name) {
    out.write(GLOBAL);
    out.writeBytes((module + "\n" + name + "\n").getBytes(StandardCharsets.US_ASCII));
  }

  private void little(int value) {
    out.writeBytes(
        ByteBuffer.allocate(Integer.BYTES).order(ByteOrder.LITTLE_ENDIAN).putInt(value).array());
  }
}
