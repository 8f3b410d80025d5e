package dev.bingo.image;

import com.fasterxml.jackson.core.JacksonException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.MalformedInputException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Supplier;

/**
 * Lists of image files: CSV with a header row ({@code path}, and {@code label} if there are any) or
 * JSON lines ({@code {"path": …, "label": …}}). Paths are relative to the manifest's folder; the
 * order is the manifest's.
 */
final class Manifests {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final int PROBED = 20;

  private final Path manifest;
  private final Path folder;
  private final List<String> paths = new ArrayList<>();
  private final List<Path> files = new ArrayList<>();
  private final List<String> labels = new ArrayList<>();
  private final List<Integer> lines = new ArrayList<>();
  private final Map<Path, Integer> firstLine = new HashMap<>();

  private Manifests(Path manifest) {
    this.manifest = manifest;
    this.folder = manifest.toAbsolutePath().getParent();
  }

  static ImageSource open(Path manifest, SourceOptions options) throws IOException {
    return new Manifests(manifest).read(options);
  }

  private ImageSource read(SourceOptions options) throws IOException {
    try (BufferedReader lines =
        new BufferedReader(new BoundedLines(Files.newBufferedReader(manifest), manifest))) {
      skipByteOrderMark(lines);
      if (Names.lower(manifest).endsWith(".jsonl")) {
        jsonLines(lines);
      } else {
        csv(new CsvReader(lines, manifest));
      }
    } catch (MalformedInputException e) {
      throw new ImageSetException(manifest + " is no UTF-8 text. Save it as UTF-8.", e);
    }
    if (paths.isEmpty()) {
      throw new ImageSetException(manifest + " lists no images.");
    }
    checkSomeExist();
    Labels classes = Labels.of(labels, options.classNames(), manifest.toString());
    return new EncodedSource(
        "manifest " + manifest, new LeftOut(), paths, classes, new FileBlobs(files), options);
  }

  private static void skipByteOrderMark(BufferedReader text) throws IOException {
    text.mark(1);
    if (text.read() != '\uFEFF') {
      text.reset();
    }
  }

  private void jsonLines(BufferedReader lines) throws IOException {
    int line = 0;
    for (String text = lines.readLine(); text != null; text = lines.readLine()) {
      line++;
      if (!text.isBlank()) {
        JsonNode json = parse(text, line);
        JsonNode path = json.get("path");
        if (path == null || !path.isTextual()) {
          throw error(line, "expected an object with \"path\", got " + shorten(text));
        }
        JsonNode label = json.get("label");
        add(path.asText(), label(line, () -> WrittenLabel.of(label)), line);
      }
    }
  }

  private JsonNode parse(String text, int line) {
    try {
      return JSON.readTree(text);
    } catch (JacksonException e) {
      throw error(line, "no valid JSON: " + e.getOriginalMessage());
    }
  }

  private void csv(CsvReader rows) throws IOException {
    List<String> header = rows.next();
    if (header == null) {
      return;
    }
    List<String> columns = header.stream().map(String::strip).toList();
    int path = columns.indexOf("path");
    int label = columns.indexOf("label");
    if (columns.lastIndexOf("path") != path || columns.lastIndexOf("label") != label) {
      throw error(1, "two columns have one name: " + columns);
    }
    if (path < 0) {
      throw error(1, "expected a header row with the columns path,label, got " + columns);
    }
    for (List<String> row = rows.next(); row != null; row = rows.next()) {
      boolean blank = row.size() == 1 && row.get(0).isBlank();
      if (!blank && row.size() != columns.size()) {
        throw error(
            rows.line(), "expected " + columns.size() + " columns, got " + row.size() + ": " + row);
      }
      if (!blank) {
        String value = label < 0 ? "" : row.get(label);
        int line = rows.line();
        add(row.get(path), label(line, () -> WrittenLabel.of(value)), line);
      }
    }
  }

  private String label(int line, Supplier<String> written) {
    try {
      return written.get();
    } catch (IllegalArgumentException e) {
      throw error(line, e.getMessage());
    }
  }

  private void add(String path, String label, int line) {
    if (path.isBlank()) {
      throw error(line, "the path is empty");
    }
    Path file;
    try {
      file = Names.resolve(folder, path);
    } catch (InvalidPathException e) {
      throw error(line, "'" + path + "' is no path: " + e.getReason());
    }
    // One image under two spellings (a.jpg, ./a.jpg) would be two images, perhaps of two classes.
    Integer before = firstLine.putIfAbsent(file.normalize(), line);
    if (before != null) {
      throw error(line, "'" + path + "' is already in line " + before + labels(before, label));
    }
    lines.add(line);
    files.add(file);
    paths.add(path);
    labels.add(label);
  }

  /** Two labels of an image are a mistake that somebody has to decide. */
  private String labels(int before, String label) {
    String first = labels.get(lines.indexOf(before));
    return Objects.equals(first, label)
        ? ""
        : ", and is " + words(first) + " there and " + words(label) + " here";
  }

  private static String words(String label) {
    return label == null ? "without a label" : "'" + label + "'";
  }

  /** A wrong root makes all of them missing; better said now than as so many bad images. */
  private void checkSomeExist() {
    List<Path> first = files.subList(0, Math.min(PROBED, files.size()));
    if (first.stream().noneMatch(Files::exists)) {
      throw new ImageSetException(
          manifest
              + ": none of the first "
              + first.size()
              + " paths exists, "
              + first.get(0)
              + " for one. Paths are relative to the manifest's folder, "
              + folder
              + ".");
    }
  }

  private ImageSetException error(int line, String what) {
    return new ImageSetException(manifest + ", line " + line + ": " + what);
  }

  private static String shorten(String text) {
    return text.length() <= 80 ? text : text.substring(0, 80) + "…";
  }
}
