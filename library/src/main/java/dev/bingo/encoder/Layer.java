package dev.bingo.encoder;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import java.util.function.Function;
import org.bytedeco.pytorch.GeneratorOptional;
import org.bytedeco.pytorch.Module;
import org.bytedeco.pytorch.Tensor;

/**
 * A LibTorch module written in Java.
 *
 * <p>It keeps the Java handles of what is registered in it, and out of the hands of any {@code
 * PointerScope}: a layer lives as long as its owner, wherever it was built.
 */
public abstract class Layer extends Module {
  private final Map<String, Layer> children = new LinkedHashMap<>();

  protected Layer(String name) {
    super(name);
    retainReference();
  }

  /** Registers a trainable parameter. */
  protected final Tensor parameter(String name, Tensor initial) {
    initial.retainReference();
    register_parameter(name, initial, true);
    return initial;
  }

  /** Registers a tensor that is saved and moved, but not trained. */
  protected final Tensor buffer(String name, Tensor initial) {
    initial.retainReference();
    register_buffer(name, initial);
    return initial;
  }

  /** Registers a part. */
  protected final <L extends Layer> L child(String name, L layer) {
    register_module(name, layer);
    children.put(name, layer);
    return layer;
  }

  /**
   * Draws this layer's own parameters anew; those below are drawn by themselves.
   *
   * @param generator of a parameter, by its name
   */
  void draw(Function<String, GeneratorOptional> generator) {}

  /** Visits this layer and all below it, parents first. */
  public final void each(Consumer<Layer> visitor) {
    each("", (name, layer) -> visitor.accept(layer));
  }

  /** The same with dotted names; that of a top layer is {@code prefix}. */
  public final void each(String prefix, BiConsumer<String, Layer> visitor) {
    visitor.accept(prefix, this);
    children.forEach(
        (name, child) -> child.each(prefix.isEmpty() ? name : prefix + "." + name, visitor));
  }
}
