package dev.bingo.image;

/**
 * What shows at little cost whether an image was altered.
 *
 * @param bytes encoded size
 * @param modified when its file, or the archive that holds it, was last changed: milliseconds since
 *     1970
 */
public record Stamp(long bytes, long modified) {}
