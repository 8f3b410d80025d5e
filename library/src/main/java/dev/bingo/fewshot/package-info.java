/**
 * Few-shot classification: episodes, the networks that are trained by them (prototypical and
 * relation networks, MRN), and classifying by a handful of labelled images a class with any
 * encoder.
 */
package dev.bingo.fewshot;
