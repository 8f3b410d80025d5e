package dev.bingo.file;

import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;

/** SHA-256, by which contents are known. */
public final class Sha256 {
  private Sha256() {}

  /** A digest of nothing yet. */
  public static MessageDigest digest() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new AssertionError("every Java platform has SHA-256", e);
    }
  }
}
