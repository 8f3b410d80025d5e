/**
 * How good an encoder is: weighted k-nearest neighbours and linear probes.
 *
 * <p>Below: pretrained, view, encoder, image. Above: export, fewshot, similar, look.
 */
package dev.bingo.evaluate;
