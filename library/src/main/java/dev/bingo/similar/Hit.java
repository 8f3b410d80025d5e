package dev.bingo.similar;

/**
 * An image that was found.
 *
 * @param row of its vector in the index
 * @param cosine of the angle between its vector and the one that was searched for, −1 to 1
 */
public record Hit(Entry entry, int row, double cosine) {}
