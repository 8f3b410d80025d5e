package dev.bingo.torch;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import org.bytedeco.javacpp.FloatPointer;
import org.bytedeco.javacpp.LongPointer;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Device;
import org.bytedeco.pytorch.DeviceOptional;
import org.bytedeco.pytorch.MemoryFormatOptional;
import org.bytedeco.pytorch.Module;
import org.bytedeco.pytorch.StringTensorDict;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptions;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;

/** Tensors from and to Java arrays, and the named tensors of a module. */
public final class Tensors {
  private static final ThreadLocal<Boolean> WITHOUT_MEMORY = ThreadLocal.withInitial(() -> false);

  private Tensors() {}

  /** Uninitialised, on the CPU. */
  public static Tensor empty(ScalarType type, long... shape) {
    TensorOptions options = new TensorOptions(type);
    return torch.empty(
        shape,
        WITHOUT_MEMORY.get() ? options.device(new DeviceOptional(new Device("meta"))) : options,
        new MemoryFormatOptional());
  }

  /**
   * Builds something whose shapes alone are wanted: what {@link #empty} makes meanwhile, in this
   * thread, has no memory.
   */
  public static <T> T withoutMemory(Supplier<T> built) {
    WITHOUT_MEMORY.set(true);
    try {
      return built.get();
    } finally {
      WITHOUT_MEMORY.remove();
    }
  }

  /** Zeros, on the CPU. */
  public static Tensor zeros(ScalarType type, long... shape) {
    return torch.zeros(shape, new TensorOptions(type));
  }

  /** A copy of {@code values}, float32 of this shape. */
  public static Tensor of(float[] values, long... shape) {
    return Tensor.create(values).reshape(shape);
  }

  /** A copy of {@code values}, {@code float64 [N]}. */
  public static Tensor of(double... values) {
    return Tensor.create(values);
  }

  /** A copy of {@code values}, int64 of this shape. */
  public static Tensor of(long[] values, long... shape) {
    return Tensor.create(values).reshape(shape);
  }

  /**
   * A copy on the device, in this thread's order of work there; the CPU's tensors are as they are.
   * The host doesn't wait for a GPU: what is copied is put into page-locked memory first, so that
   * {@code t} may be overwritten at once.
   *
   * @param t on the CPU
   */
  public static Tensor upload(Tensor t, Device device) {
    return device.is_cpu()
        ? t
        : t.pin_memory().to(device, t.scalar_type(), true, false, new MemoryFormatOptional());
  }

  /** All values in row-major order, as float32. */
  public static float[] toFloats(Tensor t) {
    Tensor flat = t.detach().cpu().to(ScalarType.Float).contiguous();
    float[] values = new float[Math.toIntExact(flat.numel())];
    if (values.length > 0) {
      new FloatPointer(flat.data_ptr()).get(values);
    }
    return values;
  }

  /** All values in row-major order, as int64. */
  public static long[] toLongs(Tensor t) {
    Tensor flat = t.detach().cpu().to(ScalarType.Long).contiguous();
    long[] values = new long[Math.toIntExact(flat.numel())];
    if (values.length > 0) {
      new LongPointer(flat.data_ptr()).get(values);
    }
    return values;
  }

  /** Parameters, then buffers, of a module and all below it, by their dotted names. */
  public static Map<String, Tensor> named(Module module) {
    Map<String, Tensor> all = new LinkedHashMap<>(named(module.named_parameters()));
    all.putAll(named(module.named_buffers()));
    return all;
  }

  /** The entries of LibTorch's ordered dictionary. */
  public static Map<String, Tensor> named(StringTensorDict dictionary) {
    Map<String, Tensor> all = new LinkedHashMap<>();
    for (long i = 0; i < dictionary.size(); i++) {
      var item = dictionary.get(i);
      // A copy of the handle: the item's own dies with the dictionary.
      all.put(item.key().getString(), new Tensor(item.value()));
    }
    return all;
  }

  /** The sum of tensors of one shape, from the first to the last. */
  public static Tensor sum(List<Tensor> terms) {
    Tensor total = terms.get(0);
    for (Tensor term : terms.subList(1, terms.size())) {
      total = total.add(term);
    }
    return total;
  }

  /**
   * What {@code part} gives, in the caller's scope; everything else that it made is freed at once,
   * so that the next part finds the memory warm. Without a scope, nothing is.
   */
  public static Tensor within(Supplier<Tensor> part) {
    PointerScope outer = PointerScope.getInnerScope();
    if (outer == null) {
      return part.get();
    }
    try (PointerScope inner = new PointerScope()) {
      // A handle of its own: what an operation in place returns is its argument's.
      Tensor kept = new Tensor(part.get());
      outer.attach(kept);
      return kept;
    }
  }
}
