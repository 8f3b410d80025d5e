/**
 * Readers and writers of tensors on disk.
 *
 * <p>Below: file, torch. Above: encoder, pretrained, neighbour.
 */
package dev.bingo.weights;
