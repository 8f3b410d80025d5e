package dev.bingo.torch;

import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** What the dynamic linker says when a library is not to be had, in words that help. */
final class LinkError {
  private static final Pattern MISSING =
      Pattern.compile("(lib[\\w+.-]+\\.so[.\\d]*): cannot open shared object file");
  private static final Pattern OLD =
      Pattern.compile("version [`'](GLIBC|GLIBCXX|CXXABI|GCC)_([\\d.]+)' not found");

  /** What a plain container lacks, by Debian's package. */
  private static final Map<String, String> PACKAGES =
      Map.of(
          "libgomp.so.1", "libgomp1",
          "libstdc++.so.6", "libstdc++6",
          "libgcc_s.so.1", "libgcc-s1",
          "libz.so.1", "zlib1g",
          "libgfortran.so.5", "libgfortran5");

  private LinkError() {}

  /** Why, and what to do, as far as the error or a cause of it says so; else empty. */
  static String explain(Throwable error) {
    for (Throwable e = error; e != null; e = e.getCause()) {
      String found = explain(String.valueOf(e.getMessage()));
      if (!found.isEmpty()) {
        return found;
      }
    }
    return "";
  }

  static String explain(String message) {
    Matcher missing = MISSING.matcher(message);
    if (missing.find()) {
      String library = missing.group(1);
      return library + " is missing: " + origin(library);
    }
    Matcher old = OLD.matcher(message);
    if (old.find()) {
      return "the system's C or C++ library is older than "
          + old.group(1)
          + " "
          + old.group(2)
          + ", which LibTorch is built for. Take a newer system, or a container of one";
    }
    return message.contains("cannot enable executable stack")
            || message.contains("failed to map segment")
        ? "the system forbids to run what lies in JavaCPP's cache (mounted noexec?). Another place:"
            + " -Dorg.bytedeco.javacpp.cachedir=DIR"
        : "";
  }

  private static String origin(String library) {
    String nvidia = CudaLibraries.origin(library);
    if (!nvidia.isEmpty()) {
      return "it is of " + nvidia + ". Install it, or add its folder to LD_LIBRARY_PATH";
    }
    return PACKAGES.containsKey(library)
        ? "install it (Debian: apt-get install " + PACKAGES.get(library) + ")"
        : "install what it belongs to, or add its folder to LD_LIBRARY_PATH";
  }
}
