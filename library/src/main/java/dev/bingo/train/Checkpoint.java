package dev.bingo.train;

import dev.bingo.encoder.Layer;
import dev.bingo.encoder.Modules;
import dev.bingo.torch.Tensors;
import dev.bingo.weights.SafeTensors;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Predicate;
import java.util.zip.CRC32C;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;

/**
 * Everything a run needs to go on exactly: all of the method's state, the optimiser's, and where it
 * stood. One safetensors file.
 */
final class Checkpoint {
  private static final String VERSION = "1";
  private static final long PART = 1L << 30;

  private Checkpoint() {}

  /**
   * Where a run stands between two steps.
   *
   * @param epoch that the next step belongs to
   * @param batch of that epoch that comes next
   * @param step optimiser steps taken
   * @param metrics bytes of {@code metrics.jsonl} that belong to those steps
   * @param identity of the run, as its {@link Identity#text}
   */
  record Position(int epoch, int batch, long step, long metrics, String identity) {}

  static void write(Path file, Layer method, Layer optimiser, Position position)
      throws IOException {
    try (PointerScope scope = new PointerScope()) {
      Map<String, Tensor> all = new LinkedHashMap<>();
      Tensors.named(method).forEach((n, t) -> all.put("method." + n, t));
      Tensors.named(optimiser).forEach((n, t) -> all.put("optimiser." + n, t));
      Map<String, String> metadata = new LinkedHashMap<>();
      metadata.put("kind", "resume");
      metadata.put("version", VERSION);
      metadata.put("epoch", Integer.toString(position.epoch));
      metadata.put("batch", Integer.toString(position.batch));
      metadata.put("step", Long.toString(position.step));
      metadata.put("metrics", Long.toString(position.metrics));
      metadata.put("identity", position.identity);
      metadata.put("checksum", checksum(all, metadata));
      SafeTensors.write(file, all, metadata);
    }
  }

  /**
   * Restores the state.
   *
   * @param possible whether a run like this can stand somewhere
   * @throws IOException where the file is damaged or no checkpoint
   * @throws IllegalStateException where it is a whole checkpoint, of another run
   */
  static Position read(
      Path file, Layer method, Layer optimiser, Identity identity, Predicate<Position> possible)
      throws IOException {
    try (PointerScope scope = new PointerScope()) {
      SafeTensors.Content content = SafeTensors.read(file);
      Map<String, String> metadata = content.metadata();
      String kind = metadata.get("kind");
      if (!"resume".equals(kind) && !metadata.containsKey("checksum")) {
        throw new IllegalStateException(file + ": " + describe(kind));
      }
      // Before all else that the metadata says; later versions keep the rule it is made by.
      if (!checksum(content.tensors(), metadata).equals(metadata.get("checksum"))) {
        throw new IOException(file + ": damaged, its checksum does not match");
      }
      if (!VERSION.equals(metadata.get("version"))) {
        throw new IllegalStateException(
            file
                + ": checkpoint version "
                + metadata.get("version")
                + ", this bingo reads version "
                + VERSION);
      }
      Position position = position(file, metadata);
      String difference = identity.difference(position.identity, position.epoch);
      if (!difference.isEmpty()) {
        throw new IllegalStateException(
            file
                + ": belongs to another run: "
                + difference
                + ". To go on, resume with what it was started with; to start anew, choose another run"
                + " directory");
      }
      if (!possible.test(position)) {
        throw new IOException(
            "%s: damaged, it says epoch %d, batch %d, step %d, where this run can't stand"
                .formatted(file, position.epoch, position.batch, position.step));
      }
      Modules.load(part(content.tensors(), "method."), method, file + ": the method's state");
      Modules.load(
          part(content.tensors(), "optimiser."), optimiser, file + ": the optimiser's state");
      return position;
    }
  }

  private static String describe(String kind) {
    return "encoder".equals(kind)
        ? "is an encoder, to be used; to go on takes a checkpoint"
        : "is no checkpoint that bingo wrote";
  }

  private static Position position(Path file, Map<String, String> metadata) throws IOException {
    try {
      return new Position(
          Integer.parseInt(metadata.get("epoch")),
          Integer.parseInt(metadata.get("batch")),
          Long.parseLong(metadata.get("step")),
          Long.parseLong(metadata.get("metrics")),
          metadata.getOrDefault("identity", ""));
    } catch (NumberFormatException e) {
      throw new IOException(file + ": damaged, its metadata has no position", e);
    }
  }

  private static Map<String, Tensor> part(Map<String, Tensor> all, String prefix) {
    Map<String, Tensor> part = new HashMap<>();
    all.forEach(
        (n, t) -> {
          if (n.startsWith(prefix)) {
            part.put(n.substring(prefix.length()), t);
          }
        });
    return part;
  }

  /** Over names, values and metadata, in order of names. */
  private static String checksum(Map<String, Tensor> tensors, Map<String, String> metadata) {
    CRC32C crc = new CRC32C();
    new TreeMap<>(metadata)
        .forEach(
            (key, value) -> {
              if (!key.equals("checksum")) {
                crc.update((key + "=" + value + "\n").getBytes(StandardCharsets.UTF_8));
              }
            });
    for (Map.Entry<String, Tensor> t : new TreeMap<>(tensors).entrySet()) {
      String shape = Arrays.toString(t.getValue().sizes().vec().get());
      String head = t.getKey() + t.getValue().scalar_type().intern() + shape;
      crc.update(head.getBytes(StandardCharsets.UTF_8));
      update(crc, t.getValue());
    }
    return Long.toHexString(crc.getValue());
  }

  private static void update(CRC32C crc, Tensor tensor) {
    Tensor flat = tensor.detach().cpu().contiguous();
    long bytes = flat.numel() * flat.element_size();
    for (long at = 0; at < bytes; at += PART) {
      BytePointer data = new BytePointer(flat.data_ptr());
      crc.update(data.position(at).limit(Math.min(bytes, at + PART)).asByteBuffer());
    }
  }
}
