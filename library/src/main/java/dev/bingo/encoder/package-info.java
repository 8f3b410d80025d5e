/**
 * Backbones and heads, by torchvision's parameter names.
 *
 * <p>Below: weights, torch. Above: pretrained, method, export.
 */
package dev.bingo.encoder;
