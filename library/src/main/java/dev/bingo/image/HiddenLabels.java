package dev.bingo.image;

import dev.bingo.file.Sha256;
import java.security.MessageDigest;
import java.util.HexFormat;

/** A set of which the labels of some images are not to be known; its classes stay. */
public final class HiddenLabels extends ForwardingSource {
  private final boolean[] known;

  /**
   * @param known of each image, whether its label may be seen
   */
  public HiddenLabels(ImageSource source, boolean[] known) {
    super(source);
    if (known.length != source.size()) {
      throw new IllegalArgumentException(
          "expected " + source.size() + " flags, got " + known.length);
    }
    this.known = known.clone();
  }

  @Override
  public int label(int i) {
    return known[i] ? source.label(i) : UNLABELLED;
  }

  @Override
  public String fingerprint() {
    MessageDigest digest = Sha256.digest();
    Fingerprints.text(digest, source.fingerprint());
    for (boolean one : known) {
      digest.update((byte) (one ? 1 : 0));
    }
    return HexFormat.of().formatHex(digest.digest());
  }
}
