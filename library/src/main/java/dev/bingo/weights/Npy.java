package dev.bingo.weights;

import dev.bingo.torch.Tensors;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.function.Consumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.LongStream;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;

/**
 * NumPy's array file, versions 1 to 3: plain numbers, little-endian, of at most 16 dimensions. What
 * the header claims is checked against the file before anything is allocated.
 */
public final class Npy {
  private static final byte[] MAGIC = {(byte) 0x93, 'N', 'U', 'M', 'P', 'Y'};
  // NumPy's headers have about 120 bytes; it refuses more than 10,000 itself.
  private static final int HEADER_LIMIT = 1 << 16;
  private static final int MOST_DIMENSIONS = 16;

  /** What the other sides of an array without numbers may make together, bytes. */
  private static final long LARGEST_EMPTY = Integer.MAX_VALUE;

  private static final Pattern DTYPE = Pattern.compile("['\"]descr['\"]\\s*:\\s*['\"]([^'\"]*)");
  private static final Pattern ORDER =
      Pattern.compile("['\"]fortran_order['\"]\\s*:\\s*(True|False)");
  private static final Pattern SHAPE =
      Pattern.compile("['\"]shape['\"]\\s*:\\s*\\(([0-9,\\s]*)\\)");

  private Npy() {}

  /**
   * What a file says of itself.
   *
   * @param type of the numbers
   * @param shape of the array; empty for a single number
   * @param columnMajor stored with the first index running fastest
   * @param start of the numbers in the file, bytes
   */
  public record Header(ScalarType type, long[] shape, boolean columnMajor, long start) {}

