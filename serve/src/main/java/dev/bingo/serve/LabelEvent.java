package dev.bingo.serve;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;

/**
 * Something that a person did to an image.
 *
 * @param id by which an event that is sent twice is known
 * @param at when it was written, ISO 8601
 * @param image its id
 * @param what was done
 * @param label the class; null unless {@code what} is {@link What#LABEL}
 * @param round of choosing that it is an answer to, 0 for none
 * @param audit whether the image had been drawn at random, to judge by
 * @param predicted what a classifier had taken it for before, where it had been drawn; or null
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
record LabelEvent(
    @JsonProperty("id") String id,
    @JsonProperty("at") String at,
    @JsonProperty("image") String image,
    @JsonProperty("what") What what,
    @JsonProperty("label") String label,
    @JsonProperty("round") int round,
    @JsonProperty("audit") boolean audit,
    @JsonProperty("predicted") String predicted) {
  /** What was done. */
  enum What {
    /** It is of a class. */
    @JsonProperty("label")
    LABEL,
    /** It is left for later, or for good. */
    @JsonProperty("skip")
    SKIP,
    /** What was done before is undone. */
    @JsonProperty("clear")
    CLEAR
  }

  private static final int LONGEST = 200;

  LabelEvent {
    boolean whole =
        id != null
            && !id.isEmpty()
            && id.length() <= 64
            && image != null
            && !image.isEmpty()
            && what != null
            && (what == What.LABEL) == (label != null);
    if (!whole) {
      throw new IllegalArgumentException(
          "an event has an id of up to 64 characters, an image, what was done, and a label where"
              + " that is 'label'");
    }
    if (label != null && (!label.equals(label.strip()) || !isName(label))) {
      throw new IllegalArgumentException(
          "a class's name has 1 to "
              + LONGEST
              + " characters, none of them a control character, and no space at its ends");
    }
  }

  private static boolean isName(String label) {
    return !label.isEmpty()
        && label.length() <= LONGEST
        && label.codePoints().noneMatch(Character::isISOControl);
  }
}
