package dev.bingo.serve;

import java.util.List;

/** Bags of a teacher: of each image those that it takes for the same. */
public interface Bags {
  /** Mates a bag. */
  int k();

  /** Ids of the mates of an image; empty where it has no bag. */
  List<String> mates(String id);
}
