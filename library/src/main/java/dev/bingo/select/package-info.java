/**
 * Which images to label next, by their features and by what is labelled already.
 *
 * <p>Below: neighbour, torch. Above: the command line.
 */
package dev.bingo.select;
