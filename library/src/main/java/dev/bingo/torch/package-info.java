/**
 * The engine: start of LibTorch, precision, random draws as a function, small tensor helpers.
 *
 * <p>Below: nothing. Above: all that computes.
 */
package dev.bingo.torch;
