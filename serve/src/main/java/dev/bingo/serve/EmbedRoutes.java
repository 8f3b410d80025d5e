package dev.bingo.serve;

import dev.bingo.embed.BadImageException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Images to vectors, and to the images most like them. */
final class EmbedRoutes {
  private static final int MOST = 1000;
  private static final int SHOWN = 1024;
  private static final String NO_INDEX =
      "Start the server with the images: bingo serve ENCODER DATA.";

  private final List<Space> spaces;
  private final Images images;
  private final Meters meters;

  EmbedRoutes(List<Space> spaces, Images images, Meters meters) {
    this.spaces = spaces;
    this.images = images;
    this.meters = meters;
  }

  List<Route> routes() {
    return List.of(
        Route.get("/about", call -> about()),
        Route.post("/embed", this::embed).asHeavy(),
        Route.post("/similar", this::similarToGiven).asHeavy(),
        Route.get("/similar", this::similarToKnown).asHeavy(),
        Route.get("/image", this::image).asHeavy());
  }

  private Reply about() {
    List<Map<String, Object>> all = new ArrayList<>();
    for (Space space : spaces) {
      Map<String, Object> one = new LinkedHashMap<>();
      one.put("name", space.name());
      one.put("width", space.embedder().width());
      one.put("images", space.index() == null ? 0 : space.index().size());
      one.put("architecture", space.embedder().metadata().getOrDefault("architecture", ""));
      one.put("accuracy", space.embedder().metadata().getOrDefault("accuracy", ""));
      all.add(one);
    }
    return Reply.json(Map.of("encoders", all));
  }

  private Reply embed(Call call) throws IOException {
    Space space = space(call);
    float[] vector = vector(space, call.body());
    if (call.header("Accept").equals("application/octet-stream")) {
      ByteBuffer bytes =
          ByteBuffer.allocate(vector.length * Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
      bytes.asFloatBuffer().put(vector);
      return Reply.of("application/octet-stream", bytes.array());
    }
    Map<String, Object> body = new LinkedHashMap<>();
    body.put("encoder", space.name());
    body.put("width", vector.length);
    body.put("vector", vector);
    return Reply.json(body);
  }

  private Space space(Call call) {
    if (spaces.isEmpty()) {
      throw new Problem(404, "this server has no encoder", "Start it with one: bingo serve RUN.");
    }
    return spaces.get(call.number("encoder", 0, 0, spaces.size() - 1));
  }

  private float[] vector(Space space, byte[] image) throws IOException {
    try {
      float[] vector = space.embedder().embed(image);
      meters.embedded(1);
      return vector;
    } catch (BadImageException e) {
      throw unreadable(e);
    }
  }

  static Problem unreadable(BadImageException e) {
    return new Problem(
        422,
        e.getMessage(),
        "Send one JPEG, PNG, BMP or TIFF as the request's body (docs/export.md says which).");
  }

  private static VectorIndex index(Space space) {
    if (space.index() == null) {
      throw new Problem(404, "this server has no images to search", NO_INDEX);
    }
    return space.index();
  }

  private Reply similarToGiven(Call call) throws IOException {
    Space space = space(call);
    VectorIndex index = index(space);
    return hits(space, index, vector(space, call.body()), call);
  }

  private Reply similarToKnown(Call call) {
    Space space = space(call);
    VectorIndex index = index(space);
    return hits(space, index, index.vector(row(index, call)), call);
  }

  private Reply hits(Space space, VectorIndex index, float[] vector, Call call) {
    int k = call.number("k", 10, 1, MOST);
    List<VectorIndex.Hit> found;
    try {
      found = index.search(vector, k);
    } catch (IllegalArgumentException e) {
      throw new Problem(422, e.getMessage(), "The encoder makes nothing of this image.");
    }
    List<Map<String, Object>> hits = new ArrayList<>();
    for (VectorIndex.Hit hit : found) {
      Map<String, Object> one = new LinkedHashMap<>();
      one.put("image", index.id(hit.row()));
      one.put("cosine", hit.cosine());
      String label = images == null ? null : images.label(index.id(hit.row()));
      if (label != null) {
        one.put("label", label);
      }
      hits.add(one);
    }
    return Reply.json(Map.of("encoder", space.name(), "hits", hits));
  }

  /** The row of an image that is named by {@code image}, or by {@code row} itself. */
  static int row(VectorIndex index, Call call) {
    if (call.query().containsKey("row")) {
      return call.number("row", 0, 0, index.size() - 1);
    }
    int row = index.row(call.text("image"));
    if (row < 0) {
      throw new Problem(404, "no image of the set has this name", "GET /similar lists names.");
    }
    return row;
  }

  private Reply image(Call call) throws IOException {
    VectorIndex index = index(space(call));
    String id = index.id(row(index, call));
    if (images == null) {
      throw new Problem(404, "this server can't show images", NO_INDEX);
    }
    int side = call.number("side", 256, 16, SHOWN);
    try {
      // A picture of a set that stays as it is: what a browser has seen it need not ask for again.
      return Reply.of("image/jpeg", images.jpeg(id, side))
          .with("Cache-Control", "private, max-age=3600");
    } catch (IOException e) {
      throw new Problem(404, e.getMessage(), "Look whether the image is still there.");
    }
  }
}
