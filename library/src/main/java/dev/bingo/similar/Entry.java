package dev.bingo.similar;

/**
 * An image in an index, as it was when its vector was made.
 *
 * @param id in its set
 * @param bytes encoded size; 0 where that isn't known
 * @param modified when its file was last changed, milliseconds since 1970; 0 where that says
 *     nothing, so that the digest decides
 * @param digest SHA-256 of it, hex
 */
public record Entry(String id, long bytes, long modified, String digest) {}
