package dev.bingo.app.terminal;

import java.io.IOException;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.util.function.IntConsumer;

/**
 * The JDK's {@code sun.misc.Signal}, the only way to learn of a second signal. By reflection: javac
 * warns of that class, and its warning can't be silenced where all warnings are errors.
 */
public final class Signals {
  /** A shell's exit code of a process that a signal ended is this and the signal's number. */
  static final int SHELL_BASE = 128;

  private Signals() {}

  /**
   * Handles a signal, named without {@code SIG}.
   *
   * @param handler gets the signal's number, on a thread of its own
   * @return the handler before, for {@link #restore}; null where the JVM leaves signals to the
   *     system ({@code java -Xrs}, or a JDK without the class)
   */
  static Object handle(String name, IntConsumer handler) {
    try {
      Class<?> type = Class.forName("sun.misc.SignalHandler");
      Object proxy =
          Proxy.newProxyInstance(
              type.getClassLoader(),
              new Class<?>[] {type},
              (self, method, arguments) -> {
                switch (method.getName()) {
                  case "handle" -> handler.accept(number(arguments[0]));
                  case "equals" -> {
                    return self == arguments[0];
                  }
                  case "hashCode" -> {
                    return System.identityHashCode(self);
                  }
                  default -> {
                    return name;
                  }
                }
                return null;
              });
      return set(name, type, proxy);
    } catch (ReflectiveOperationException e) {
      return null;
    }
  }

  /**
   * Leaves a signal to the system, which ends the process on the spot. The JVM's own handler exits
   * instead, and an exit runs LibTorch's destructors under a thread that is still in a kernel: it
   * dies of SIGSEGV, or hangs.
   */
  public static void leaveToSystem(String name) {
    try {
      Class<?> type = Class.forName("sun.misc.SignalHandler");
      set(name, type, type.getField("SIG_DFL").get(null));
    } catch (InvocationTargetException e) {
      // java -Xrs: signals are the system's already
      if (!(e.getCause() instanceof IllegalArgumentException)) {
        throw new IllegalStateException(e);
      }
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException("SIG" + name + " can't be left to the system", e);
    }
  }

  /**
   * Ends this process by a signal that was left to the system. The JVM's own {@code raise} sends
   * only those that have a handler, so a shell does it; without one the JVM halts.
   *
   * @param number of the signal
   */
  public static void die(int number) {
    String kill = "kill -" + number + " " + ProcessHandle.current().pid();
    try {
      new ProcessBuilder("sh", "-c", kill).start().waitFor();
    } catch (IOException | InterruptedException e) {
      Runtime.getRuntime().halt(SHELL_BASE + number);
    }
  }

  /** Gives the signal back. */
  static void restore(String name, Object before) {
    try {
      set(name, Class.forName("sun.misc.SignalHandler"), before);
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException("SIG" + name + "'s handler could not be restored", e);
    }
  }

  private static Object set(String name, Class<?> handlerType, Object handler)
      throws ReflectiveOperationException {
    Class<?> type = Class.forName("sun.misc.Signal");
    Object signal = type.getConstructor(String.class).newInstance(name);
    return type.getMethod("handle", type, handlerType).invoke(null, signal, handler);
  }

  private static int number(Object signal) throws ReflectiveOperationException {
    return (int) signal.getClass().getMethod("getNumber").invoke(signal);
  }
}
