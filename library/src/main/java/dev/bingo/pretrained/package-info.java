/**
 * Weights on disk as encoders: bingo's own files, others' state dicts, and programs that run but
 * don't train. Below: view (for the names of normalisations), encoder, weights, torch. Above:
 * evaluate, export.
 */
package dev.bingo.pretrained;
