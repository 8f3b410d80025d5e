package dev.bingo.train;

import static org.assertj.core.api.Assertions.assertThat;

import dev.bingo.method.BingoConfig;
import dev.bingo.method.CompressConfig;
import dev.bingo.method.ConeConfig;
import dev.bingo.method.MocoConfig;
import dev.bingo.method.MsvqConfig;
import dev.bingo.method.SeedConfig;
import dev.bingo.method.SwavConfig;
import dev.bingo.method.WclConfig;
import dev.bingo.torch.Precision;
import dev.bingo.view.Augmentation;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.lang.reflect.RecordComponent;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class WithersTest {
  static Stream<Record> records() {
    Stream<Record> presets =
        Stream.of(
                BingoConfig.class,
                CompressConfig.class,
                ConeConfig.class,
                MocoConfig.class,
                MsvqConfig.class,
                SeedConfig.class,
                SwavConfig.class,
                WclConfig.class)
            .map(WithersTest::preset);
    return Stream.concat(Stream.of(TrainConfig.of(3, 8)), presets);
  }

  private static Record preset(Class<? extends Record> type) {
    return Arrays.stream(type.getFields())
        .filter(f -> Modifier.isStatic(f.getModifiers()) && f.getType() == type)
        .map(
            f -> {
              try {
                return (Record) f.get(null);
              } catch (IllegalAccessException e) {
                throw new IllegalStateException(e);
              }
            })
        .findFirst()
        .orElseThrow();
  }

  /** They are written out by position, where two numbers are soon swapped. */
  @ParameterizedTest
  @MethodSource("records")
  void changeTheirOwnComponentAlone(Record before) throws ReflectiveOperationException {
    List<Method> withers =
        Arrays.stream(before.getClass().getMethods())
            .filter(m -> m.getName().startsWith("with") && m.getParameterCount() == 1)
            .toList();
    assertThat(withers).isNotEmpty();
    for (Method wither : withers) {
      String own = wither.getName().substring(4);
      own = own.substring(0, 1).toLowerCase(Locale.ROOT) + own.substring(1);
      Object other = other(before.getClass().getMethod(own).invoke(before));
      Object after = wither.invoke(before, other);
      for (RecordComponent c : before.getClass().getRecordComponents()) {
        Object expected = c.getName().equals(own) ? other : c.getAccessor().invoke(before);
        assertThat(c.getAccessor().invoke(after))
            .as("%s of %s", c.getName(), wither.getName())
            .isEqualTo(expected);
      }
    }
  }

  private static Object other(Object value) {
    if (value instanceof Integer i) {
      return i + 1;
    }
    if (value instanceof Long l) {
      return l + 1;
    }
    if (value instanceof Double d) {
      return d == 0 ? 1 : d / 2;
    }
    if (value instanceof Precision p) {
      return p == Precision.FP32 ? Precision.BF16 : Precision.FP32;
    }
    assertThat(value).isInstanceOf(Augmentation.class);
    return value.equals(Augmentation.MOCO2) ? Augmentation.SIMCLR : Augmentation.MOCO2;
  }
}
