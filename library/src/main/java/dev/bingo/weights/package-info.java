/** Readers and writers of tensors on disk. */
package dev.bingo.weights;
