package dev.bingo.app.command;

import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/**
 * Which part of the work is this process's.
 *
 * @param index from 0
 * @param count of processes
 */
record Shard(int index, int count) {
  private static final Pattern TEXT = Pattern.compile("(\\d{1,6})/(\\d{1,6})");

  /** Of {@code i/n}. */
  static final class Reader implements ITypeConverter<Shard> {
    @Override
    public Shard convert(String text) {
      Matcher matcher = TEXT.matcher(text);
      if (matcher.matches()) {
        Shard shard =
            new Shard(Integer.parseInt(matcher.group(1)), Integer.parseInt(matcher.group(2)));
        if (shard.index < shard.count) {
          return shard;
        }
      }
      throw new TypeConversionException(
          "expected i/n with i from 0 to n - 1, as 0/4 to 3/4, got '" + text + "'");
    }
  }

  /** Every n-th position from the i-th on. */
  int[] positions(int size) {
    return IntStream.iterate(index, at -> at < size, at -> at + count).toArray();
  }

  /** The folder of its images, where they are no shards by themselves. */
  String folder() {
    return "part-%06d-of-%06d".formatted(index, count);
  }

  @Override
  public String toString() {
    return index + "/" + count;
  }
}
