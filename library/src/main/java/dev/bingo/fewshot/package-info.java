/**
 * Few-shot classification: episodes, the networks that are trained by them (prototypical and
 * relation networks, MRN), and classifying by a handful of labelled images a class with any
 * encoder.
 *
 * <p>Below: evaluate, encoder, view, image. Above: the command line.
 */
package dev.bingo.fewshot;
