package dev.bingo.file;

/** An error about which something can be done: what, without the words of any front end. */
public interface Remediable {
  /** What can be done. */
  Remedy remedy();

  /** What it is done to or with: a folder, a name, a number; may be empty. */
  default String subject() {
    return "";
  }
}
