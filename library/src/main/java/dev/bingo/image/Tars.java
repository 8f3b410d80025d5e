package dev.bingo.image;

import com.fasterxml.jackson.core.JacksonException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Objects;

/**
 * Tar shards. WebDataset naming: {@code key.jpg} with its label in {@code key.cls} or {@code
 * key.json} (field label, cls or class), see {@link TarLabels}; where there is neither, the folder
 * that holds a file is its class.
 */
final class Tars {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final int MAX_LABEL_BYTES = 1 << 20;
  private static final List<String> LABEL_FIELDS = List.of("label", "cls", "class");

  /** An image in a shard; {@code name} is relative to the prefix. */
  private record Image(int shard, String id, String name, TarIndex.Member member) {}

  private final SourceOptions options;
  private final List<TarFile> shards = new ArrayList<>();
  private final List<Image> images = new ArrayList<>();

  /** By shard. */
  private final List<TarLabels> written = new ArrayList<>();

  private final Splits folders = new Splits();
  private final Splits outside = new Splits();
  private final LeftOut leftOut = new LeftOut();

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
              + ". Expected members that end in "
              + Names.ENDINGS
              + (outside.top().isEmpty()
                  ? ""
                  : "; its folders: " + String.join(", ", outside.top()))
              + leftOut.words()
              + ".");
    }
    folders.check(path.toString(), options.prefix(), written.stream().allMatch(TarLabels::isEmpty));
    images.sort(Comparator.comparing(Image::id, Names.ORDER));
    dropReplaced();
    String shards = " (" + EncodedSource.counted(files.size(), "shard", "shards") + ")";
    return source("tar " + path + (folder ? shards : ""));
  }

  static List<Path> shardsIn(Path folder) throws IOException {
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
    TarLabels labels = new TarLabels(tar.path().toString());
    written.add(labels);
    TarIndex.Contents contents = TarIndex.read(tar);
    for (TarIndex.Member member : contents.members()) {
      outside.addAll(member.name());
      String name = member.name();
      if (!name.startsWith(before) || name.endsWith("/")) {
        continue;
      }
      name = name.substring(before.length());
      String junk = Names.junk(name);
      if (junk != null) {
        leftOut.add(junk);
      } else if (!Names.anyHidden(name)) {
        folders.addAll(name);
        take(shard, shardId, name, member, labels);
      }
    }
    noteEnd(Names.element(tar.path()), contents);
  }

  private void take(
      int shard, String shardId, String name, TarIndex.Member member, TarLabels labels)
      throws IOException {
    boolean image = Names.isImage(name);
    if (!image && !isLabel(name)) {
      leftOut.file(name);
      return;
    }
    Path tar = shards.get(shard).path();
    if (member.sparse()) {
      throw new ImageSetException(
          tar
              + ": "
              + member.name()
              + " is stored sparse, which is not read. Unpack the archive and pack it again"
              + " without --sparse.");
    }
    if (image) {
      images.add(new Image(shard, shardId + name, name, member));
      labels.image(name);
    } else {
      labels.label(name, readLabel(shards.get(shard), member));
    }
  }

  private void noteEnd(String shard, TarIndex.Contents contents) {
    for (int i = 0; i < contents.lost(); i++) {
      leftOut.add("whose link leads to no file in the archive");
    }
    if (!contents.ended()) {
      leftOut.warn(shard + " has no end mark and may have been cut off");
    }
    if (contents.more() > 0) {
      leftOut.warn(
          String.format(
              Locale.ROOT, "%,d bytes behind the end of %s are no tar", contents.more(), shard));
    }
  }

  private static boolean isLabel(String name) {
    String lower = name.toLowerCase(Locale.ROOT);
    return lower.endsWith(".cls") || lower.endsWith(".json");
  }

  /** The label in a .cls or .json file, or null where there is none. */
  private static String readLabel(TarFile tar, TarIndex.Member member) throws IOException {
    if (member.length() > MAX_LABEL_BYTES) {
      throw new ImageSetException(
          tar.path() + ": " + member.name() + " is too large for a label: " + member.length());
    }
    byte[] bytes = tar.read(member.offset(), (int) member.length());
    try {
      if (member.name().toLowerCase(Locale.ROOT).endsWith(".cls")) {
        return WrittenLabel.of(
            StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString());
      }
      JsonNode json = JSON.readTree(bytes);
      return WrittenLabel.of(
          LABEL_FIELDS.stream().map(json::get).filter(Objects::nonNull).findFirst().orElse(null));
    } catch (JacksonException e) {
      throw new ImageSetException(
          tar.path() + ": " + member.name() + " is no JSON: " + e.getOriginalMessage(), e);
    } catch (CharacterCodingException e) {
      throw new ImageSetException(tar.path() + ": " + member.name() + " is no UTF-8 text.", e);
    } catch (IllegalArgumentException e) {
      throw new ImageSetException(tar.path() + ": " + member.name() + ": " + e.getMessage(), e);
    }
  }

  /** Of members with one name the last counts, as it would when unpacked. */
  private void dropReplaced() {
    List<Image> kept = new ArrayList<>(images.size());
    for (int i = 0; i < images.size(); i++) {
      boolean replaced = i + 1 < images.size() && images.get(i + 1).id().equals(images.get(i).id());
      if (replaced) {
        leftOut.add("replaced by a later one of its name");
      } else {
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
    return new EncodedSource(description, leftOut, ids, labels(), blobs, options);
  }

  private Labels labels() {
    List<String> labels = new ArrayList<>(images.size());
    for (Image image : images) {
      labels.add(written.get(image.shard()).of(image.name()));
    }
    if (labels.stream().anyMatch(Objects::nonNull)) {
      return Labels.of(labels, options.classNames(), "tar");
    }
    List<String> parents = images.stream().map(i -> parent(i.name())).toList();
    return parents.stream().allMatch(Objects::isNull)
        ? new Labels(Labels.unlabelled(parents.size()), List.of())
        : Labels.named(parents, List.of());
  }

  private static String parent(String name) {
    int slash = name.lastIndexOf('/');
    return slash <= 0 ? null : name.substring(name.lastIndexOf('/', slash - 1) + 1, slash);
  }
}