  /**
   * Reads an array.
   *
   * @return contiguous, on the CPU, the caller's
   * @throws IOException where the file is no whole and consistent array of numbers; the message
   *     says what is wrong
   */
  public static Tensor read(Path file) throws IOException {
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
      Header header = header(file, channel);
      int rank = header.shape.length;
      long[] stored = header.shape.clone();
      long[] back = new long[rank];
      for (int d = 0; d < rank; d++) {
        back[d] = rank - 1L - d;
        if (header.columnMajor) {
          stored[d] = header.shape[rank - 1 - d];
        }
      }
      Tensor values = Tensors.empty(header.type, stored);
      TensorBytes.read(file, channel, header.start, values);
      return header.columnMajor && rank > 1 ? values.permute(back).contiguous() : values;
    }
  }

  /**
   * Reads the header alone, checked as {@link #read} does.
   *
   * @throws IOException as {@link #read}
   */
  public static Header header(Path file) throws IOException {
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
      return header(file, channel);
    }
  }

  /**
   * Writes an array, whole or not at all.
   *
   * @param values on any device, of any layout; not bfloat16, which NumPy lacks
   */
  public static void write(Path file, Tensor values) throws IOException {
    write(file, values.scalar_type(), values.sizes().vec().get(), blocks -> blocks.accept(values));
  }

  /** Gives an array in blocks, from its first rows to its last. */
  @FunctionalInterface
  public interface Content {
    /** Hands all blocks over; each is written before the call returns. */
    void writeTo(Consumer<Tensor> blocks) throws IOException;
  }

  /**
   * Writes an array that need not be in memory at once, whole or not at all.
   *
   * @param content its blocks have {@code type}, and the numbers of {@code shape} together
   * @throws IllegalStateException where the blocks have more or fewer
   */
  public static void write(Path file, ScalarType type, long[] shape, Content content)
      throws IOException {
    WholeFile.write(
        file,
        channel -> {
          WholeFile.writeFully(channel, front(type, shape));
          long start = channel.position();
          try {
            content.writeTo(
                block -> {
                  try {
                    TensorBytes.write(channel, block);
                  } catch (IOException e) {
                    throw new UncheckedIOException(e);
                  }
                });
          } catch (UncheckedIOException e) {
            throw e.getCause();
          }
          long wanted = LongStream.of(shape).reduce(torch.elementSize(type), Math::multiplyExact);
          if (channel.position() - start != wanted) {
            throw new IllegalStateException(
                file + ": wrote " + (channel.position() - start) + " bytes of " + wanted);
          }
        });
  }

  private static ByteBuffer front(ScalarType type, long[] dimensions) {
    String shape =
        LongStream.of(dimensions).mapToObj(n -> n + ",").collect(Collectors.joining(" "));
    String text =
        "{'descr': '%s', 'fortran_order': False, 'shape': (%s), }".formatted(dtype(type), shape);
    // Data starts at a multiple of 64, and the header ends with a line feed: the format's rule.
    int length = (10 + text.length() + 1 + 63) / 64 * 64 - 10;
    byte[] header =
        (text + " ".repeat(length - text.length() - 1) + "\n").getBytes(StandardCharsets.US_ASCII);
    return ByteBuffer.allocate(10 + length)
        .order(ByteOrder.LITTLE_ENDIAN)
        .put(MAGIC)
        .put((byte) 1)
        .put((byte) 0)
        .putShort((short) length)
        .put(header)
        .flip();
  }

  private static Header header(Path file, FileChannel channel) throws IOException {
    ByteBuffer front = bytes(file, channel, 0, 10);
    for (byte b : MAGIC) {
      if (front.get() != b) {
        throw new IOException(file + ": not a .npy file: it does not start with \\x93NUMPY");
      }
    }
    int version = front.get();
    if (version < 1 || version > 3) {
      throw new IOException(file + ": has .npy version " + version + ", known are 1 to 3");
    }
    int sizeBytes = version == 1 ? 2 : 4;
    ByteBuffer size = bytes(file, channel, 8, sizeBytes);
    long length =
        version == 1 ? Short.toUnsignedInt(size.getShort()) : Integer.toUnsignedLong(size.getInt());
    if (length > HEADER_LIMIT) {
      throw new IOException(
          file
              + ": claims a header of "
              + length
              + " bytes, at most "
              + HEADER_LIMIT
              + " are read");
    }
    long start = 8 + sizeBytes + length;
    byte[] text = bytes(file, channel, 8 + sizeBytes, (int) length).array();
    Header header = parse(file, new String(text, StandardCharsets.UTF_8), start);
    long needed = dataBytes(file, header);
    if (channel.size() - start != needed) {
      throw new IOException(
          "%s: its shape needs %,d bytes of data, the file has %,d"
              .formatted(file, needed, channel.size() - start));
    }
    return header;
  }

  private static Header parse(Path file, String text, long start) throws IOException {
    ScalarType type = scalarType(file, field(file, text, DTYPE, "descr"));
    boolean columnMajor = field(file, text, ORDER, "fortran_order").equals("True");
    String[] parts = field(file, text, SHAPE, "shape").split(",", -1);
    // A tuple of one ends with a comma, a tuple of none is empty: the last part holds nothing then.
    int rank = parts[parts.length - 1].isBlank() ? parts.length - 1 : parts.length;
    if (rank > MOST_DIMENSIONS) {
      throw new IOException(
          file + ": has " + rank + " dimensions, at most " + MOST_DIMENSIONS + " are read");
    }
    long[] shape = new long[rank];
    for (int d = 0; d < rank; d++) {
      try {
        shape[d] = Long.parseUnsignedLong(parts[d].strip());
        if (shape[d] < 0) {
          throw new NumberFormatException("above 2^63");
        }
      } catch (NumberFormatException e) {
        throw new IOException(file + ": '" + parts[d].strip() + "' is no dimension", e);
      }
    }
    return new Header(type, shape, columnMajor, start);
  }

  private static String field(Path file, String text, Pattern pattern, String name)
      throws IOException {
    Matcher match = pattern.matcher(text);
    if (!match.find()) {
      throw new IOException(
          file + ": its header has no readable '" + name + "' (arrays of records are not read)");
    }
    return match.group(1);
  }

  private static long dataBytes(Path file, Header header) throws IOException {
    long bytes = torch.elementSize(header.type);
    long besidesZeros = bytes;
    try {
      for (long n : header.shape) {
        besidesZeros = Math.multiplyExact(besidesZeros, Math.max(1, n));
        bytes *= n;
      }
    } catch (ArithmeticException e) {
      throw new IOException(file + ": claims more numbers than can be", e);
    }
    if (bytes == 0 && besidesZeros > LARGEST_EMPTY) {
      throw new IOException(
          file + ": has no numbers, and the shape " + Arrays.toString(header.shape) + "; refused");
    }
    return bytes;
  }

  /** Exactly this part of the file, ready to be read. */
  private static ByteBuffer bytes(Path file, FileChannel channel, long at, int length)
      throws IOException {
    ByteBuffer buffer = ByteBuffer.allocate(length).order(ByteOrder.LITTLE_ENDIAN);
    while (buffer.hasRemaining()) {
      if (channel.read(buffer, at + buffer.position()) < 0) {
        throw new IOException(file + ": ends within its .npy header");
      }
    }
    return buffer.flip();
  }

  private static ScalarType scalarType(Path file, String dtype) throws IOException {
    return switch (dtype) {
      case "<f8" -> ScalarType.Double;
      case "<f4" -> ScalarType.Float;
      case "<f2" -> ScalarType.Half;
      case "<i8" -> ScalarType.Long;
      case "<i4" -> ScalarType.Int;
      case "<i2" -> ScalarType.Short;
      case "|i1" -> ScalarType.Char;
      case "|u1" -> ScalarType.Byte;
      case "|b1" -> ScalarType.Bool;
      default ->
          throw new IOException(
              file
                  + ": holds '"
                  + dtype
                  + "'; read are little-endian float16/32/64, int8/16/32/64, uint8 and bool."
                  + " In NumPy: np.save(file, array.astype('<f4'))");
    };
  }

  private static String dtype(ScalarType type) {
    return switch (type.intern()) {
      case Double -> "<f8";
      case Float -> "<f4";
      case Half -> "<f2";
      case Long -> "<i8";
      case Int -> "<i4";
      case Short -> "<i2";
      case Char -> "|i1";
      case Byte -> "|u1";
      case Bool -> "|b1";
      default -> throw new IllegalArgumentException(".npy has no dtype for " + type.intern());
    };
  }
}
