/**
 * Exported encoders as a service, and the pages on which people search, label and look. Inference
 * is by {@code bingo-embed}; what needs LibTorch (choosing what to label, runs, bags) comes in
 * behind {@link dev.bingo.serve.Chooser}, {@link dev.bingo.serve.Runs} and {@link
 * dev.bingo.serve.Bags}. Below: {@code embed}. Above: the command line.
 */
package dev.bingo.serve;
