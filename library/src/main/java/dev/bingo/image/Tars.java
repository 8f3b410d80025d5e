package dev.bingo.image;

import com.fasterxml.jackson.core.JacksonException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeSet;

/**
 * Tar shards. WebDataset naming: {@code key.jpg} with its label in {@code key.cls} or {@code
 * key.json} (field label, cls or class); where there is neither, the folder that holds a file is
 * its class.
 */
final class Tars {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final int MAX_LABEL_BYTES = 1 << 20;

  /** An image in a shard; {@code name} is relative to the prefix. */
  private record Image(int shard, String id, String name, TarIndex.Member member) {}

  private final SourceOptions options;
  private final List<TarFile> shards = new ArrayList<>();
  private final List<Image> images = new ArrayList<>();

  /** Labels written beside the images, by shard and key. */
  private final Map<String, String> written = new HashMap<>();

  private final TreeSet<String> topFolders = new TreeSet<>(Names.ORDER);

  private Tars(SourceOptions options) {
    this.options = options;
  }

  static ImageSource open(Path path, SourceOptions options) throws IOException {
    Tars tars = new Tars(options);
    try {
      return tars.open(path);
    } catch (IOException | RuntimeException e) {
      TarBlobs.closeAll(tars.shards);
      throw e;
    }
  }

  private ImageSource open(Path path) throws IOException {
    boolean folder = Files.isDirectory(path);
    List<Path> files = folder ? shardsIn(path) : List.of(path);
    for (Path file : files) {
      shards.add(new TarFile(file));
      index(shards.size() - 1, folder);
    }
    if (images.isEmpty()) {
      throw new ImageSetException(
          "No images in "
              + path
              + (options.prefix().isEmpty() ? "" : " under " + options.prefix() + "/")
              + ". Expected members that end in .jpg, .jpeg, .png, .webp, .bmp, .tif or .tiff"
              + (topFolders.isEmpty() ? "." : "; its folders: " + String.join(", ", topFolders)));
    }
    if (written.isEmpty() && options.prefix().isEmpty()) {
      Folders.checkNotSplits(path.toString(), topFolders);
    }
    images.sort(Comparator.comparing(Image::id, Names.ORDER));
    dropReplaced();
    return source("tar " + path + (folder ? " (" + files.size() + " shards)" : ""));
  }

  private static List<Path> shardsIn(Path folder) throws IOException {
    List<Path> shards =
        Listing.files(folder).stream().filter(f -> Names.lower(f).endsWith(".tar")).toList();
    if (shards.isEmpty()) {
      throw new ImageSetException(
          "No .tar files in " + folder + "; found " + Listing.of(folder) + ".");
    }
    return shards;
  }

  private void index(int shard, boolean severalShards) throws IOException {
    TarFile tar = shards.get(shard);
    String before = options.prefix().isEmpty() ? "" : options.prefix() + "/";
    String shardId = severalShards ? Names.element(tar.path()) + "#" : "";
    for (TarIndex.Member member : TarIndex.read(tar)) {
      String full = member.name().startsWith("./") ? member.name().substring(2) : member.name();
      int slash = full.indexOf('/');
      if (slash > 0) {
        topFolders.add(full.substring(0, slash));
      }
      if (!full.startsWith(before)) {
        continue;
      }
      String name = full.substring(before.length());
      if (Names.isImage(name)) {
        images.add(new Image(shard, shardId + name, name, member));
      } else if (name.endsWith(".cls") || name.endsWith(".json")) {
        String label = readLabel(tar, member);
        if (label != null) {
          written.putIfAbsent(shard + "/" + key(name), label);
        }
      }
    }
  }

  /** The label in a .cls or .json file, or null where a .json has none. */
  private static String readLabel(TarFile tar, TarIndex.Member member) throws IOException {
    if (member.length() > MAX_LABEL_BYTES) {
      throw new ImageSetException(
          tar.path() + ": " + member.name() + " is too large for a label: " + member.length());
    }
    byte[] bytes = tar.read(member.offset(), (int) member.length());
    if (member.name().endsWith(".cls")) {
      String label = new String(bytes, StandardCharsets.UTF_8).strip();
      return label.isEmpty() ? null : label;
    }
    try {
      JsonNode json = JSON.readTree(bytes);
      for (String field : List.of("label", "cls", "class")) {
        JsonNode value = json.get(field);
        if (value != null && (value.isTextual() || value.isIntegralNumber())) {
          return value.asText();
        }
      }
      return null;
    } catch (JacksonException e) {
      throw new ImageSetException(
          tar.path() + ": " + member.name() + " is no JSON: " + e.getOriginalMessage(), e);
    }
  }

  /** WebDataset's key: the path up to the first dot of the file name. */
  private static String key(String name) {
    int dot = name.indexOf('.', name.lastIndexOf('/') + 1);
    return dot < 0 ? name : name.substring(0, dot);
  }

  /** Of members with one name the last counts, as it would when unpacked. */
  private void dropReplaced() {
    List<Image> kept = new ArrayList<>(images.size());
    for (int i = 0; i < images.size(); i++) {
      boolean replaced = i + 1 < images.size() && images.get(i + 1).id().equals(images.get(i).id());
      if (!replaced) {
        kept.add(images.get(i));
      }
    }
    images.clear();
    images.addAll(kept);
  }

  private ImageSource source(String description) {
    int n = images.size();
    int[] shard = new int[n];
    long[] offset = new long[n];
    long[] length = new long[n];
    List<String> ids = new ArrayList<>(n);
    for (int i = 0; i < n; i++) {
      Image image = images.get(i);
      ids.add(image.id());
      shard[i] = image.shard();
      offset[i] = image.member().offset();
      length[i] = image.member().length();
    }
    Blobs blobs = new TarBlobs(List.copyOf(shards), shard, offset, length);
    return new EncodedSource(description, ids, labels(), blobs, options);
  }

  private Labels labels() {
    List<String> labels = new ArrayList<>(images.size());
    boolean anyWritten = false;
    for (Image image : images) {
      String label = written.get(image.shard() + "/" + key(image.name()));
      anyWritten |= label != null;
      labels.add(label);
    }
    if (anyWritten) {
      return Labels.of(labels, options.classNames(), "tar");
    }
    List<String> folders = images.stream().map(i -> parent(i.name())).toList();
    return folders.stream().allMatch(Objects::isNull)
        ? new Labels(Labels.unlabelled(folders.size()), List.of())
        : Labels.named(folders, List.of());
  }

  private static String parent(String name) {
    int slash = name.lastIndexOf('/');
    return slash <= 0 ? null : name.substring(name.lastIndexOf('/', slash - 1) + 1, slash);
  }
}
