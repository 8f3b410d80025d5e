/**
 * Nearest neighbours by cosine, exact and approximate, and spherical k-means: {@link
 * dev.bingo.neighbour.NearestNeighbours} is BINGO's rule for bags. Below: weights, torch. Above:
 * bag makers.
 */
package dev.bingo.neighbour;
