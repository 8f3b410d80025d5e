package dev.bingo.file;

/** What can be done about an error; each front end has its own words for it. */
public enum Remedy {
  /** There is nothing that a caller could say. */
  NONE,
  /** Allow the code in a file to be executed, where its maker is trusted. */
  ALLOW_CODE,
  /** Name the output that has the features. */
  NAME_OUTPUT,
  /** Name the architecture, or what may lack its counterpart. */
  NAME_ARCHITECTURE,
  /** Give a model more time. */
  MORE_TIME,
  /** Name the part of a data set: the subject. */
  NAME_PART,
  /** Allow more bad images: the subject is a share that would let these pass. */
  MORE_BAD_IMAGES,
  /** Bring images back that have vanished, and start again. */
  BRING_BACK,
  /** Make bags anew of these images. */
  MAKE_BAGS,
  /** Name the file that lists images in the order of the bags. */
  NAME_LIST,
  /** Make an index anew. */
  REBUILD_INDEX,
  /** Use another index, or make this one anew. */
  OTHER_INDEX,
  /** Go on with a run from its directory: the file is a checkpoint. */
  RESUME,
  /** Run a captured step again: the subject is its folder. */
  REPLAY
}
