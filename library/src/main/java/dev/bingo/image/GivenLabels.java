package dev.bingo.image;

import dev.bingo.file.Sha256;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.List;

/** A set with other labels than its own. */
public final class GivenLabels extends ForwardingSource {
  private final int[] labels;
  private final List<String> classes;

  /**
   * @param labels of each image, {@link ImageSource#UNLABELLED} or an index into {@code classes}
   */
  public GivenLabels(ImageSource source, int[] labels, List<String> classes) {
    super(source);
    if (labels.length != source.size()) {
      throw new IllegalArgumentException(
          "expected " + source.size() + " labels, got " + labels.length);
    }
    this.labels = labels.clone();
    this.classes = List.copyOf(classes);
  }

  @Override
  public int label(int i) {
    return labels[i];
  }

  @Override
  public List<String> classes() {
    return classes;
  }

  @Override
  public boolean numbered() {
    return false;
  }

  @Override
  public String fingerprint() {
    MessageDigest digest = Sha256.digest();
    Fingerprints.text(digest, source.fingerprint());
    classes.forEach(name -> Fingerprints.text(digest, name));
    for (int label : labels) {
      Fingerprints.number(digest, label);
    }
    return HexFormat.of().formatHex(digest.digest());
  }
}
