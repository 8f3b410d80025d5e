/**
 * Where images come from, and how a file becomes RGB pixels.
 *
 * <p>{@link dev.bingo.image.ImageSources#open} takes a path and gives an {@link
 * dev.bingo.image.ImageSource}: images by position, in an order that is the same on every machine.
 * Around it come {@link dev.bingo.image.Subset} for fewer images, {@link dev.bingo.image.Tolerant}
 * for sets with bad ones, and {@link dev.bingo.image.KeptSource} for sets that fit into memory.
 * {@link dev.bingo.image.Decoder} turns bytes into pixels, after {@code ImageHeader} has looked at
 * what they claim to be. Nothing here knows of views or models.
 *
 * <p>Below: file, torch. Above: render, view, bag, evaluate.
 */
package dev.bingo.image;
