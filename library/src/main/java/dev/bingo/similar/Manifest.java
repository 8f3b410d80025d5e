package dev.bingo.similar;

import com.fasterxml.jackson.annotation.JsonProperty;
import java.util.List;
import java.util.Map;

/**
 * What an index consists of; it is written last, so that what it names is whole.
 *
 * @param complete whether all images of the set have been looked at
 * @param data where the images were
 * @param leftOut images without a vector, and why
 * @param sorted how the rows are sorted, null where they are not
 */
record Manifest(
    @JsonProperty("version") int version,
    @JsonProperty("complete") boolean complete,
    @JsonProperty("data") String data,
    @JsonProperty("encoder") String encoder,
    @JsonProperty("settings") Map<String, String> settings,
    @JsonProperty("vectors") String vectors,
    @JsonProperty("entries") String entries,
    @JsonProperty("entries_sha256") String entriesDigest,
    @JsonProperty("left_out") Map<String, String> leftOut,
    @JsonProperty("cells") Sorted sorted) {
  static final int VERSION = 1;

  /**
   * How rows are sorted.
   *
   * @param centres name of the file of centroids
   * @param starts first row of each cell, and N behind the last
   * @param probed cells that are looked through for a query
   * @param recall by a sample
   * @param altered rows that came or went since the sample was drawn
   * @param rowsThen how many rows there were when the centroids were found
   */
  record Sorted(
      @JsonProperty("centres") String centres,
      @JsonProperty("starts") List<Integer> starts,
      @JsonProperty("probed") int probed,
      @JsonProperty("recall") double recall,
      @JsonProperty("altered") int altered,
      @JsonProperty("rows_then") int rowsThen) {}

  Identity identity() {
    return new Identity(encoder, settings);
  }
}
