package dev.bingo.weights;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.ScalarType;

/** Checkpoints of dicts, lists and tensors in one another, as torch.save writes them. */
public final class TorchWriter {
  private final Pickles pickle = new Pickles();
  private final List<byte[]> storages = new ArrayList<>();

  private TorchWriter() {}

  /** Writes a zip of maps, lists and float or long tensors. */
  public static Path write(Path file, Object root) throws IOException {
    TorchWriter writer = new TorchWriter();
    writer.put(root);
    return Pickles.zip(file, writer.pickle.stop(), writer.storages);
  }

  private void put(Object value) {
    if (value instanceof Map<?, ?> dict) {
      pickle.codes("}");
      dict.forEach(
          (key, inner) -> {
            pickle.text((String) key);
            put(inner);
            pickle.codes("s");
          });
    } else if (value instanceof List<?> list) {
      pickle.codes("]");
      for (Object inner : list) {
        put(inner);
        pickle.codes("a");
      }
    } else {
      put((Tensor) value);
    }
  }

  private void put(Tensor given) {
    Tensor tensor = given.detach().contiguous();
    byte[] bytes = new byte[(int) tensor.nbytes()];
    ByteBuffer memory = new BytePointer(tensor.data_ptr()).capacity(bytes.length).asByteBuffer();
    memory.get(bytes);
    pickle.name("torch._utils", "_rebuild_tensor_v2").codes("((").text("storage");
    boolean whole = tensor.scalar_type().intern() == ScalarType.Long;
    pickle.name("torch", whole ? "LongStorage" : "FloatStorage").text("" + storages.size());
    pickle.text("cpu").integer(tensor.numel()).codes("tQ").integer(0).codes("(");
    long stride = tensor.numel();
    List<Long> strides = new ArrayList<>();
    for (long side : tensor.sizes().vec().get()) {
      pickle.integer(side);
      stride /= Math.max(1, side);
      strides.add(stride);
    }
    pickle.codes("t(");
    strides.forEach(pickle::integer);
    pickle.codes("t").raw(0x89).name("collections", "OrderedDict").codes(")RtR");
    storages.add(bytes);
  }
}
