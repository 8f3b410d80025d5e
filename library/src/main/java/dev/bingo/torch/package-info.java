/** The engine: start of LibTorch, precision, random draws as a function, small tensor helpers. */
package dev.bingo.torch;
