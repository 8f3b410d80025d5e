/**
 * A set of images that is searched by resemblance: vectors on disk, kept up to date, and the
 * nearest of any vector. Below: evaluate, neighbour, image, weights. Above: commands and services.
 */
package dev.bingo.similar;
