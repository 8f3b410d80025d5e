package dev.bingo.torch;

import java.util.Collection;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Dispatcher;
import org.bytedeco.pytorch.GenericList;
import org.bytedeco.pytorch.IValue;
import org.bytedeco.pytorch.IValueVector;
import org.bytedeco.pytorch.OperatorHandle;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorType;
import org.bytedeco.pytorch.Type;

/**
 * Many tensors that get the same arithmetic. LibTorch does it in one call: on a GPU by a few
 * launches in place of one a tensor, on the CPU tensor after tensor, to the bit as one by one.
 *
 * <p>Belongs to the caller's scope like a tensor, or to no scope after {@link #keep}.
 */
public final class TensorList {
  private final IValue list;

  /** LibTorch refuses to do arithmetic on none. */
  private final boolean empty;

  /** These tensors, in their order; the list shares them. */
  public TensorList(Collection<Tensor> tensors) {
    this(boxed(tensors), tensors.isEmpty());
  }

  private TensorList(IValue list, boolean empty) {
    this.list = list;
    this.empty = empty;
  }

  private static IValue boxed(Collection<Tensor> tensors) {
    // The presets have no list of tensors that the dispatcher takes for one.
    GenericList list = new GenericList(new Type.TypePtr(TensorType.get()));
    list.reserve(tensors.size());
    for (Tensor tensor : tensors) {
      list.push_back(new IValue(tensor));
    }
    return new IValue(list);
  }

  /** Keeps the list when the scope that it was made in ends, as a layer keeps its parameters. */
  public TensorList keep() {
    list.retainReference();
    return this;
  }

  /** x ← factor · x. */
  public TensorList scale(double factor) {
    if (!empty) {
      call("aten::_foreach_mul_", "Scalar", list, new IValue(new Scalar(factor)));
    }
    return this;
  }

  /** x ← x + factor · other, tensor by tensor. */
  public TensorList add(TensorList other, double factor) {
    if (!empty) {
      call("aten::_foreach_add_", "List", list, other.list, new IValue(new Scalar(factor)));
    }
    return this;
  }

  /** x + factor · other, tensor by tensor, as tensors of their own. */
  public TensorList plus(TensorList other, double factor) {
    if (empty) {
      return this;
    }
    IValueVector stack =
        call("aten::_foreach_add", "List", list, other.list, new IValue(new Scalar(factor)));
    return new TensorList(new IValue(stack.get(0)), false);
  }

  private static IValueVector call(String name, String overload, IValue... arguments) {
    IValueVector stack = new IValueVector(arguments);
    Operators.of(name, overload).callBoxed(stack);
    return stack;
  }

  /** Found once: a search by name costs more than a small call. */
  private static final class Operators {
    private static final Map<String, OperatorHandle> FOUND = new ConcurrentHashMap<>();

    static OperatorHandle of(String name, String overload) {
      return FOUND.computeIfAbsent(name + "." + overload, key -> find(name, overload));
    }

    private static OperatorHandle find(String name, String overload) {
      try (PointerScope scope = new PointerScope()) {
        OperatorHandle found = Dispatcher.singleton().findSchemaOrThrow(name, overload);
        found.retainReference();
        return found;
      }
    }
  }
}
