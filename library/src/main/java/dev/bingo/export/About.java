package dev.bingo.export;

import dev.bingo.pretrained.EncoderFile;
import dev.bingo.torch.Names;
import java.util.LinkedHashMap;
import java.util.Map;

/** What an exported file says of itself. */
public final class About {
  /** Keys that say how the encoder file is read, and nothing of the encoder. */
  private static final String KIND = "kind";

  private About() {}

  /**
   * The metadata of an export.
   *
   * @param info of the encoder file: architecture, method, recipe, data
   * @param width of the features
   */
  public static Map<String, String> of(
      EncoderFile.Info info, Preprocessing preprocessing, int width) {
    Map<String, String> about = new LinkedHashMap<>(info.about());
    about.put("architecture", info.architecture());
    about.put("stem", Names.spell(info.stem()));
    about.put("normalisation", info.normalisation());
    about.put(KIND, "export");
    about.put("version", "1");
    about.put("width", Integer.toString(width));
    about.putAll(preprocessing.describe());
    return about;
  }
}
