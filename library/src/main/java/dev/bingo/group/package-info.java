/**
 * The ranks that share one training, and what they tell each other. Below: torch. Above: encoder,
 * method, train.
 */
package dev.bingo.group;
