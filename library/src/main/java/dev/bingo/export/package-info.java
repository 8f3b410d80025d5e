/**
 * The way out: a trained encoder as an ONNX model, or as a state dict that Python loads.
 *
 * <p>ONNX graphs are recorded from the same code that runs the network ({@link
 * dev.bingo.encoder.Operations}), so an encoder that trains also leaves.
 *
 * <p>Below: evaluate, pretrained, encoder. Above: classify, the front door, dev.bingo, and runs.
 */
package dev.bingo.export;
