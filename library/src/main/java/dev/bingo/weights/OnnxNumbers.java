package dev.bingo.weights;

import ai.onnx.proto.OnnxMl.StringStringEntryProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import ai.onnx.proto.OnnxMl.TensorProto.DataType;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.bytedeco.javacpp.indexer.Bfloat16Indexer;
import org.bytedeco.javacpp.indexer.HalfIndexer;

/** The numbers of a tensor in an ONNX model: whether they can be weights. */
final class OnnxNumbers {
  private static final long PART = 1L << 26;

  private boolean notANumber;
  private boolean infinite;
  private boolean weights;

  private OnnxNumbers() {}

  /**
   * Whether a tensor holds NaN, or infinities among other numbers. Infinities beside zeros alone
   * are a mask's, and one alone is a bound.
   *
   * @param model whose folder holds the tensors that are kept outside
   */
  static boolean broken(Path model, TensorProto tensor) throws IOException {
    OnnxNumbers numbers = new OnnxNumbers();
    int width = width(tensor.getDataType());
    if (width == 0) {
      return false;
    }
    if (tensor.getDataLocation() == TensorProto.DataLocation.EXTERNAL) {
      numbers.addExternal(model, tensor);
    } else if (!tensor.getRawData().isEmpty()) {
      numbers.add(tensor.getRawData().asReadOnlyByteBuffer(), tensor.getDataType());
    } else {
      tensor.getFloatDataList().forEach(v -> numbers.add(v));
      tensor.getDoubleDataList().forEach(numbers::add);
      if (width == 2) {
        boolean half = tensor.getDataType() == DataType.FLOAT16_VALUE;
        tensor.getInt32DataList().forEach(bits -> numbers.add(small(bits.shortValue(), half)));
      }
    }
    return numbers.notANumber || (numbers.infinite && numbers.weights);
  }

  private void addExternal(Path model, TensorProto tensor) throws IOException {
    Path file = model.resolveSibling(external(tensor, "location", ""));
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
      long from = Long.parseLong(external(tensor, "offset", "0"));
      long length = Long.parseLong(external(tensor, "length", "" + (channel.size() - from)));
      if (from < 0 || length < 0 || from > channel.size() - length) {
        throw new IOException(
            model + ": claims weights '" + tensor.getName() + "' beyond the end of " + file);
      }
      for (long done = 0; done < length; done += PART) {
        ByteBuffer part = ByteBuffer.allocate((int) Math.min(PART, length - done));
        while (part.hasRemaining() && channel.read(part, from + done + part.position()) >= 0) {}
        add(part.flip(), tensor.getDataType());
      }
    } catch (NumberFormatException e) {
      throw new IOException(
          model + ": says where its weights lie in other than numbers: " + e.getMessage(), e);
    }
  }

  static String external(TensorProto tensor, String key, String otherwise) {
    return tensor.getExternalDataList().stream()
        .filter(e -> e.getKey().equals(key))
        .map(StringStringEntryProto::getValue)
        .findFirst()
        .orElse(otherwise);
  }

  /** Bytes of a floating-point number; 0 for all other types. */
  private static int width(int type) {
    return switch (type) {
      case DataType.FLOAT_VALUE -> 4;
      case DataType.DOUBLE_VALUE -> 8;
      case DataType.FLOAT16_VALUE, DataType.BFLOAT16_VALUE -> 2;
      default -> 0;
    };
  }

  private void add(ByteBuffer raw, int type) {
    raw.order(ByteOrder.LITTLE_ENDIAN);
    boolean half = type == DataType.FLOAT16_VALUE;
    int width = width(type);
    while (raw.remaining() >= width) {
      add(
          switch (width) {
            case 4 -> raw.getFloat();
            case 8 -> raw.getDouble();
            default -> small(raw.getShort(), half);
          });
    }
  }

  /** A number of 16 bits, half or bfloat16; infinities and NaN stay what they are. */
  private static double small(short bits, boolean half) {
    return half ? HalfIndexer.toFloat(bits) : Bfloat16Indexer.toFloat(bits);
  }

  private void add(double value) {
    notANumber |= Double.isNaN(value);
    infinite |= Double.isInfinite(value);
    weights |= value != 0 && Double.isFinite(value);
  }
}
