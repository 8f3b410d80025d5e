package dev.bingo.train;

import java.io.IOException;
import java.util.Map;

/** What a run is of (its settings, data, teacher): a checkpoint is gone on with by its like. */
public interface Identity {
  /** As checkpoints keep it. */
  String text();

  /**
   * Compares with what a checkpoint keeps.
   *
   * @param kept its text
   * @param epoch that it stands in
   * @return what differs and must not, for people; empty where this run can go on from it
   */
  String difference(String kept, int epoch);

  /** There is no checkpoint: the run begins. */
  default void begun() throws IOException {}

  /** A checkpoint that kept this text is gone on with, and now keeps {@link #text}. */
  default void resumed(String kept, int epoch) throws IOException {}

  /** One that only the very same settings are like; what differs is said by name. */
  static Identity of(Map<String, String> settings) {
    return new NamedSettings(settings);
  }

  /** One that only the very same text is like. */
  static Identity of(String text) {
    return new Identity() {
      @Override
      public String text() {
        return text;
      }

      @Override
      public String difference(String kept, int epoch) {
        return kept.equals(text) ? "" : "it is '" + kept + "', this one '" + text + "'";
      }
    };
  }
}
