/** Backbones and heads, by torchvision's parameter names. */
package dev.bingo.encoder;
