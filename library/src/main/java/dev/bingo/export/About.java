package dev.bingo.export;

import dev.bingo.pretrained.EncoderFile;
import dev.bingo.torch.Names;
import java.util.LinkedHashMap;
import java.util.Map;

/** What an exported file says of itself. */
public final class About {
  private static final String VERSION = "1";

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
    about.putAll(contract(preprocessing, width));
    return about;
  }

  /** What whoever runs it must know: its kind and version, the features, the preprocessing. */
  static Map<String, String> contract(Preprocessing preprocessing, int width) {
    Map<String, String> contract = new LinkedHashMap<>();
    contract.put("kind", "export");
    contract.put("version", VERSION);
    contract.put("width", Integer.toString(width));
    contract.putAll(preprocessing.describe());
    return contract;
  }
}
