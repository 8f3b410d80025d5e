package dev.bingo.weights;

import dev.bingo.torch.Tensors;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.LinkedHashMap;
import java.util.Map;
import org.bytedeco.pytorch.Tensor;

/** An open safetensors file. */
final class SafeTensorsFile extends WeightFile {
  private final FileChannel channel;
  private final SafeTensors.Header header;
  private final Map<String, TensorInfo> tensors = new LinkedHashMap<>();

  SafeTensorsFile(Path file) throws IOException {
    super(file);
    channel = FileChannel.open(file, StandardOpenOption.READ);
    try {
      header = SafeTensors.header(file, channel);
    } catch (IOException | RuntimeException e) {
      channel.close();
      throw e;
    }
    header.entries().forEach(e -> tensors.put(e.name(), e));
  }

  @Override
  public Format format() {
    return Format.SAFETENSORS;
  }

  @Override
  Object root() {
    return tensors;
  }

  @Override
  public Map<String, String> metadata() {
    return header.metadata();
  }

  @Override
  public Tensor read(TensorInfo info) throws IOException {
    SafeTensors.Entry entry = (SafeTensors.Entry) info;
    Tensor tensor = Tensors.empty(entry.type(), entry.shape());
    TensorBytes.read(file, channel, header.start() + entry.offset(), tensor);
    return tensor;
  }

  @Override
  public void close() throws IOException {
    channel.close();
  }
}
